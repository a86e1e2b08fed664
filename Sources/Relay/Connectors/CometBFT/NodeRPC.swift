// SPDX-License-Identifier: Apache-2.0

package import RelayTransport
import Synchronization

/// One JSON-RPC question. Values are hex, base64, decimal or query text: none needs escaping.
package struct RPCCall: Hashable, Sendable {
    package let method: String
    package let parameters: [(name: String, value: String)]
    /// Parameters written without quotes (`prove`).
    package let flags: [(name: String, value: Bool)]

    package init(
        _ method: String, _ parameters: [(name: String, value: String)] = [],
        flags: [(name: String, value: Bool)] = []
    ) {
        self.method = method
        self.parameters = parameters
        self.flags = flags
    }

    package static func == (left: RPCCall, right: RPCCall) -> Bool { left.json(0) == right.json(0) }

    package func hash(into hasher: inout Hasher) { hasher.combine(json(0)) }

    func json(_ id: Int) -> String {
        let members =
            parameters.map { "\"\($0.name)\":\"\($0.value)\"" }
            + flags.map { "\"\($0.name)\":\($0.value)" }
        return "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"\(method)\",\"params\":{"
            + members.joined(separator: ",") + "}}"
    }
}

package struct NodeLimits: Hashable, Sendable {
    /// Milliseconds for one exchange: nodes give up by themselves after 10 s.
    package var timeoutMilliseconds = 8_000
    /// Calls in one POST; CometBFT's default `max_request_batch_size`.
    package var batchCalls = 10
    /// Milliseconds a node that failed is left alone while others answer.
    package var restMilliseconds: UInt64 = 5_000
    /// Blocks that a node may lag behind the highest one seen before it is passed over.
    package var lagBlocks: UInt64 = 3

    package init() {}
}

