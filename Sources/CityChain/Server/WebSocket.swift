// SPDX-License-Identifier: Apache-2.0

internal import CWslay
import LightClient

// Unsafe: wslay's event context and its callbacks work through pointers; none leaves this file.

/// The server's end of one websocket (RFC 6455), over whatever carries its bytes.
@safe package final class WebSocket {
    private var context: wslay_event_context_ptr?
    private var incoming: [UInt8] = []
    private var outgoing: [UInt8] = []
    private var messages: [[UInt8]] = []
    private var heardPong = true

    /// Bytes of one message from a client, as CometBFT's read limit.
    private static let messageLimit: UInt64 = 1_000_000

    package init?() {
        var callbacks = wslay_event_callbacks()
        unsafe callbacks.recv_callback = { context, buffer, capacity, _, user in
            guard let user = unsafe user, let buffer = unsafe buffer else { return -1 }
            let socket = unsafe Unmanaged<WebSocket>.fromOpaque(user).takeUnretainedValue()
            return unsafe socket.receive(into: buffer, capacity: capacity, context: context)
        }
        unsafe callbacks.send_callback = { _, data, count, _, user in
            guard let user = unsafe user, let data = unsafe data else { return -1 }
            let socket = unsafe Unmanaged<WebSocket>.fromOpaque(user).takeUnretainedValue()
            unsafe socket.outgoing.append(
                contentsOf: UnsafeBufferPointer(start: data, count: count))
            return count
        }
        unsafe callbacks.on_msg_recv_callback = { _, message, user in
            guard let user = unsafe user, let message = unsafe message?.pointee else { return }
            let socket = unsafe Unmanaged<WebSocket>.fromOpaque(user).takeUnretainedValue()
            let bytes = unsafe Array(
                UnsafeBufferPointer(start: message.msg, count: message.msg_length))
            unsafe socket.take(opcode: message.opcode, bytes)
        }
        let status = unsafe wslay_event_context_server_init(
            &context, &callbacks, Unmanaged.passUnretained(self).toOpaque())
        guard status == 0 else { return nil }
        unsafe wslay_event_config_set_max_recv_msg_length(context, WebSocket.messageLimit)
    }

    deinit { unsafe wslay_event_context_free(context) }

    /// The value of Sec-WebSocket-Accept.
    package static func accept(key: String) -> String {
        Base64.encode(SHA1.hash(Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)))
    }

    /// Takes bytes from the peer; the whole messages in them.
    package func feed(_ bytes: [UInt8]) -> [[UInt8]] {
        incoming.append(contentsOf: bytes)
        let status = unsafe wslay_event_recv(context)
        if status != 0 { outgoing = [] }
        defer { messages = [] }
        return messages
    }

    package func send(_ text: [UInt8]) { queue(UInt8(WSLAY_TEXT_FRAME.rawValue), text) }

    /// Sends a ping; false when the last one was never answered.
    package func ping() -> Bool {
        guard heardPong else { return false }
        heardPong = false
        queue(UInt8(WSLAY_PING.rawValue), [])
        return true
    }

    /// The bytes to put on the wire.
    package func takeOutgoing() -> [UInt8] {
        _ = unsafe wslay_event_send(context)
        defer { outgoing = [] }
        return outgoing
    }

    /// True when both sides are through.
    package var isFinished: Bool {
        unsafe wslay_event_get_close_received(context) != 0
            || wslay_event_get_read_enabled(context) == 0
    }

    private func queue(_ opcode: UInt8, _ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            var message = unsafe wslay_event_msg(
                opcode: opcode, msg: buffer.baseAddress, msg_length: buffer.count)
            _ = unsafe wslay_event_queue_msg(context, &message)
        }
    }

    private func receive(
        into buffer: UnsafeMutablePointer<UInt8>, capacity: Int,
        context: wslay_event_context_ptr?
    ) -> Int {
        let count = min(capacity, incoming.count)
        guard count > 0 else {
            unsafe wslay_event_set_error(context, Int32(WSLAY_ERR_WOULDBLOCK.rawValue))
            return -1
        }
        for index in 0..<count { unsafe buffer[index] = incoming[index] }
        incoming.removeFirst(count)
        return count
    }

    private func take(opcode: UInt8, _ bytes: [UInt8]) {
        // Whatever a client says proves that it is there.
        heardPong = true
        let kinds = [UInt8(WSLAY_TEXT_FRAME.rawValue), UInt8(WSLAY_BINARY_FRAME.rawValue)]
        if kinds.contains(opcode) { messages.append(bytes) }
    }
}
