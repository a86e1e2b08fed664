// SPDX-License-Identifier: Apache-2.0

/// A batch of requests of one caller, until each has its outcome. Touched on the loop only.
final class HTTP2Batch {
    private var outcomes: [RequestOutcome?]
    private(set) var missing: Int
    private let completion: @Sendable ([RequestOutcome]) -> Void
    var timer: LoopTimer?

    init(count: Int, completion: @escaping @Sendable ([RequestOutcome]) -> Void) {
        outcomes = Array(repeating: nil, count: count)
        missing = count
        self.completion = completion
    }

    /// True when this was the last one.
    func settle(_ index: Int, _ outcome: RequestOutcome) -> Bool {
        guard outcomes[index] == nil else { return false }
        outcomes[index] = outcome
        missing -= 1
        return missing == 0
    }

    func complete() {
        let all = outcomes.compactMap { $0 }
        outcomes = []
        completion(all)
    }
}

/// One request of a batch, from the queue to its outcome.
final class HTTP2Exchange {
    let request: OutgoingRequest
    let batch: HTTP2Batch
    let index: Int
    var isSettled = false
    /// Where it was sent: to reset it when its time is over.
    weak var connection: HTTP2Connection?
    var stream: HTTP2Stream?

    init(_ request: OutgoingRequest, _ batch: HTTP2Batch, _ index: Int) {
        self.request = request
        self.batch = batch
        self.index = index
    }
}
