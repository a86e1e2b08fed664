// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// What one relay runs with: its own file, every path resolved. Who the others are stands in the
/// topology.
package struct RelayConfiguration: Hashable, Sendable {
    package struct TLSFiles: Hashable, Sendable {
        package var certificate: String
        package var privateKey: String
        package var authorities: String
        /// Holds what opens an encrypted private key; nil: the key is plain.
        package var passphraseFile: String?
    }

    /// The listener for our own applications and people.
    package struct APIListener: Hashable, Sendable {
        package var listen: Endpoint
        package var tls: TLSFiles
        /// Whether people may come to the console by a one-time link, without a certificate.
        package var takesLinks = false
    }

    /// How our own chain is reached and paid.
    package struct ChainAccess: Hashable, Sendable {
        /// URLs of nodes of our own chain, in order of preference.
        package var nodes: [String]
        /// Certificate authorities of nodes reached by https; nil: the system's.
        package var nodeAuthorities: String?
        package var accountKeyFile: String
        package var addressPrefix: String
        package var gasPrice: GasPrice
        /// Most gas of one transaction.
        package var maxGas: UInt64
        package var requestTimeoutNanoseconds: Int64
        package var pollIntervalNanoseconds: Int64
        /// Blocks after which a transaction that is in none may be given up.
        package var transactionLifetimeBlocks: UInt64
        /// Questions in one request to a node.
        package var requestBatch: Int
    }

    /// What proofs about records need.
    package struct Records: Hashable, Sendable {
        package var evidenceKeyFile: String
        /// Nil: the key is not encrypted.
        package var evidencePassphraseFile: String?
        /// URL of the record office; nil: this city answers no questions.
        package var office: String?
        /// Nil: the system's.
        package var officeAuthorities: String?
        /// Nil: every question is refused.
        package var policyFile: String?
        /// Nil: nothing is sent for applications.
        package var senderKeyFile: String?
        /// Empty: no licence is read or changed here.
        package var licenceApplications: [String]
    }

    /// What a fund centre's letters need.
    package struct Letters: Hashable, Sendable {
        /// Nil: the member's own.
        package var institution: InstitutionCode?
        package var applications: [String]
        package var bankApplications: [String]
        package var accountKeyFile: String
        package var sealingKeyFile: String
        /// Newest first.
        package var retiredSealingKeyFiles: [String]
        package var retiredSealingNanoseconds: Int64
        package var calendarFiles: [String]
        /// C2SP verifier keys.
        package var calendarSigners: [String]
        /// Nil: no list.
        package var institutionsFile: String?
        /// In working days.
        package var acceptDays: Int
        package var remitDays: Int
        package var creditDays: Int
        package var negotiateDays: Int
        package var minimumSealedMonths: Int
        package var holdsUnsealed: Bool
        package var lifetimeSeconds: UInt64
    }

    package struct Limits: Hashable, Sendable {
        /// Packets accepted from peers and not yet submitted; above it peers are told to come back.
        package var inboxPackets: Int
        /// Packets of one message to a peer, and of one transaction.
        package var batchPackets: Int
        /// Attempts at one step before a packet is parked.
        package var attempts: Int
    }

    package struct Timing: Hashable, Sendable {
        package var reconcileNanoseconds: Int64
        package var firstRetryNanoseconds: Int64
        package var longestRetryNanoseconds: Int64
        package var peerTimeoutNanoseconds: Int64
    }

    package struct LogOptions: Hashable, Sendable {
        package var level: LogLevel
        package var isJSON: Bool
        /// Nil: standard error.
        package var file: String?
    }

    package var member: MemberID
    /// Nil: the members' list is the manifest.
    package var topologyFile: String?
    /// Signed versions of the manifest; nil: the members' list is a topology.
    package var manifestFile: String?
    package var manifestAnchor: Digest?
    package var dataDirectory: String
    package var peerListen: Endpoint
    package var tls: TLSFiles
    /// Nil: no such listener.
    package var api: APIListener?
    /// Nil: no plain listener for monitors.
    package var metricsListen: Endpoint?
    package var chain: ChainAccess
    package var limits: Limits
    package var timing: Timing
    package var verifierThreads: Int
    /// Nil: no part in proofs about records.
    package var records: Records?
    /// Nil: no part in letters.
    package var letters: Letters?
    package var log: LogOptions

    /// The store's file in the data directory.
    package var storeFile: String { dataDirectory + "/relay.db" }
}
