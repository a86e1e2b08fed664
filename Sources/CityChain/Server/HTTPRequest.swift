// SPDX-License-Identifier: Apache-2.0

import LightClient

/// One HTTP/1.1 request as it arrived.
package struct HTTPRequest: Hashable, Sendable {
    package var method: String
    /// Path and query as sent.
    package var target: String
    package var fields: [HTTPField]
    package var body: [UInt8]
    /// The body was longer than the limit; it was read and dropped.
    package var bodyTooLarge = false
    package var keepsAlive = true

    package init(
        method: String, target: String, fields: [HTTPField] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
    }

    /// The first field of that name, lower case.
    package func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    package var path: String { String(target.prefix { $0 != "?" }) }

    /// Query parameters, percent-decoded; the first of a name counts, as in Go's FormValue.
    package var query: [String: String] {
        guard let mark = target.firstIndex(of: "?") else { return [:] }
        var result: [String: String] = [:]
        for pair in target[target.index(after: mark)...].split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = HTTPRequest.percentDecoded(parts[0])
            let value = parts.count > 1 ? HTTPRequest.percentDecoded(parts[1]) : ""
            if result[name] == nil { result[name] = value }
        }
        return result
    }

    private static func percentDecoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        let source = Array(text.utf8)
        var index = 0
        while index < source.count {
            if source[index] == 0x25, index + 2 < source.count,
                let byte = Hex.decode(
                    String(decoding: source[index + 1...index + 2], as: UTF8.self))
            {
                bytes.append(contentsOf: byte)
                index += 3
            } else {
                bytes.append(source[index] == 0x2b ? 0x20 : source[index])
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// One header field, its name in lower case.
package struct HTTPField: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// One answer.
package struct HTTPResponse: Hashable, Sendable {
    package var status: Int
    package var contentType: String?
    package var body: [UInt8]

    package init(status: Int, contentType: String?, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    private static let reasons: [Int: String] = [
        200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
        422: "Unprocessable Content", 431: "Request Header Fields Too Large",
        500: "Internal Server Error",
        501: "Not Implemented",
    ]

    /// The bytes on the wire.
    package func encoded(keepsAlive: Bool) -> [UInt8] {
        let reason = HTTPResponse.reasons[status] ?? "Unknown"
        var head = "HTTP/1.1 \(status) \(reason)\r\n"
        if let contentType { head += "Content-Type: \(contentType)\r\n" }
        if !keepsAlive { head += "Connection: close\r\n" }
        head += "Content-Length: \(body.count)\r\n\r\n"
        return Array(head.utf8) + body
    }
}
