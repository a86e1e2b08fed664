// SPDX-License-Identifier: Apache-2.0

import RelayTransport
import Synchronization

/// The place for one answer. May be kept and finished later, from any thread; what comes after the
/// first answer is let go. A reply that is let go without an answer answers for itself.
package final class APIReply: Sendable {
    private let door: APIDoor?
    private let token: ResponseToken
    /// Who gets the answer: what it may take at once is counted by name.
    private let caller: String
    private let isAnswered = Mutex(false)
    private let observe: (@Sendable (APIAnswer) -> Void)?

    init(door: APIDoor, token: ResponseToken, caller: String) {
        self.door = door
        self.token = token
        self.caller = caller
        observe = nil
    }

    /// Hands the answer to another listener, or to a test.
    package init(observing: @escaping @Sendable (APIAnswer) -> Void) {
        door = nil
        token = ResponseToken(connection: 0, stream: 0)
        caller = ""
        observe = observing
    }

    deinit {
        if claim() { send(APIError.internalFault("the call was dropped unanswered").answer) }
    }

    package func finish(_ answer: APIAnswer) {
        if claim() { send(answer) }
    }

    package func finish(_ error: APIError) { finish(error.answer) }

    /// Answers with server-sent events. Nil, and an error was answered, when the caller or all
    /// together have too many open, or there is an answer already.
    package func beginEvents(
        onEnd: @escaping @Sendable () -> Void = {}
    ) -> EventStream? {
        guard claim(), let door else { return nil }
        do throws(APIError) {
            return try door.beginEvents(token, caller: caller, onEnd: onEnd)
        } catch {
            send(error.answer)
            return nil
        }
    }

    private func claim() -> Bool {
        isAnswered.withLock { answered in
            defer { answered = true }
            return !answered
        }
    }

    private func send(_ answer: APIAnswer) {
        observe?(answer)
        door?.respond(token, answer)
    }
}
