// SPDX-License-Identifier: Apache-2.0

package import Federation
package import RelayConnectors
package import RelayEngine
package import RelayTransport

/// What one relay process is made of.
package struct DaemonConfiguration: Sendable {
    package var ownMember: MemberID
    package var topology: Topology
    /// Set where the members' list is a signed manifest: `topology` then only tells our own chain.
    package var manifest: ManifestSource?
    package var connector: ConnectorConfiguration
    package var engine: EngineConfiguration
    package var tls: TLSContext.Files
    package var listenAddress: String
    package var listenPort: Int
    package var storeFile: String
    package var verifierThreads: Int
    package var software: String
    package var transportLimits = TransportLimits()
    package var peerTiming = PeerTiming()
    /// Nil: no listener for applications and operators.
    package var api: APIConfiguration?
    /// Nil: monitors come with a certificate, by the API's listener.
    package var metrics: MetricsConfiguration?
    /// Nil: this relay takes no part in proofs about records.
    package var disclosure: DisclosureConfiguration?
    /// Nil: this relay carries no centre's letters for applications.
    package var letters: LettersConfiguration?

    package init(
        ownMember: MemberID, topology: Topology, connector: ConnectorConfiguration,
        engine: EngineConfiguration, tls: TLSContext.Files, listenAddress: String, listenPort: Int,
        storeFile: String, verifierThreads: Int, software: String
    ) {
        self.ownMember = ownMember
        self.topology = topology
        self.connector = connector
        self.engine = engine
        self.tls = tls
        self.listenAddress = listenAddress
        self.listenPort = listenPort
        self.storeFile = storeFile
        self.verifierThreads = verifierThreads
        self.software = software
    }

    /// `members.db`, beside the store: member changes that are open.
    var papersFile: String {
        var parts = storeFile.split(separator: "/", omittingEmptySubsequences: false)
        parts[parts.count - 1] = "members.db"
        return parts.joined(separator: "/")
    }
}
