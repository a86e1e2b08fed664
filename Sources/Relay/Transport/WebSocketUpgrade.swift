// SPDX-License-Identifier: Apache-2.0

/// The answer to a websocket's upgrade request (RFC 6455 4.1).
enum WebSocketUpgrade {
    /// The index behind the empty line.
    static func headEnd(_ bytes: [UInt8]) -> Int? {
        let mark = Array("\r\n\r\n".utf8)
        guard bytes.count >= mark.count else { return nil }
        for start in 0...bytes.count - mark.count
        where bytes[start] == mark[0] && bytes[start..<start + mark.count].elementsEqual(mark) {
            return start + mark.count
        }
        return nil
    }

    static func check(
        _ head: ArraySlice<UInt8>, key: String, _ address: String
    ) throws(TransportError) {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let first = lines.first ?? ""
        guard first.hasPrefix("HTTP/1.1 101") else {
            throw TransportError(.websocketRefused, "\(address): \(first.prefix(100))")
        }
        var upgrade = ""
        var connection = ""
        var accept = ""
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            var value = line[line.index(after: colon)...]
            while value.first == " " { value.removeFirst() }
            while value.last == " " { value.removeLast() }
            switch line[..<colon].lowercased() {
            case "upgrade": upgrade = value.lowercased()
            case "connection": connection = value.lowercased()
            case "sec-websocket-accept": accept = String(value)
            case "sec-websocket-extensions", "sec-websocket-protocol":
                throw TransportError(
                    .websocketRefused, "\(address): an extension that we did not ask for")
            default: continue
            }
        }
        guard upgrade == "websocket",
            connection.split(separator: ",").contains(where: {
                $0.drop { $0 == " " } == "upgrade"
            })
        else {
            throw TransportError(.websocketRefused, "\(address): no upgrade to websocket")
        }
        guard accept == WebSocketFrames.accept(for: key) else {
            throw TransportError(.websocketRefused, "\(address): wrong Sec-WebSocket-Accept")
        }
    }
}
