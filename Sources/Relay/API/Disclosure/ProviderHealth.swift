// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayTransport
import Synchronization

/// Whether this city can answer right now: what its record office, its chain's nodes and its access
/// log said last.
final class ProviderHealth: Sendable {
    /// In the order in which their trouble is told.
    enum Part: CaseIterable, Hashable {
        case log, office, chain
    }

    private struct State {
        var words: [Part: (trouble: DisclosureFailure?, at: Timestamp)] = [:]
        /// Who waits for the probes that are under way.
        var waiting: [@Sendable () -> Void] = []
        var open = 0
    }

    private let state = Mutex(State())

    /// Nanoseconds for which a word is good enough: a hall's windows ask in step.
    static let freshNanoseconds: Int64 = 5_000_000_000

    func heard(_ part: Part, _ trouble: DisclosureFailure?, at now: Timestamp) {
        state.withLock { $0.words[part] = (trouble, now) }
    }

    /// The first part that did not do what it is there for; nil: all did, as far as is known.
    var trouble: DisclosureFailure? {
        state.withLock { state in
            for part in Part.allCases {
                if let trouble = state.words[part]?.trouble { return trouble }
            }
            return nil
        }
    }

    /// Probes each of these parts whose word is old, once for however many ask; then goes on.
    func refresh(
        _ probes: [Part: @Sendable (@escaping @Sendable (DisclosureFailure?) -> Void) -> Void],
        now: @escaping @Sendable () -> Timestamp, then: @escaping @Sendable () -> Void
    ) {
        let moment = now()
        let due = state.withLock { state -> [Part]? in
            guard state.open == 0 else {
                state.waiting.append(then)
                return []
            }
            let due = probes.keys.filter { part in
                guard let word = state.words[part] else { return true }
                return moment.nanoseconds(since: word.at) > ProviderHealth.freshNanoseconds
            }
            guard !due.isEmpty else { return nil }
            state.open = due.count
            state.waiting.append(then)
            return due
        }
        guard let due else { return then() }
        for part in due {
            probes[part]? { [self] trouble in
                let ready = state.withLock { state -> [@Sendable () -> Void] in
                    state.words[part] = (trouble, now())
                    state.open -= 1
                    guard state.open == 0 else { return [] }
                    defer { state.waiting = [] }
                    return state.waiting
                }
                for then in ready { then() }
            }
        }
    }
}

extension DisclosureService {
    /// Whether anything is in the way of an answer, by probes where the last answers are old.
    func checkHealth(then: @escaping @Sendable (DisclosureFailure?) -> Void) {
        guard let office else {
            return then(DisclosureFailure(.cityNoOffice, "this city has no record office"))
        }
        let (connector, health) = (connector, health)
        health.refresh(
            [
                .office: { told in office.probe(then: told) },
                .chain: { told in
                    // What is asked for does not matter: an answer with its proof does.
                    connector.prove(
                        keys: [Array(RandomBytes.make(32))], store: RecordIndex.storeName,
                        notBefore: 0
                    ) { answer in
                        if case .failure(let error) = answer, error.code != .notExecutedYet {
                            return told(
                                DisclosureFailure(
                                    .cityChainBehind, "our chain's nodes: \(error.code.rawValue)"))
                        }
                        told(nil)
                    }
                },
            ], now: now
        ) { then(health.trouble) }
    }
}
