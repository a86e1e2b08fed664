// SPDX-License-Identifier: Apache-2.0

package import LightClient
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
    /// The same for a node of another chain: a mistake in the configuration does not pass by
    /// itself.
    package var wrongChainRestMilliseconds: UInt64 = 60_000
    /// Blocks that a node may lag behind the highest one seen before it is passed over.
    package var lagBlocks: UInt64 = 3

    package init() {}
}

/// JSON-RPC to one chain's nodes: asks the preferred node, moves on to the next when it fails.
///
/// `@unchecked Sendable`, because every stored value but the counters is touched on the loop's
/// thread alone.
package final class NodeRPC: @unchecked Sendable {
    package typealias Completion<Answer> = (Result<Answer, NodeError>) -> Void

    package let loop: EventLoop
    package let addresses: [String]
    private let http: NodeHTTP
    /// The chain that every node must follow; nil: not checked.
    private let chainID: ChainID?
    private let limits: NodeLimits
    private var preferred = 0
    private var restUntil: [UInt64]
    /// Nodes that have named our chain since they were last out of reach.
    private var identified: Set<Int> = []
    private var identifying: [Int: [(NodeError?) -> Void]] = [:]
    private var batchCalls: Int
    private let counts = Mutex<[String: Int]>([:])

    package init(
        loop: EventLoop, addresses: [String], chainID: ChainID? = nil,
        authorityFile: String? = nil, limits: NodeLimits = NodeLimits()
    ) throws {
        self.loop = loop
        self.addresses = addresses
        self.chainID = chainID
        self.limits = limits
        batchCalls = limits.batchCalls
        restUntil = addresses.map { _ in 0 }
        http = try NodeHTTP(loop: loop, authorityFile: authorityFile)
    }

    /// JSON-RPC calls made so far, each member of a batch counted.
    package var callCount: Int { callsByMethod.values.reduce(0, +) }

    /// The same by method.
    package var callsByMethod: [String: Int] { counts.withLock { $0 } }

    package var currentAddress: String { addresses[preferred] }

    package func close() { http.close() }

    /// Asks one question. `then` runs once, on the loop.
    package func call<Answer: Decodable & Sendable>(
        _ call: RPCCall, as type: Answer.Type, then: @escaping Completion<Answer>
    ) {
        post([call], as: type, at: preferred, attempt: 0) { results in
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
            post(chunk, as: type, at: preferred, attempt: 0) { results in
                if let all = gathered.put(results, at: index) { then(all.flatMap { $0 }) }
            }
        }
    }

    /// Tells that the preferred node gave an answer that another node may better.
    package func moveOn() { setAside(preferred, limits.restMilliseconds) }

    /// What every node of our chain says of itself; nothing from those that do not answer.
    package func statuses(then: @escaping ([RPCStatus]) -> Void) {
        let gathered = Gathered<RPCStatus?>(count: addresses.count)
        for index in addresses.indices {
            // The last attempt: no other node answers in this one's place.
            post([RPCCall("status")], as: RPCStatus.self, at: index, attempt: addresses.count) {
                results in
                if let all = gathered.put(try? results[0].get(), at: index) {
                    then(all.compactMap { $0 })
                }
            }
        }
    }

    // MARK: Private

    private func post<Answer: Decodable & Sendable>(
        _ calls: [RPCCall], as type: Answer.Type, at index: Int, attempt: Int,
        then: @escaping ([Result<Answer, NodeError>]) -> Void
    ) {
        identify(index) { [self] trouble in
            if let trouble { return passOver(index, trouble, calls, type, attempt, then) }
            // The completion runs on the loop, where this object lives.
            let relay = LoopConfined(then)
            http.request(request(calls, at: index)) { [self] result in
                finish(result, calls, type, index, attempt, relay.value)
            }
        }
    }

    private func request(_ calls: [RPCCall], at index: Int) -> NodeRequest {
        let text =
            calls.count == 1
            ? calls[0].json(0)
            : "[" + calls.enumerated().map { $1.json($0) }.joined(separator: ",") + "]"
        counts.withLock { counts in
            for call in calls { counts[call.method, default: 0] += 1 }
        }
        return NodeRequest(
            url: addresses[index], body: Array(text.utf8),
            timeoutMilliseconds: limits.timeoutMilliseconds)
    }

    private func finish<Answer: Decodable & Sendable>(
        _ result: Result<NodeResponse, TransportError>, _ calls: [RPCCall], _ type: Answer.Type,
        _ index: Int, _ attempt: Int, _ then: @escaping ([Result<Answer, NodeError>]) -> Void
    ) {
        switch result {
        case .failure(let error):
            passOver(index, failure(error, index, calls[0].method), calls, type, attempt, then)
        case .success(let response):
            if calls.count > 1, let learnt = batchLimit(response.body) {
                batchCalls = learnt
                return batch(calls, as: type, then: then)
            }
            let answers = RPCDecoder.decode(
                response.body, calls, as: type, node: addresses[index])
            guard attempt + 1 < addresses.count else { return then(answers) }
            if answers.contains(where: { $0.isPruned }) {
                // Another node may keep more history; this one is well otherwise.
                let next = (index + 1) % addresses.count
                return post(calls, as: type, at: next, attempt: attempt + 1, then: then)
            }
            if case .failure(let error) = answers[0], error.code == .badAnswer,
                answers.allSatisfy({ $0.isBadAnswer })
            {
                // What a proxy says when the node behind it is gone.
                return passOver(index, error, calls, type, attempt, then)
            }
            then(answers)
        }
    }

    /// Leaves a node alone for a while and asks the next one, while there is one to ask.
    private func passOver<Answer: Decodable & Sendable>(
        _ index: Int, _ error: NodeError, _ calls: [RPCCall], _ type: Answer.Type, _ attempt: Int,
        _ then: @escaping ([Result<Answer, NodeError>]) -> Void
    ) {
        setAside(
            index,
            error.code == .wrongChain ? limits.wrongChainRestMilliseconds : limits.restMilliseconds)
        guard attempt + 1 < addresses.count else {
            return then(calls.map { _ in .failure(error) })
        }
        post(calls, as: type, at: preferred, attempt: attempt + 1, then: then)
    }

    private func failure(_ error: TransportError, _ index: Int, _ method: String) -> NodeError {
        NodeError(
            error.code == .timeout ? .timeout : .unreachable, node: addresses[index],
            method: method, detail: error.detail)
    }

    /// Asks a node once for its chain, before anything that it says is believed of ours.
    private func identify(_ index: Int, then: @escaping (NodeError?) -> Void) {
        guard let chainID, !identified.contains(index) else { return then(nil) }
        guard identifying[index] == nil else {
            identifying[index]?.append(then)
            return
        }
        identifying[index] = [then]
        let call = RPCCall("status")
        http.request(request([call], at: index)) { [self] result in
            var trouble: NodeError?
            switch result {
            case .failure(let error): trouble = failure(error, index, call.method)
            case .success(let response):
                let answer = RPCDecoder.decode(
                    response.body, [call], as: RPCStatus.self, node: addresses[index])[0]
                switch answer {
                case .failure(let error): trouble = error
                case .success(let status) where ChainID(status.node_info.network) == chainID:
                    identified.insert(index)
                case .success(let status):
                    trouble = NodeError(
                        .wrongChain, node: addresses[index], method: call.method,
                        detail: "the node is of \(status.node_info.network), not of \(chainID)")
                }
            }
            for waiting in identifying.removeValue(forKey: index) ?? [] { waiting(trouble) }
        }
    }

    /// A node with a smaller batch limit answers one error without an id: fall back to single
    /// calls.
    private func batchLimit(_ body: [UInt8]) -> Int? {
        guard body.count < 1_000, batchCalls > 1 else { return nil }
        return String(decoding: body, as: UTF8.self).contains("exceeds maximum") ? 1 : nil
    }

    private func setAside(_ index: Int, _ milliseconds: UInt64) {
        identified.remove(index)
        restUntil[index] = loop.nowMilliseconds + milliseconds
        guard preferred == index else { return }
        for step in 1...addresses.count {
            let candidate = (index + step) % addresses.count
            if restUntil[candidate] <= loop.nowMilliseconds {
                preferred = candidate
                return
            }
        }
        preferred = (index + 1) % addresses.count
    }
}

extension Result where Failure == NodeError {
    /// Whether the node no longer keeps what was asked: another node may.
    var isPruned: Bool {
        guard case .failure(let error) = self else { return false }
        return error.code == .pruned
    }

    var isBadAnswer: Bool {
        guard case .failure(let error) = self else { return false }
        return error.code == .badAnswer
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
