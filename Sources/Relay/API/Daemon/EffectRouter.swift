// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import Synchronization

/// Hands each effect to the part that carries it out. Called on the decider's thread after the
/// commit: it only posts, it never waits.
final class EffectRouter: Sendable {
    private struct Targets: Sendable {
        var connector: CometBFTConnector
        var service: PeerService
        var callers: PeerSet
        var adopt: @Sendable (TopologyChange) -> Void
        var ordered: @Sendable (OrderToken, OperatorResult) -> Void
        var log: @Sendable (EngineNote) -> Void
    }

    private let targets = Mutex<Targets?>(nil)

    /// Sets the targets, once, before the first effect.
    func connect(
        connector: CometBFTConnector, service: PeerService, callers: PeerSet,
        ordered: @escaping @Sendable (OrderToken, OperatorResult) -> Void,
        log: @escaping @Sendable (EngineNote) -> Void,
        adopt: @escaping @Sendable (TopologyChange) -> Void
    ) {
        targets.withLock {
            $0 = Targets(
                connector: connector, service: service, callers: callers, adopt: adopt,
                ordered: ordered, log: log)
        }
    }

    /// The members are others from now on.
    func adopt(_ change: TopologyChange) { targets.withLock { $0?.adopt }?(change) }

    /// Peers that wait for a commit which will not come are told to ask again.
    func abandonWaiting() {
        targets.withLock { $0?.service }?.abandonWaiting()
    }

    func release(_ effects: [EngineEffect]) {
        guard let targets = targets.withLock({ $0 }) else { return }
        var answers: [(AnswerToken, [PeerOutcome], Height)] = []
        for effect in effects {
            if targets.connector.perform(effect) { continue }
            switch effect {
            case .answer(let token, let outcomes, let trustedHeight):
                answers.append((token, outcomes, trustedHeight))
            case .deliver(_, let delivery):
                targets.callers.caller(delivery.peerChain)?.perform(effect)
            case .acknowledge(_, let delivery):
                targets.callers.caller(delivery.peerChain)?.perform(effect)
            case .ask(_, let questions):
                targets.callers.caller(questions.peerChain)?.perform(effect)
            case .fetchHeaders(_, let request):
                targets.callers.caller(request.peerChain)?.perform(effect)
            case .report(_, let report):
                targets.callers.caller(report.peerChain)?.perform(effect)
            case .answerReport(let token, let answer): targets.service.answer(token, answer)
            case .greet(let chainID): targets.callers.caller(chainID)?.perform(effect)
            case .ordered(let token, let result): targets.ordered(token, result)
            case .note(let note): targets.log(note)
            default: break
            }
        }
        if !answers.isEmpty { targets.service.answer(answers) }
    }
}
