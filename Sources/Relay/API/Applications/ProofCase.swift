// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Synchronization

/// One request on its way and after it, in memory alone: what it asked, what came, who listens.
final class ProofCase: Sendable {
    private struct State {
        var answers: [SourceAnswer]
        var open: Int
        var evidence: EvidenceGathering
        var bundle: JSONValue?
        var waiting: [@Sendable (ProofAnswer) -> Void] = []
        var listeners: [ObjectIdentifier: EventStream] = [:]
        var finished: Timestamp?
    }

    let id: String
    let application: String
    let caseNumber: String
    private let state: Mutex<State>

    init(id: String, application: String, caseNumber: String, working: [SourceAnswer]) {
        self.id = id
        self.application = application
        self.caseNumber = caseNumber
        state = Mutex(
            State(
                answers: working, open: working.count,
                evidence: EvidenceGathering(sources: working.count)))
    }

    var answer: ProofAnswer { state.withLock { answer($0) } }
    var finished: Timestamp? { state.withLock { $0.finished } }

    private func answer(_ state: borrowing State) -> ProofAnswer {
        ProofAnswer(
            id: id, state: state.open == 0 ? "complete" : "working", caseNumber: caseNumber,
            answers: state.answers, bundle: state.bundle)
    }

    /// Calls back once, when every source has answered; at once where all have.
    func whenComplete(_ then: @escaping @Sendable (ProofAnswer) -> Void) {
        let ready = state.withLock { state -> ProofAnswer? in
            guard state.open > 0 else { return answer(state) }
            state.waiting.append(then)
            return nil
        }
        if let ready { then(ready) }
    }

    /// Takes one source's final answer and its evidence. Any thread. `seal` makes the bundle once
    /// the last one is there.
    func settle(
        _ source: Int, _ part: SourceAnswer, _ asked: DisclosureAsker.Asked, at now: Timestamp,
        seal: (EvidenceGathering) -> JSONValue?
    ) {
        let (whole, waiting, listeners) = state.withLock {
            state -> (ProofAnswer?, [@Sendable (ProofAnswer) -> Void], [EventStream]) in
            guard state.answers[source].outcome == "working" else { return (nil, [], []) }
            state.answers[source] = part
            state.open -= 1
            state.evidence.add(source, asked.part, chain: asked.chain)
            let listeners = Array(state.listeners.values)
            guard state.open == 0 else { return (nil, [], listeners) }
            state.bundle = seal(state.evidence)
            let waiting = state.waiting
            state.waiting = []
            state.listeners = [:]
            state.finished = now
            return (answer(state), waiting, listeners)
        }
        for stream in listeners { stream.send(part, event: "answer", id: "\(source)") }
        guard let whole else { return }
        for stream in listeners { ProofCase.end(stream, whole) }
        for then in waiting { then(whole) }
    }

    /// Sends what is there already, then each answer as it comes; ends with the whole.
    func listen(_ stream: EventStream) {
        let (answers, whole) = state.withLock { state -> ([SourceAnswer], ProofAnswer?) in
            let known = state.answers.filter { $0.outcome != "working" }
            if state.open == 0 { return (known, answer(state)) }
            state.listeners[ObjectIdentifier(stream)] = stream
            return (known, nil)
        }
        for part in answers { stream.send(part, event: "answer", id: "\(part.source)") }
        if let whole { ProofCase.end(stream, whole) }
    }

    func forget(_ stream: EventStream) {
        state.withLock { $0.listeners[ObjectIdentifier(stream)] = nil }
    }

    private static func end(_ stream: EventStream, _ whole: ProofAnswer) {
        stream.send(whole, event: "complete")
        stream.end()
    }
}

/// The cases that can still be asked for.
final class ProofBook: Sendable {
    /// Cases in memory: an hour of one city's busiest hall. Each has some 20 kB of evidence.
    static let maxCases = 4_096
    /// How long a finished case is held, nanoseconds: values live no longer than a visit.
    static let heldNanoseconds: Int64 = 600_000_000_000

    private struct Cases {
        var byID: [String: ProofCase] = [:]
        var order: [String] = []
    }

    private let cases = Mutex(Cases())

    func find(_ id: String, application: String) -> ProofCase? {
        cases.withLock { $0.byID[id] }.flatMap { $0.application == application ? $0 : nil }
    }

    /// False when too many are under way.
    func add(_ new: ProofCase, now: Timestamp) -> Bool {
        cases.withLock { cases in
            ProofBook.prune(&cases, now)
            guard cases.byID.count < ProofBook.maxCases else { return false }
            cases.byID[new.id] = new
            cases.order.append(new.id)
            return true
        }
    }

    /// Forgets what is finished and was held long enough.
    func prune(now: Timestamp) { cases.withLock { ProofBook.prune(&$0, now) } }

    private static func prune(_ cases: inout Cases, _ now: Timestamp) {
        cases.order.removeAll { id in
            guard let finished = cases.byID[id]?.finished,
                now.nanoseconds(since: finished) > heldNanoseconds
            else { return false }
            cases.byID[id] = nil
            return true
        }
    }
}
