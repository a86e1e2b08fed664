// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Bytes as lines of text that survive mail and messengers, with their kind in the first and the
/// last line: how requests, approvals and manifests travel as files.
public enum Armour {
    /// What a file holds.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case request = "CITYRELAY REQUEST"
        case proposal = "CITYRELAY PROPOSAL"
        case approval = "CITYRELAY APPROVAL"
        case rejection = "CITYRELAY REJECTION"
        case manifest = "CITYRELAY MANIFEST"
        case evidence = "CITYRELAY EVIDENCE"
        case report = "CITYRELAY REPORT"
    }

    static let columns = 64

    public static func encode(_ kind: Kind, _ bytes: [UInt8]) -> String {
        var text = "-----BEGIN \(kind.rawValue)-----\n"
        let letters = Array(Base64.encode(bytes).utf8)
        var index = 0
        while index < letters.count {
            let end = min(index + columns, letters.count)
            text += String(decoding: letters[index..<end], as: UTF8.self) + "\n"
            index = end
        }
        return text + "-----END \(kind.rawValue)-----\n"
    }

    /// The first block of text; what stands before and after it is for people. Nil when there is
    /// none that is whole.
    public static func decode(_ text: String) -> (kind: Kind, bytes: [UInt8])? {
        blocks(text, limit: 1).first
    }

    /// The whole blocks of a text, in order; none after one that is damaged.
    public static func blocks(_ text: String, limit: Int) -> [(kind: Kind, bytes: [UInt8])] {
        var found: [(kind: Kind, bytes: [UInt8])] = []
        var kind: Kind?
        var letters = ""
        for line in text.split(whereSeparator: \.isNewline) {
            let line = trimmed(line)
            guard let open = kind else {
                let start = withoutMark(line)
                kind = Kind.allCases.first { start == "-----BEGIN \($0.rawValue)-----" }
                continue
            }
            if line == "-----END \(open.rawValue)-----" {
                guard let bytes = Base64.decode(letters) else { return found }
                found.append((open, bytes))
                guard found.count < limit else { return found }
                (kind, letters) = (nil, "")
                continue
            }
            letters += line
        }
        return found
    }

    /// Some editors put a byte order mark before the first line, and joining files puts it before
    /// later ones.
    private static func withoutMark(_ line: Substring) -> Substring {
        line.unicodeScalars.first == "\u{feff}" ? Substring(line.unicodeScalars.dropFirst()) : line
    }

    private static func trimmed(_ line: Substring) -> Substring {
        var line = line
        while line.last?.isWhitespace == true { line.removeLast() }
        while line.first?.isWhitespace == true { line.removeFirst() }
        return line
    }
}