/// JSON-RPC to one chain's nodes: asks the preferred node, moves on to the next when it fails.
///
/// `@unchecked Sendable`, because every stored value but the atomic counter is touched on the loop's
/// thread alone.
package final class NodeRPC: @unchecked Sendable {
    package typealias Completion<Answer> = (Result<Answer, NodeError>) -> Void

    package let loop: EventLoop
    package let addresses: [String]
    private let http: NodeHTTP
    private let limits: NodeLimits
    private var preferred = 0
    private var restUntil: [UInt64]
    private var batchCalls: Int
    private let requests = Atomic<Int>(0)

    package init(
        loop: EventLoop, addresses: [String], authorityFile: String? = nil,
        limits: NodeLimits = NodeLimits()
    ) throws {
        self.loop = loop
        self.addresses = addresses
        self.limits = limits
        batchCalls = limits.batchCalls
        restUntil = addresses.map { _ in 0 }
        http = try NodeHTTP(loop: loop, authorityFile: authorityFile)
    }

    /// JSON-RPC calls made so far, each member of a batch counted.
    package var callCount: Int { requests.load(ordering: .relaxed) }

    package var currentAddress: String { addresses[preferred] }

    package func close() { http.close() }

    /// Asks one question. `then` runs once, on the loop.
    package func call<Answer: Decodable & Sendable>(
        _ call: RPCCall, as type: Answer.Type, then: @escaping Completion<Answer>
    ) {
        post([call], as: type, attempt: 0) { results in
            then(results[0])
        }
    }

    /// Asks many questions of one kind, ten to a POST. Answers come in the order of the questions.
    package func batch<Answer: Decodable & Sendable>(
        _ calls: [RPCCall], as type: Answer.Type,
        then: @escaping ([Result<Answer, NodeError>]) -> Void
    ) {
        let size = max(1, batchCalls)
        let chunks = stride(from: 0, to: calls.count, by: size).map {
            Array(calls[$0..<min($0 + size, calls.count)])
        }
        guard !chunks.isEmpty else { return then([]) }
        let gathered = Gathered<[Result<Answer, NodeError>]>(count: chunks.count)
        for (index, chunk) in chunks.enumerated() {
            post(chunk, as: type, attempt: 0) { results in
                if let all = gathered.put(results, at: index) { then(all.flatMap { $0 }) }
            }
        }
    }

    /// Tells that the preferred node gave an answer that another node may better.
    package func moveOn() {
        restUntil[preferred] = loop.nowMilliseconds + limits.restMilliseconds
        chooseNext()
    }

    // MARK: Private

    private func post<Answer: Decodable & Sendable>(
        _ calls: [RPCCall], as type: Answer.Type, attempt: Int,
        then: @escaping ([Result<Answer, NodeError>]) -> Void
    ) {
        let node = addresses[preferred]
        let text =
            calls.count == 1
            ? calls[0].json(0)
            : "[" + calls.enumerated().map { $1.json($0) }.joined(separator: ",") + "]"
        requests.add(calls.count, ordering: .relaxed)
        let request = NodeRequest(
            url: node, body: Array(text.utf8), timeoutMilliseconds: limits.timeoutMilliseconds)
        // The completion runs on the loop, where this object lives.
        let relay = LoopConfined(then)
        http.request(request) { [self] result in
            finish(result, calls, type, node, attempt, relay.value)
        }
    }

    private func finish<Answer: Decodable & Sendable>(
        _ result: Result<NodeResponse, TransportError>, _ calls: [RPCCall], _ type: Answer.Type,
        _ node: String, _ attempt: Int, _ then: @escaping ([Result<Answer, NodeError>]) -> Void
    ) {
        switch result {
        case .failure(let error):
            if addresses[preferred] == node { moveOn() }
            guard attempt + 1 < addresses.count else {
                let code: NodeError.Code = error.code == .timeout ? .timeout : .unreachable
                let failure = NodeError(
                    code, node: node, method: calls[0].method, detail: error.detail)
                return then(calls.map { _ in .failure(failure) })
            }
            post(calls, as: type, attempt: attempt + 1, then: then)
        case .success(let response):
            if calls.count > 1, let learnt = batchLimit(response.body) {
                batchCalls = learnt
                return batch(calls, as: type, then: then)
            }
            let answers = RPCDecoder.decode(response.body, calls, as: type, node: node)
            if attempt + 1 < addresses.count, answers.allSatisfy({ $0.isPruned }) {
                if addresses[preferred] == node { moveOn() }
                return post(calls, as: type, attempt: attempt + 1, then: then)
            }
            then(answers)
        }
    }

    /// A node with a smaller batch limit answers one error without an id: fall back to single calls.
    private func batchLimit(_ body: [UInt8]) -> Int? {
        guard body.count < 1_000, batchCalls > 1 else { return nil }
        return String(decoding: body, as: UTF8.self).contains("exceeds maximum") ? 1 : nil
    }

    private func chooseNext() {
        let now = loop.nowMilliseconds
        for step in 1...addresses.count {
            let candidate = (preferred + step) % addresses.count
            if restUntil[candidate] <= now {
                preferred = candidate
                return
            }
        }
        preferred = (preferred + 1) % addresses.count
    }
}

extension Result where Failure == NodeError {
    /// Whether the node no longer keeps what was asked: another node may.
    var isPruned: Bool {
        guard case .failure(let error) = self else { return false }
        return error.code == .pruned
    }
}

/// Collects answers that come in any order.
final class Gathered<Value> {
    private var values: [Value?]
    private var missing: Int

    init(count: Int) {
        values = Array(repeating: nil, count: count)
        missing = count
    }

    /// All values, in order, once the last one is there.
    func put(_ value: Value, at index: Int) -> [Value]? {
        guard values[index] == nil else { return nil }
        values[index] = value
        missing -= 1
        return missing == 0 ? values.compactMap { $0 } : nil
    }
}

/// Carries a value that belongs to a loop through a closure that runs on that loop.
///
/// `@unchecked Sendable`, because the value is only taken out on the loop that it was put in on.
struct LoopConfined<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
