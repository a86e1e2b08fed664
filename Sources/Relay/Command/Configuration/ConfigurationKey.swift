// SPDX-License-Identifier: Apache-2.0

/// How a value is written. Decides what the decoder accepts and what the reference says.
package enum ValueKind: Hashable, Sendable {
    /// Free text; in quotes where YAML could take it for a number or a truth value.
    case text
    /// A code that may look like a number: always in quotes.
    case code
    case integer
    case duration
    case fraction
    /// `host:port`.
    case endpoint
    case url
    /// A file; relative to the folder of the file that names it.
    case path
    /// 32 bytes as 64 hexadecimal digits, in quotes.
    case hash
    case gasPrice
    case choice([String])
    case list(String)
    /// A mapping with keys of its own.
    case section
    /// A list of mappings with keys of their own.
    case sections

    package var label: String {
        switch self {
        case .text: "text"
        case .code: "code in quotes"
        case .integer: "whole number"
        case .duration: "time with unit (`ms`, `s`, `m`, `h`, `d`)"
        case .fraction: "fraction"
        case .endpoint: "`host:port`"
        case .url: "URL (`http`, `https`)"
        case .path: "file"
        case .hash: "64 hexadecimal digits in quotes"
        case .gasPrice: "decimal with denomination, in quotes"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let what): "list of \(what)"
        case .section: "section"
        case .sections: "list of sections"
        }
    }
}

/// One key of a configuration file. Decoder and reference read the same declaration.
package struct ConfigurationKey: Hashable, Sendable {
    package enum Presence: Hashable, Sendable {
        case required
        case optional
        /// The value where the key is absent, as it would be written.
        case standard(String)
    }

    package let name: String
    package let kind: ValueKind
    package let presence: Presence
    /// A value as it would be written; empty: the standard one.
    package let example: String
    package let doc: String

    package init(
        _ name: String, _ kind: ValueKind, _ presence: Presence = .required, example: String = "",
        _ doc: String
    ) {
        self.name = name
        self.kind = kind
        self.presence = presence
        self.example = example
        self.doc = doc
    }
}

/// A mapping of a configuration file: the keys it may have, and what it is for.
package struct ConfigurationSection: Sendable {
    /// Where it stands: "members[].chain"; empty for the top of the file.
    package let path: String
    package let doc: String
    package let keys: [ConfigurationKey]

    package init(_ path: String, _ doc: String, _ keys: [ConfigurationKey]) {
        self.path = path
        self.doc = doc
        self.keys = keys
    }
}
