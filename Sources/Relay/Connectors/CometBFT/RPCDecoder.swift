// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// Turns the body of an HTTP answer into one result a call.
package enum RPCDecoder {
    struct Failure: Decodable {
        let code: Int
        let message: String
        let data: String?
    }

    struct Envelope<Answer: Decodable>: Decodable {
        /// Missing on parse errors and on answers to batches that were refused whole.
        let id: Int?
        let result: Answer?
        let error: Failure?
    }

    package static func decode<Answer: Decodable & Sendable>(
        _ body: [UInt8], _ calls: [RPCCall], as type: Answer.Type, node: String
    ) -> [Result<Answer, NodeError>] {
        do {
            let data = Data(body)
            if calls.count == 1 {
                let envelope = try JSONDecoder().decode(Envelope<Answer>.self, from: data)
                return [result(envelope, calls[0], node)]
            }
            let envelopes = try JSONDecoder().decode([Envelope<Answer>].self, from: data)
            var byID: [Int: Envelope<Answer>] = [:]
            for envelope in envelopes { if let id = envelope.id { byID[id] = envelope } }
            return calls.enumerated().map { index, call in
                guard let envelope = byID[index] else {
                    return .failure(
                        NodeError(
                            .badAnswer, node: node, method: call.method,
                            detail: "the batch's answer has no member \(index)"))
                }
                return result(envelope, call, node)
            }
        } catch {
            let failure = NodeError(
                .badAnswer, node: node, method: calls[0].method,
                detail: "\(error): \(String(decoding: body.prefix(200), as: UTF8.self))")
            return calls.map { _ in .failure(failure) }
        }
    }

    private static func result<Answer>(
        _ envelope: Envelope<Answer>, _ call: RPCCall, _ node: String
    ) -> Result<Answer, NodeError> {
        if let answer = envelope.result { return .success(answer) }
        guard let error = envelope.error else {
            return .failure(
                NodeError(
                    .badAnswer, node: node, method: call.method, detail: "neither result nor error")
            )
        }
        let words = error.data ?? error.message
        return .failure(
            NodeError(
                kind(words), node: node, method: call.method, detail: words, number: error.code))
    }

    /// CometBFT tells these apart in words only (cometbft-ibc §5.3, recorded `race` and `errors`).
    package static func kind(_ words: String) -> NodeError.Code {
        if words.contains("could not find") || words.contains("must be less than or equal to") {
            return .notExecutedYet
        }
        if words.contains("is not available, lowest height") || words.contains("lowest height is") {
            return .pruned
        }
        return .rpc
    }
}
