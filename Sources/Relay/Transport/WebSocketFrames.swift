// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import CWslay

// Unsafe: owns one wslay context, which reads and writes through our callbacks within one call.

/// Websocket frames of a client (RFC 6455), by wslay: masks, fragments, pings, closing, UTF-8.
@safe
final class WebSocketFrames {
    private var context: wslay_event_context_ptr?
    private var input: UnsafeRawBufferPointer
    private let output = GrowingBuffer()
    private let onText: ([UInt8]) -> Void

    init(limit: Int, onText: @escaping ([UInt8]) -> Void) throws(TransportError) {
        self.onText = onText
        unsafe input = UnsafeRawBufferPointer(start: nil, count: 0)
        unsafe context = nil
        var callbacks = wslay_event_callbacks()
        unsafe callbacks.recv_callback = { context, target, capacity, _, user in
            guard let frames = unsafe frames(of: user), let target = unsafe target else {
                return -1
            }
            let taken = unsafe frames.take(target, capacity)
            if taken == 0 {
                unsafe wslay_event_set_error(context, Int32(WSLAY_ERR_WOULDBLOCK.rawValue))
                return -1
            }
            return taken
        }
        unsafe callbacks.send_callback = { _, bytes, count, _, user in
            guard let frames = unsafe frames(of: user), let bytes = unsafe bytes else { return -1 }
            unsafe frames.output.append(bytes, count)
            return count
        }
        unsafe callbacks.genmask_callback = { _, target, count, _ in
            unsafe RAND_bytes(target, Int32(count)) == 1 ? 0 : -1
        }
        unsafe callbacks.on_msg_recv_callback = { _, argument, user in
            guard let frames = unsafe frames(of: user), let argument = unsafe argument,
                unsafe UInt32(argument.pointee.opcode) == WSLAY_TEXT_FRAME.rawValue
            else { return }
            let message = unsafe UnsafeBufferPointer(
                start: argument.pointee.msg, count: argument.pointee.msg_length)
            unsafe frames.onText(Array(message))
        }
        let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
        guard unsafe wslay_event_context_client_init(&context, &callbacks, owner) == 0 else {
            throw TransportError(.websocketClosed, "out of memory for a websocket")
        }
        unsafe wslay_event_config_set_max_recv_msg_length(context, UInt64(limit))
    }

    deinit {
        if let context = unsafe context { unsafe wslay_event_context_free(context) }
    }

    /// Gives bytes from the node; whole text messages are reported on the way.
    func receive(_ bytes: UnsafeRawBufferPointer) throws(TransportError) {
        unsafe input = unsafe bytes
        defer { unsafe input = UnsafeRawBufferPointer(start: nil, count: 0) }
        while unsafe input.count > 0, unsafe wslay_event_get_read_enabled(context) != 0 {
            guard unsafe wslay_event_recv(context) == 0 else {
                throw TransportError(.websocketClosed, "the node broke the websocket protocol")
            }
        }
        // wslay answers what is too large or malformed with a close frame of its own.
        if unsafe wslay_event_get_read_enabled(context) == 0, !isClosed {
            // Its status is known once it was written.
            _ = unsafe wslay_event_send(context)
            let tooBig =
                unsafe wslay_event_get_status_code_sent(context)
                == UInt16(WSLAY_CODE_MESSAGE_TOO_BIG.rawValue)
            throw TransportError(
                tooBig ? .bodyTooLarge : .websocketClosed,
                tooBig ? "a message is over the limit" : "the node sent a malformed frame")
        }
    }

    /// Both sides may still have frames under way, but no more messages come.
    var isClosed: Bool { unsafe wslay_event_get_close_received(context) != 0 }

    var queuedBytes: Int { unsafe Int(wslay_event_get_queued_msg_length(context)) }

    func queue(text: [UInt8]) { queue(WSLAY_TEXT_FRAME, text) }

    func queuePing() { queue(WSLAY_PING, []) }

    func queueClose() {
        _ = unsafe wslay_event_queue_close(
            context, UInt16(WSLAY_CODE_NORMAL_CLOSURE.rawValue), nil, 0)
    }

    private func queue(_ code: wslay_opcode, _ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            var message = unsafe wslay_event_msg(
                opcode: UInt8(truncatingIfNeeded: code.rawValue), msg: buffer.baseAddress,
                msg_length: buffer.count)
            _ = unsafe wslay_event_queue_msg(context, &message)
        }
    }

    /// Moves everything that wants to be sent.
    func drain(into staging: GrowingBuffer) {
        _ = unsafe wslay_event_send(context)
        if let base = unsafe output.bytes.baseAddress {
            unsafe staging.append(base, output.count)
        }
        output.clear()
    }

    private func take(_ target: UnsafeMutablePointer<UInt8>, _ capacity: Int) -> Int {
        let count = unsafe min(capacity, input.count)
        guard count > 0, let base = unsafe input.baseAddress else { return 0 }
        unsafe UnsafeMutableRawPointer(target).copyMemory(from: base, byteCount: count)
        unsafe input = UnsafeRawBufferPointer(rebasing: input[count...])
        return count
    }

    // MARK: Handshake

    /// Sixteen random bytes in base64.
    static func makeKey() -> String { base64(RandomBytes.make(16)) }

    /// base64(SHA-1(key ‖ RFC 6455's constant)).
    static func accept(for key: String) -> String {
        let input = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: 20)
        var length: UInt32 = 20
        _ = unsafe EVP_Digest(input, input.count, &digest, &length, EVP_sha1(), nil)
        return base64(digest)
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        // Four characters for three bytes, and the terminator that OpenSSL writes.
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = unsafe EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return String(decoding: text.prefix(Int(count)), as: UTF8.self)
    }
}

private func frames(of user: UnsafeMutableRawPointer?) -> WebSocketFrames? {
    guard let user = unsafe user else { return nil }
    return unsafe Unmanaged<WebSocketFrames>.fromOpaque(user).takeUnretainedValue()
}
