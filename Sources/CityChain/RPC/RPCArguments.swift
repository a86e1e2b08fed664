// SPDX-License-Identifier: Apache-2.0

import LightClient

/// The Go type behind a parameter: it decides how its text is read.
package enum ParameterKind: Hashable, Sendable {
    /// `*int64` or `*int`: text in JSON, digits or quoted digits in a URI.
    case integer
    case string
    case bool
    /// `HexBytes`: hex text in JSON.
    case hexBytes
    /// `[]byte`: base64 text in JSON.
    case base64Bytes
}

package struct Parameter: Hashable, Sendable {
    package let name: String
    package let kind: ParameterKind

    package init(_ name: String, _ kind: ParameterKind) {
        self.name = name
        self.kind = kind
    }
}

package enum ArgumentValue: Hashable, Sendable {
    case integer(Int64)
    case string(String)
    case bool(Bool)
    case bytes([UInt8])
}

/// The arguments of one call, by name; what was not given is missing.
package struct RPCArguments: Hashable, Sendable {
    private var values: [String: ArgumentValue] = [:]

    package init() {}

    package func integer(_ name: String) -> Int64? {
        guard case .integer(let value)? = values[name] else { return nil }
        return value
    }
    package func string(_ name: String) -> String {
        guard case .string(let value)? = values[name] else { return "" }
        return value
    }
    package func bool(_ name: String) -> Bool {
        guard case .bool(let value)? = values[name] else { return false }
        return value
    }
    package func bytes(_ name: String) -> [UInt8] {
        guard case .bytes(let value)? = values[name] else { return [] }
        return value
    }

    /// From the `params` of a JSON-RPC request: an object by name, or a list by position. Names
    /// that no parameter has are ignored, as nodes do.
    package init(params: JSONValue, for parameters: [Parameter]) throws(RPCError) {
        switch params {
        case .null: return
        case .object:
            for parameter in parameters {
                guard let value = params[parameter.name] else { continue }
                try set(parameter, from: value)
            }
        case .array(let items):
            guard items.count == parameters.count else {
                let names = parameters.map(\.name).joined(separator: " ")
                let got = items.map { String(decoding: $0.encoded, as: UTF8.self) }
                throw RPCArguments.jsonError(
                    "expected \(parameters.count) parameters ([\(names)]), got \(items.count) "
                        + "([\(got.joined(separator: " "))])")
            }
            for (parameter, item) in zip(parameters, items) { try set(parameter, from: item) }
        default:
            let kind = RPCArguments.goKind(params)
            throw RPCArguments.jsonError(
                "unknown type for JSON params: json: cannot unmarshal \(kind) into Go value of "
                    + "type []json.RawMessage. Expected map or array")
        }
    }

    /// From the query of a URI call.
    package init(query: [String: String], for parameters: [Parameter]) throws(RPCError) {
        for parameter in parameters {
            guard let text = query[parameter.name], !text.isEmpty else { continue }
            do throws(ArgumentError) {
                values[parameter.name] = try RPCArguments.fromURI(text, parameter.kind)
            } catch {
                throw .invalidParams("error converting http params to arguments: \(error.text)")
            }
        }
    }

    private mutating func set(
        _ parameter: Parameter, from value: JSONValue
    ) throws(RPCError) {
        if value == .null { return }
        do throws(ArgumentError) {
            values[parameter.name] = try RPCArguments.fromJSON(value, parameter.kind)
        } catch {
            throw RPCArguments.jsonError(error.text)
        }
    }

    private static func jsonError(_ text: String) -> RPCError {
        .invalidParams("error converting json params to arguments: \(text)")
    }

    private struct ArgumentError: Error { let text: String }

    private static func fromURI(
        _ text: String, _ kind: ParameterKind
    ) throws(ArgumentError) -> ArgumentValue {
        let isQuoted = text.count > 1 && text.hasPrefix("\"") && text.hasSuffix("\"")
        let isBytes = kind == .hexBytes || kind == .base64Bytes
        if kind == .integer, Int64(text) != nil { return try fromJSON(.string(text), kind) }
        if text.lowercased().hasPrefix("0x") {
            guard isBytes || kind == .string else {
                let expected = kind == .bool ? "bool" : "int64"
                throw ArgumentError(text: "got a hex string arg, but expected '\(expected)'")
            }
            let bytes = try hexBytes(String(text.dropFirst(2)))
            return isBytes ? .bytes(bytes) : .string(String(decoding: bytes, as: UTF8.self))
        }
        if isQuoted, isBytes, let inner = try json(text).string { return .bytes(Array(inner.utf8)) }
        if kind == .integer, !isQuoted {
            throw ArgumentError(
                text: "invalid 64-bit integer encoding \(quoted(text)), expected string")
        }
        return try fromJSON(try json(text), kind)
    }

    private static func json(_ text: String) throws(ArgumentError) -> JSONValue {
        do throws(JSONSyntaxError) {
            return try JSONParser.parse(Array(text.utf8))
        } catch {
            throw ArgumentError(text: error.message)
        }
    }

    private static func fromJSON(
        _ value: JSONValue, _ kind: ParameterKind
    ) throws(ArgumentError) -> ArgumentValue {
        switch (kind, value) {
        case (.integer, .string(let text)): return .integer(try integer(text))
        case (.integer, _):
            let raw = String(decoding: value.encoded, as: UTF8.self)
            throw ArgumentError(
                text: "invalid 64-bit integer encoding \(quoted(raw)), expected string")
        case (.string, .string(let text)): return .string(text)
        case (.bool, .bool(let flag)): return .bool(flag)
        case (.hexBytes, .string(let text)): return .bytes(try hexBytes(text))
        case (.base64Bytes, .string(let text)): return .bytes(try base64Bytes(text))
        default:
            let goType =
                switch kind {
                case .bool: "bool"
                case .base64Bytes: "[]uint8"
                default: "string"
                }
            throw ArgumentError(
                text: "json: cannot unmarshal \(goKind(value)) into Go value of type \(goType)")
        }
    }

    /// Go strips the quotes and reads what is inside as a JSON number.
    private static func integer(_ text: String) throws(ArgumentError) -> Int64 {
        if let number = Int64(text), !text.hasPrefix("+") { return number }
        let value = try json(text)
        guard case .number(let literal) = value else {
            throw ArgumentError(
                text: "json: cannot unmarshal \(goKind(value)) into Go value of type int64")
        }
        throw ArgumentError(
            text: "json: cannot unmarshal number \(literal) into Go value of type int64")
    }

    private static func hexBytes(_ text: String) throws(ArgumentError) -> [UInt8] {
        if let bytes = Hex.decode(text) { return bytes }
        let digits = Set("0123456789abcdefABCDEF".unicodeScalars)
        guard let bad = text.unicodeScalars.first(where: { !digits.contains($0) }) else {
            throw ArgumentError(text: "encoding/hex: odd length hex string")
        }
        let digitsOfScalar = String(bad.value, radix: 16, uppercase: true)
        let code = String(repeating: "0", count: max(0, 4 - digitsOfScalar.count)) + digitsOfScalar
        throw ArgumentError(text: "encoding/hex: invalid byte: U+\(code) '\(Character(bad))'")
    }

    private static func base64Bytes(_ text: String) throws(ArgumentError) -> [UInt8] {
        if let bytes = Base64.decode(text) { return bytes }
        let alphabet = Set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let offset = text.utf8.enumerated().first { !alphabet.contains($0.element) }?.offset
        throw ArgumentError(
            text: "illegal base64 data at input byte \(offset ?? text.utf8.count)")
    }

    private static func quoted(_ text: String) -> String {
        String(decoding: JSONValue.string(text).encoded, as: UTF8.self)
    }

    private static func goKind(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
