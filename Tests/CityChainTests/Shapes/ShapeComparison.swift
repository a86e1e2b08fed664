// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient

/// Compares two answers member by member: names and their order, JSON types, and how texts encode
/// what they hold. Values themselves may differ.
enum ShapeComparison {
    /// What differs, each with its path; empty when the shapes are the same.
    static func differences(
        recorded: JSONValue, ours: JSONValue, path: String = "$"
    ) -> [String] {
        switch (recorded, ours) {
        case (.null, .null), (.bool, .bool): return []
        case (.number(let left), .number(let right)):
            return kind(ofNumber: left) == kind(ofNumber: right)
                ? [] : ["\(path): number \(left) against \(right)"]
        case (.string(let left), .string(let right)):
            let (expected, got) = (encodings(left, path), encodings(right, path))
            return expected.isDisjoint(with: got)
                ? ["\(path): \(left.prefix(40)) against \(right.prefix(40))"] : []
        case (.object(let left), .object(let right)):
            guard left.map(\.name) == right.map(\.name) else {
                return ["\(path): members \(left.map(\.name)) against \(right.map(\.name))"]
            }
            return zip(left, right).flatMap { one, other in
                differences(
                    recorded: one.value, ours: other.value, path: "\(path).\(one.name)")
            }
        case (.array(let left), .array(let right)):
            return differences(recorded: left, ours: right, path)
        default:
            return ["\(path): \(type(recorded)) against \(type(ours))"]
        }
    }

    /// Each of ours must look like one of the recorded.
    private static func differences(
        recorded: [JSONValue], ours: [JSONValue], _ path: String
    ) -> [String] {
        if recorded.isEmpty || ours.isEmpty {
            return recorded.isEmpty == ours.isEmpty
                ? [] : ["\(path): \(recorded.count) items against \(ours.count)"]
        }
        return ours.enumerated().flatMap { index, item in
            recorded.map { differences(recorded: $0, ours: item, path: "\(path)[\(index)]") }
                .min { $0.count < $1.count } ?? []
        }
    }

    private static func kind(ofNumber text: String) -> Bool { text.allSatisfy(\.isNumber) }

    private static func type(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "text"
        case .array: "list"
        case .object: "object"
        }
    }

    enum Encoding: Hashable { case empty, integer, upperHex, lowerHex, base64, time, free }

    /// Every encoding that a text could be of. Where people write texts, all are the same.
    private static func encodings(_ text: String, _ path: String) -> Set<Encoding> {
        let isFree = [
            "attributes", ".log", "moniker", "events.", "listen", "rpc_address", ".query",
        ]
        if isFree.contains(where: { path.contains($0) }) { return [.free] }
        if text.isEmpty { return [.empty] }
        var found: Set<Encoding> = []
        let characters = Set(text)
        let digits = Set("0123456789")
        if characters.subtracting(digits).isSubset(of: ["-"]) { found.insert(.integer) }
        if text.count % 2 == 0, text.count >= 40 {
            if characters.isSubset(of: digits.union("ABCDEF")) { found.insert(.upperHex) }
            if characters.isSubset(of: digits.union("abcdef")) { found.insert(.lowerHex) }
        }
        if text.hasSuffix("Z"), text.contains("T"), text.contains(":") { found.insert(.time) }
        // Hex of a hash is base64 too; then it is meant as hex.
        if found.isEmpty, Base64.decode(text) != nil { found.insert(.base64) }
        return found.isEmpty ? [.free] : found
    }

    /// The events of a result as a line each: type and attribute names, in order.
    static func eventLines(_ events: JSONValue?) -> [String] {
        (events?.array ?? []).map { event in
            let names = (event["attributes"]?.array ?? []).compactMap { $0["key"]?.string }
            return "\(event["type"]?.string ?? "")(\(names.joined(separator: ",")))"
        }
    }

    /// Code and message types of a transaction's result: the situation it was in.
    static func situation(_ result: JSONValue) -> String {
        let actions = (result["events"]?.array ?? []).flatMap { event in
            (event["attributes"]?.array ?? []).compactMap { attribute in
                attribute["key"]?.string == "action" ? attribute["value"]?.string : nil
            }
        }
        guard case .number(let code)? = result["code"] else { return "" }
        return "\(code) \(actions.joined(separator: " "))"
    }
}
