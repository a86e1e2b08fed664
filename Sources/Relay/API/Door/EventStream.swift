// SPDX-License-Identifier: Apache-2.0

import RelayTransport
import Synchronization

/// One open stream of server-sent events (the HTML standard, section 9.2). Any thread. A reader
/// that is too slow is cut off: it comes again and asks anew.
package final class EventStream: Sendable {
    private let door: APIDoor
    let token: ResponseToken
    /// Who reads it.
    let caller: String
    private let isEnded = Mutex(false)
    private let onEnd: @Sendable () -> Void

    init(
        door: APIDoor, token: ResponseToken, caller: String,
        onEnd: @escaping @Sendable () -> Void
    ) {
        self.door = door
        self.token = token
        self.caller = caller
        self.onEnd = onEnd
    }

    package var isOpen: Bool { isEnded.withLock { !$0 } }

    /// Sends one event. False once the stream has ended.
    @discardableResult
    package func send(_ data: some Encodable, event: String = "", id: String = "") -> Bool {
        guard let bytes = try? APIAnswer.encode(data) else { return isOpen }
        return send(text: String(decoding: bytes, as: UTF8.self), event: event, id: id)
    }

    @discardableResult
    package func send(text: String, event: String = "", id: String = "") -> Bool {
        guard isOpen else { return false }
        var lines = ""
        if !id.isEmpty { lines += "id: \(EventStream.line(id))\n" }
        if !event.isEmpty { lines += "event: \(EventStream.line(event))\n" }
        for line in text.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" })
        {
            lines += "data: \(line)\n"
        }
        door.append(token, Array((lines + "\n").utf8), end: false)
        return true
    }

    /// A line that readers ignore: keeps the connection alive and shows whether it still is.
    package func sendComment() {
        if isOpen { door.append(token, Array(": \n\n".utf8), end: false) }
    }

    package func end() {
        if markEnded() { door.append(token, [], end: true) }
    }

    /// The door says that the stream is gone.
    func closed() {
        _ = markEnded()
        onEnd()
    }

    private func markEnded() -> Bool {
        isEnded.withLock { ended in
            defer { ended = true }
            return !ended
        }
    }

    private static func line(_ text: String) -> String {
        String(text.filter { !$0.isNewline })
    }
}
