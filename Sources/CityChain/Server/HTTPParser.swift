// SPDX-License-Identifier: Apache-2.0

/// Cuts a byte stream into HTTP/1.1 requests. Pure: bytes in, steps out.
package struct HTTPParser {
    /// Bytes of request line and fields together: 64 KiB holds any URI form of a query.
    package static let headLimit = 65_536
    /// Bytes of a body, as CometBFT's max_body_bytes.
    package static let bodyLimit = 1_000_000
    /// Bytes of an oversized body that are still read and dropped, so that its sender gets the
    /// answer: 16 MiB; beyond that the connection is closed.
    package static let drainLimit = 16_777_216

    package enum Step: Hashable, Sendable {
        case needsMore
        /// The sender waits for "100 Continue" before its body.
        case expectsContinue
        case request(HTTPRequest)
        /// Not HTTP we serve: answer with that status and close.
        case refuse(status: Int)
    }

    private enum State {
        case head
        case fixed(remaining: Int)
        case chunkSize
        case chunk(remaining: Int)
        case trailer
    }

    private var buffer: [UInt8] = []
    private var start = 0
    private var state = State.head
    private var pending = HTTPRequest(method: "", target: "")
    private var received = 0

    package init() {}

    package mutating func append(_ bytes: [UInt8]) { buffer.append(contentsOf: bytes) }

    /// Bytes behind the last request: what an upgraded connection goes on with.
    package mutating func takeRest() -> [UInt8] {
        let rest = Array(buffer[start...])
        buffer = []
        start = 0
        return rest
    }

    package mutating func next() -> Step {
        defer { compact() }
        while true {
            switch state {
            case .head:
                guard let end = lineEnd(of: [0x0d, 0x0a, 0x0d, 0x0a]) else {
                    return buffer.count - start > HTTPParser.headLimit
                        ? .refuse(status: 431) : .needsMore
                }
                if let step = readHead(Array(buffer[start..<end])) { return step }
                start = end + 4
                if expectsContinue { return .expectsContinue }
            case .fixed(let remaining):
                if let left = take(remaining) {
                    state = .fixed(remaining: left)
                    return overflow ?? .needsMore
                }
                return finish()
            case .chunkSize:
                guard let end = lineEnd(of: [0x0d, 0x0a]) else { return .needsMore }
                let line = String(decoding: buffer[start..<end], as: UTF8.self)
                start = end + 2
                guard let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0,
                    size <= HTTPParser.drainLimit
                else { return .refuse(status: 400) }
                state = size == 0 ? .trailer : .chunk(remaining: size)
            case .chunk(let remaining):
                if let left = take(remaining) {
                    state = .chunk(remaining: left)
                    return overflow ?? .needsMore
                }
                guard buffer.count - start >= 2 else {
                    state = .chunk(remaining: 0)
                    return .needsMore
                }
                start += 2
                state = .chunkSize
            case .trailer:
                guard let end = lineEnd(of: [0x0d, 0x0a]) else { return .needsMore }
                let isEmpty = end == start
                start = end + 2
                if isEmpty { return finish() }
            }
        }
    }

    private var overflow: Step? {
        received > HTTPParser.drainLimit ? .refuse(status: 400) : nil
    }

    private var expectsContinue: Bool {
        if case .head = state { return false }
        return pending.field("expect")?.lowercased() == "100-continue"
    }

    /// Reads request line and fields; a step when the request cannot be served.
    private mutating func readHead(_ bytes: [UInt8]) -> Step? {
        let lines = String(decoding: bytes, as: UTF8.self).split(
            separator: "\r\n", omittingEmptySubsequences: false)
        let words = lines[0].split(separator: " ")
        guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return .refuse(status: 400) }
        var fields: [HTTPField] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return .refuse(status: 400) }
            let value = line[line.index(after: colon)...]
            fields.append(
                HTTPField(
                    name: line[..<colon].lowercased(),
                    value: String(value.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
                ))
        }
        pending = HTTPRequest(
            method: String(words[0]), target: String(words[1]), fields: fields)
        let connection = pending.field("connection")?.lowercased() ?? ""
        pending.keepsAlive =
            words[2] == "HTTP/1.1"
            ? !connection.contains("close") : connection.contains("keep-alive")
        received = 0
        if pending.field("transfer-encoding")?.lowercased() == "chunked" {
            state = .chunkSize
        } else if let length = pending.field("content-length") {
            guard let count = Int(length), count >= 0 else { return .refuse(status: 400) }
            state = .fixed(remaining: count)
        } else {
            state = .fixed(remaining: 0)
        }
        return nil
    }

    /// Moves up to `count` body bytes; the number still missing, or nil when there is none.
    private mutating func take(_ count: Int) -> Int? {
        let available = min(count, buffer.count - start)
        received += available
        if received <= HTTPParser.bodyLimit {
            pending.body.append(contentsOf: buffer[start..<start + available])
        } else {
            pending.bodyTooLarge = true
            pending.body = []
        }
        start += available
        return available < count ? count - available : nil
    }

    private mutating func finish() -> Step {
        state = .head
        return .request(pending)
    }

    private func lineEnd(of mark: [UInt8]) -> Int? {
        guard buffer.count - start >= mark.count else { return nil }
        for index in start...(buffer.count - mark.count)
        where buffer[index] == mark[0] && buffer[index..<index + mark.count].elementsEqual(mark) {
            return index
        }
        return nil
    }

    /// Drops what was consumed once it is worth a move.
    private mutating func compact() {
        guard start > 0, start == buffer.count || start > HTTPParser.headLimit else { return }
        buffer.removeFirst(start)
        start = 0
    }
}
