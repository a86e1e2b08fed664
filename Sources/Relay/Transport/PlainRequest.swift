// SPDX-License-Identifier: Apache-2.0

/// A request of HTTP/1.1 without a body. Source: RFC 9112 sections 2 and 3.
package struct PlainRequest: Hashable, Sendable {
    /// Bytes of a request's head: a monitor's has a few hundred.
    static let maxHead = 8_192

    package let isHead: Bool
    /// Path and query, as it came.
    package let target: String
    /// Without it a page of somebody else could ask in a browser's name; empty: none was given.
    package let host: String

    /// What keeps a head from being a request of this kind; its status answers it.
    package enum Fault: Int, Error, Hashable, Sendable {
        case malformed = 400
        case method = 405
        case bodyGiven = 413
        case tooLarge = 431
        case version = 505
    }

    /// Reads the head, up to and without its empty line.
    package init(head: [UInt8]) throws(Fault) {
        guard let text = String(validating: head, as: UTF8.self) else { throw .malformed }
        var lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        guard let first = lines.first else { throw .malformed }
        let words = first.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[2].hasPrefix("HTTP/") else { throw .malformed }
        guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else { throw .version }
        guard words[0] == "GET" || words[0] == "HEAD" else { throw .method }
        guard words[1].hasPrefix("/"), words[1].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw .malformed
        }
        lines.removeFirst()
        var host: String?
        for line in lines {
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex,
                !line[..<colon].contains(where: { $0 == " " || $0 == "\t" })
            else { throw .malformed }
            let value = PlainRequest.trimmed(line[line.index(after: colon)...])
            switch line[..<colon].lowercased() {
            case "host":
                guard host == nil else { throw .malformed }
                host = value
            case "content-length": if value != "0" { throw .bodyGiven }
            case "transfer-encoding": throw .bodyGiven
            default: break
            }
        }
        guard host != nil || words[2] == "HTTP/1.0" else { throw .malformed }
        isHead = words[0] == "HEAD"
        target = String(words[1])
        self.host = host ?? ""
    }

    /// Whether the host is this machine by its own names: what a browser was led here by is not.
    package var isForLoopback: Bool {
        var name = Substring(host)
        if let colon = name.lastIndex(of: ":"),
            name[name.index(after: colon)...].allSatisfy({ $0.isNumber })
        {
            name = name[..<colon]
        }
        return host.isEmpty || name == "localhost" || name == "[::1]"
            || PlainRequest.isLoopback(name)
    }

    /// 127.0.0.0/8, written out.
    private static func isLoopback(_ name: Substring) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
