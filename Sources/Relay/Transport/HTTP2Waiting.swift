// SPDX-License-Identifier: Apache-2.0

extension HTTP2Client {
    /// Sends one request and waits for its outcome. For commands; never on a loop.
    package func sendAndWait(
        _ request: OutgoingRequest, deadlineMilliseconds: Int
    ) -> RequestOutcome {
        let answer = LoopAnswer<RequestOutcome>()
        send([request], deadlineMilliseconds: deadlineMilliseconds) { outcomes in
            if let first = outcomes.first { answer.put(.success(first)) }
        }
        switch answer.wait() {
        case .success(let outcome): return outcome
        case .failure:
            let error = TransportError(.loopStopped, "the loop ended before it answered")
            return .failed(RequestFailure(fate: .unknown, error: error))
        }
    }
}
