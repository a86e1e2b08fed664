// SPDX-License-Identifier: Apache-2.0

import RelayEngine
import Synchronization

/// The callers of all other relays, which come and go with the members.
final class PeerSet: Sendable {
    private struct Callers {
        var byChain: [String: PeerCaller] = [:]
        var isStarted = false
        var isStopped = false
    }

    private let callers = Mutex(Callers())
    private let make: @Sendable (PeerChain) -> PeerCaller

    /// `make` opens nothing: a caller connects when it is started.
    init(_ peers: [String: PeerChain], make: @escaping @Sendable (PeerChain) -> PeerCaller) {
        self.make = make
        apply(peers)
    }

    func caller(_ chainID: String) -> PeerCaller? { callers.withLock { $0.byChain[chainID] } }

    var all: [PeerCaller] { callers.withLock { Array($0.byChain.values) } }

    func start() {
        let all = callers.withLock { callers in
            callers.isStarted = true
            return Array(callers.byChain.values)
        }
        for caller in all { caller.start() }
    }

    func stop() {
        let all = callers.withLock { callers in
            callers.isStopped = true
            return Array(callers.byChain.values)
        }
        for caller in all { caller.stop() }
    }

    /// Callers of members that left end at once, those that came are started, the others get what
    /// changed. Any thread; waits for nobody.
    func apply(_ peers: [String: PeerChain]) {
        var ended: [PeerCaller] = []
        var kept: [(PeerCaller, PeerChain)] = []
        var fresh: [PeerCaller] = []
        let isStarted = callers.withLock { callers in
            guard !callers.isStopped else { return false }
            for (chainID, caller) in callers.byChain where peers[chainID] == nil {
                ended.append(caller)
                callers.byChain[chainID] = nil
            }
            for (chainID, peer) in peers {
                if let caller = callers.byChain[chainID] {
                    kept.append((caller, peer))
                } else {
                    let caller = make(peer)
                    callers.byChain[chainID] = caller
                    fresh.append(caller)
                }
            }
            return callers.isStarted
        }
        for caller in ended { caller.stop() }
        for (caller, peer) in kept { caller.update(peer) }
        if isStarted { for caller in fresh { caller.start() } }
    }
}
