// SPDX-License-Identifier: Apache-2.0

import LightClient

/// A JSON value to be written: keys keep their order, so that output can be compared.
package indirect enum JSONText: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case string(String)
    case array([JSONText])
    case members([Member])

    package struct Member: Hashable, Sendable {
        package let key: String
        package let value: JSONText
    }

    package static func object(_ members: [(String, JSONText)]) -> JSONText {
        .members(members.map { Member(key: $0.0, value: $0.1) })
    }

    /// The text or null.
    package static func optional(_ text: String?) -> JSONText {
        text.map { .string($0) } ?? .null
    }

    /// On one line.
    package var line: String { strict.line }

    /// Indented by two spaces a level.
    package var pretty: String { String(strict.pretty.dropLast()) }

    private var strict: StrictJSON {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .integer(let number): .number(String(number))
        case .unsigned(let number): .number(String(number))
        case .string(let text): .string(text)
        case .array(let values): .array(values.map(\.strict))
        case .members(let members):
            .object(members.map { StrictJSON.Member($0.key, $0.value.strict) })
        }
    }
}
