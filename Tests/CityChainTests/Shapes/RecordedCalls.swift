// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import TestSupport
import Testing

/// A question that was put to a real node, and its answer.
struct RecordedCall: Sendable, CustomStringConvertible {
    let label: String
    let method: String
    let params: JSONValue
    let response: JSONValue
    /// Put to the node that prunes.
    let isPruned: Bool

    var key: String { "\(method) \(String(decoding: params.encoded, as: UTF8.self))" }
    var description: String { "\(label): \(method)" }
}

enum RecordedCalls {
    static func lines(_ file: String, code: String = "330100") throws -> [JSONValue] {
        let folder = try #require(RecordedChain.folder)
        return try Corpus.read("\(folder)/chain-\(code)/\(file).jsonl").split(separator: 0x0a)
            .map { try JSONParser.parse(Array($0)) }
    }

    static func call(_ line: JSONValue, _ change: (JSONValue) -> JSONValue = { $0 })
        -> RecordedCall?
    {
        guard let method = line["method"]?.string, let params = line["params"],
            let response = line["response"]
        else { return nil }
        return RecordedCall(
            label: line["label"]?.string ?? "", method: method, params: change(params),
            response: response, isPruned: line["node"] == .number("1"))
    }

    /// The wrong questions of the recording. A transaction that it names is replaced by one of
    /// ours.
    static func all(_ city: TestCity) throws -> [RecordedCall] {
        try lines("errors").compactMap { call($0) }
    }

    static func errors() throws -> [RecordedCall] { try lines("errors").compactMap { call($0) } }

    /// Questions about a tip that is shown and not executed, moved to our tip.
    static func race(tip: UInt64) throws -> [RecordedCall] {
        try lines("race").prefix(4).compactMap { line in
            call(line) { params in
                guard case .object(let members) = params else { return params }
                return .object(
                    members.map { member in
                        member.name == "height" ? JSONMember("height", .text(tip)) : member
                    })
            }
        }
    }
}
