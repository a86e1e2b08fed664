// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import Synchronization

import struct RelayEngine.ClientView

/// What the decider publishes after its turns, for threads that must not wait for it: immutable
/// values behind one lock.
final class SharedState: Sendable {
    private struct Values {
        var snapshots: [String: PeerClient] = [:]
        var hellos: [String: PeerHello] = [:]
        var fullInboxes: Set<String> = []
        var paused: Set<String> = []
        var suspended: [String: MemberBar] = [:]
    }

    /// Our client of one peer's chain, ready for verifiers.
    struct PeerClient: Sendable {
        let snapshot: ClientSnapshot
        let trustedHeight: Height
        /// Its headers with the messages that proved them, for members who ask for one.
        let headers: [HeaderRecord]
    }

    private let values = Mutex(Values())

    func client(of chainID: String) -> PeerClient? { values.withLock { $0.snapshots[chainID] } }

    /// Our facts for a handshake, with the clock as it was when they were published.
    func hello(to chainID: String) -> PeerHello? { values.withLock { $0.hellos[chainID] } }

    func inboxHasRoom(for chainID: String) -> Bool {
        values.withLock { !$0.fullInboxes.contains(chainID) }
    }

    /// Whether a person has ended all exchange with this chain's relay for now.
    func isPaused(_ chainID: String) -> Bool { values.withLock { $0.paused.contains(chainID) } }

    /// Why nothing new is begun with this chain's member now; nil: it may.
    func suspension(of chainID: String) -> MemberBar? {
        values.withLock { $0.suspended[chainID] }
    }

    /// Takes the engine's state over for the given chains. Builds a snapshot only when the client
    /// changed.
    func update(
        from engine: borrowing RelayEngine, chains: [String: PeerChain], software: String,
        now: Timestamp
    ) {
        for (chainID, peer) in chains {
            let parameters = peer.chain.parameters
            let known = client(of: chainID)
            var fresh: PeerClient?
            if let view = engine.client(of: chainID),
                known?.snapshot.revisionCounter != view.record.revisionCounter
                    || known?.trustedHeight != view.trustedHeight
                    || known?.snapshot.parameters != parameters
            {
                fresh = SharedState.peerClient(view, parameters)
            }
            let hello = engine.hello(to: chainID, software: software, now: now)
            let hasRoom = engine.inboxHasRoom(for: chainID)
            let isPaused = engine.isPeerPaused(chainID)
            let bar = engine.bar(of: chainID)
            values.withLock { values in
                if isPaused {
                    values.paused.insert(chainID)
                } else {
                    values.paused.remove(chainID)
                }
                values.suspended[chainID] = bar
                if let fresh { values.snapshots[chainID] = fresh }
                values.hellos[chainID] = hello
                if hasRoom {
                    values.fullInboxes.remove(chainID)
                } else {
                    values.fullInboxes.insert(chainID)
                }
            }
        }
    }

    private static func peerClient(
        _ view: ClientView, _ parameters: ClientParameters
    ) -> PeerClient? {
        guard let family = FamilyID(rawValue: view.record.family) else { return nil }
        var trusted: [Height: TrustedHeader] = [:]
        for header in view.headers.suffix(ClientSnapshot.maxTrusted) {
            trusted[header.height] = TrustedHeader(
                height: header.height, timestamp: header.timestamp,
                headerHash: Digest(header.headerHash), consensusState: header.consensusState)
        }
        return PeerClient(
            snapshot: ClientSnapshot(
                family: family, parameters: parameters, isFrozen: view.record.isFrozen,
                revisionCounter: view.record.revisionCounter, trusted: trusted),
            trustedHeight: view.trustedHeight, headers: view.headers)
    }
}
