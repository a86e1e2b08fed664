// SPDX-License-Identifier: Apache-2.0

import CityChain
import FoundationEssentials
import LightClient
import RelayConnectors
import TestSupport

/// One question and what a real node answered, as recorded.
struct RecordedCall {
    let line: JSONValue

    var label: String { line["label"]?.string ?? "" }
    var method: String { line["method"]?.string ?? "" }
    /// The whole JSON-RPC envelope.
    var envelope: [UInt8] { line["response"]?.encoded ?? [] }
    var response: JSONValue? { line["response"]?["result"]?["response"] }

    func parameter(_ name: String) -> String? { line["params"]?[name]?.string }

    var key: String { RecordedCall.key(method, line["params"]) }

    /// Method and parameters without regard to their order.
    static func key(_ method: String, _ parameters: JSONValue?) -> String {
        guard case .object(let members) = parameters else { return method }
        let words = members.map { member in
            "\(member.name)=\(String(decoding: member.value.encoded, as: UTF8.self))"
        }
        return "\(method) \(words.sorted().joined(separator: " "))"
    }

    /// Every chain's calls of one file, with the chain's folder.
    static func all(_ name: String) throws -> [(chain: String, call: RecordedCall)] {
        try folders().flatMap { folder in
            try lines("\(folder)/\(name).jsonl").map { (folder, RecordedCall(line: $0)) }
        }
    }

    static func folders() throws -> [String] {
        let root = try Fixtures.recordings("ibc-go-v10")
        return try FileManager.default.contentsOfDirectory(atPath: root).sorted()
            .filter { $0.hasPrefix("chain-") }.map { "\(root)/\($0)" }
    }

    static func lines(_ path: String) throws -> [JSONValue] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try Corpus.read(path).split(separator: 0x0a).map { try JSONParser.parse(Array($0)) }
    }

    /// The answer as our decoder reads it.
    func decoded<Answer: Decodable & Sendable>(
        as type: Answer.Type
    ) -> Result<Answer, RelayConnectors.NodeError> {
        RPCDecoder.decode(envelope, [RPCCall(method)], as: type, node: "recorded")[0]
    }
}

/// A node that answers what was recorded, over HTTP; anything else is an error.
final class RecordedNode: Sendable {
    let node: ScriptedNode

    var address: String { "http://127.0.0.1:\(node.port)" }

    init(_ calls: [RecordedCall]) throws {
        var answers: [String: JSONValue] = [:]
        for call in calls { answers[call.key] = call.line["response"] }
        let known = answers
        node = try ScriptedNode { connection in
            while let request = connection.request(),
                let body = request.firstRange(of: "\r\n\r\n").map({ request[$0.upperBound...] }),
                let question = try? JSONParser.parse(Array(body.utf8))
            {
                let answer: JSONValue =
                    if case .array(let questions) = question {
                        .array(questions.map { RecordedNode.answer($0, known) })
                    } else {
                        RecordedNode.answer(question, known)
                    }
                connection.answer(String(decoding: answer.encoded, as: UTF8.self))
            }
        }
    }

    private static func answer(
        _ question: JSONValue, _ known: [String: JSONValue]
    ) -> JSONValue {
        let id = question["id"] ?? "0"
        let key = RecordedCall.key(question["method"]?.string ?? "", question["params"])
        guard case .object(let members) = known[key] else {
            return [
                "jsonrpc": "2.0", "id": id,
                "error": [
                    "code": .int(-32603), "message": "Internal error", "data": "not recorded",
                ],
            ]
        }
        return .object(members.map { $0.name == "id" ? JSONMember("id", id) : $0 })
    }
}
