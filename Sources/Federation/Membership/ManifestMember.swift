// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Whether a member takes part. The raw value stands on the wire: it never changes.
public enum MemberStatus: UInt32, Hashable, Sendable, CaseIterable {
    case active = 1
    /// No new work; may come back with the same keys.
    case suspended = 2
    /// Out for good: its keys never count again.
    case revoked = 3
}

/// A body named beside a member: the one that owns a chain, or the one that runs it. They are told
/// apart because a company that runs a chain has no say over the records on it.
public struct Organisation: Hashable, Sendable {
    public var name: String
    /// A code in one of the forms of `InstitutionCode`; empty where the body has none.
    public var code: String

    public init(name: String, code: String = "") {
        self.name = name
        self.code = code
    }
}

/// What the federation says of one member.
public struct ManifestMember: Hashable, Sendable {
    public var id: MemberID
    /// Short name in Latin letters, as logs and tables show it.
    public var name: String
    /// The organisation's own name, in its own script.
    public var localName: String
    /// Who answers for the chain and its records.
    public var owner: Organisation
    /// Who runs chain and relay. May hold the relay's key; never an authority or an evidence key.
    public var `operator`: Organisation
    /// Sign manifests; two while a key is changed. One vote a member, whatever their number.
    public var authorityKeys: [MemberKey]
    /// Sign proof requests, releases and log checkpoints.
    public var evidenceKeys: [MemberKey]
    /// Where the relay is reached and which TLS keys it may show: two pins while a key is changed.
    public var relay: RelayEndpoints
    /// The first is the main chain: what routes and packets mean.
    public var chains: [Chain]
    public var status: MemberStatus
    /// Why the member is suspended or revoked; empty while it is active.
    public var statusReason: String
    /// The member that vouches for this one: a city for its districts. Suspending or revoking it
    /// stops this one too.
    public var parent: MemberID?

    public init(
        id: MemberID, name: String, localName: String = "", owner: Organisation,
        `operator`: Organisation, authorityKeys: [MemberKey], evidenceKeys: [MemberKey],
        relay: RelayEndpoints, chains: [Chain], status: MemberStatus = .active,
        statusReason: String = "", parent: MemberID? = nil
    ) {
        self.id = id
        self.name = name
        self.localName = localName
        self.owner = owner
        self.operator = `operator`
        self.authorityKeys = authorityKeys
        self.evidenceKeys = evidenceKeys
        self.relay = relay
        self.chains = chains
        self.status = status
        self.statusReason = statusReason
        self.parent = parent
    }

    /// Whether this is a supervising body, a province or the ministry: it has no chain and no
    /// relay, and votes with its authority key alone. No daemon needs to know of it.
    public var isSupervising: Bool {
        chains.isEmpty && evidenceKeys.isEmpty && relay.endpoints.isEmpty && relay.keyPins.isEmpty
    }

    /// The roles in which the entry names keys.
    public var keyRoles: [KeyRole] { isSupervising ? [.authority] : KeyRole.allCases }

    /// What the relay's daemon understands; nil when there is no chain.
    public var member: Member? {
        chains.first.map {
            Member(
                id: id, name: name, localName: localName, chain: $0, relay: relay,
                evidenceKeys: evidenceKeys)
        }
    }
}

extension ManifestMember {
    /// The canonical bytes of this entry: what its digest is taken of.
    public var encoded: [UInt8] { MemberEntryMessage(self).encoded }

    /// Reads one entry. Throws when the bytes are not the canonical bytes of an entry.
    public init(reading bytes: [UInt8]) throws(ManifestError) {
        let message: MemberEntryMessage
        do throws(WireError) {
            message = try MemberEntryMessage(reading: bytes)
        } catch {
            throw .wire(error)
        }
        try self.init(message)
        guard encoded == bytes else { throw .notCanonical(id) }
    }
}
