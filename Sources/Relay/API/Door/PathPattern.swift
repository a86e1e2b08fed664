// SPDX-License-Identifier: Apache-2.0

/// "/v1/cities/{city}": what a route answers to.
struct PathPattern: Hashable, Sendable {
    private enum Part: Hashable {
        case word(String)
        case name(String)
    }

    /// Parts of one path; the longest of ours has nine.
    static let maxParts = 16

    let text: String
    private let parts: [Part]

    init(_ text: String) {
        self.text = text
        parts = PathPattern.split(text).map { part in
            part.hasPrefix("{") && part.hasSuffix("}")
                ? .name(String(part.dropFirst().dropLast())) : .word(part)
        }
    }

    /// Patterns with fewer names go first.
    var nameCount: Int {
        parts.count { part in if case .name = part { true } else { false } }
    }

    /// The values of the names; nil when the path is another one.
    func match(_ path: [String]) -> [String: String]? {
        guard path.count == parts.count else { return nil }
        var values: [String: String] = [:]
        for (part, text) in zip(parts, path) {
            switch part {
            case .word(let word): if word != text { return nil }
            case .name(let name): values[name] = text
            }
        }
        return values
    }

    private static func split(_ text: String) -> [String] {
        text.split(separator: "/").map(String.init)
    }

    /// The decoded parts of a request's path, and its query. Nil when either is malformed.
    static func read(_ target: String) -> (parts: [String], query: [String: [String]])? {
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = halves.first, path.hasPrefix("/") else { return nil }
        let words = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        guard words.count <= maxParts else { return nil }
        var parts: [String] = []
        for (index, word) in words.enumerated() where !(word.isEmpty && index == words.count - 1) {
            guard let part = decode(word, plusIsBlank: false) else { return nil }
            parts.append(part)
        }
        var query: [String: [String]] = [:]
        guard halves.count == 2 else { return (parts, query) }
        for pair in halves[1].split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decode(sides[0], plusIsBlank: true),
                let value = decode(sides.count == 2 ? sides[1] : "", plusIsBlank: true)
            else { return nil }
            query[name, default: []].append(value)
        }
        return (parts, query)
    }

    /// Takes percent-encoding off. Nil when it is malformed, or no UTF-8.
    private static func decode(_ text: Substring, plusIsBlank: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit),
                    let low = rest.popFirst().flatMap(digit)
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8(truncatingIfNeeded: $0) }
    }
}
