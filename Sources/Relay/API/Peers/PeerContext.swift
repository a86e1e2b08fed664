// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayTransport

/// What both sides of the peer protocol need of the relay around them.
struct PeerContext: Sendable {
    let ownChainID: String
    let directory: PeerDirectory
    let shared: SharedState
    let verifiers: VerifierPool
    let connector: CometBFTConnector
    let proofAnswers: ProofAnswers
    let certificates: CertificateWatcher
    let now: @Sendable () -> Timestamp
    /// Hands events to the decider; false when its mailbox is full.
    let submitEvents: @Sendable ([EngineEvent]) -> Bool
    /// Nil: the members' list is a file written by hand.
    let manifests: ManifestBook?
    /// What is asked of the version that holds; nil with `manifests`.
    let proposals: ProposalBook?

    @discardableResult
    func submit(_ events: [EngineEvent]) -> Bool { submitEvents(events) }

    /// The member behind a certificate; nil without one (the laboratory listener) or when it is
    /// nobody's.
    func peer(of identity: PeerIdentity?) -> PeerChain? {
        directory.peer(of: identity)
    }
}
