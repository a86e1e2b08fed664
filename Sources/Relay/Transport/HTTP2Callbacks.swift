// SPDX-License-Identifier: Apache-2.0

import CNghttp2
import Glibc

// Unsafe: the C side of HTTP2Connection; nghttp2 calls back with pointers that live for the call.

extension HTTP2Connection {
    /// Makes the nghttp2 session and sends our SETTINGS.
    func startSession() -> Bool {
        var callbacks: OpaquePointer?
        var option: OpaquePointer?
        guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0,
            unsafe nghttp2_option_new(&option) == 0
        else { return false }
        defer {
            unsafe nghttp2_session_callbacks_del(callbacks)
            unsafe nghttp2_option_del(option)
        }
        unsafe HTTP2Callbacks.install(callbacks)
        // Windows are given back when a body was taken, not when it arrived.
        unsafe nghttp2_option_set_no_auto_window_update(option, 1)
        unsafe nghttp2_option_set_max_outbound_ack(option, limits.controlFrameBurst)
        // Behind our own count of resets, as a second fence.
        unsafe nghttp2_option_set_stream_reset_rate_limit(
            option, UInt64(2 * limits.resetBurst), UInt64(2 * limits.resetsPerSecond))
        let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
        let made =
            role == .server
            ? unsafe nghttp2_session_server_new2(&session, callbacks, owner, option)
            : unsafe nghttp2_session_client_new2(&session, callbacks, owner, option)
        guard made == 0, let session = unsafe session else { return false }
        var settings = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                value: UInt32(role == .server ? limits.concurrentStreams : 0)),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: UInt32(limits.streamWindowBytes)),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(limits.headerListBytes)),
        ]
        if role == .client {
            settings.append(
                nghttp2_settings_entry(
                    settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0))
        }
        let none = UInt8(truncatingIfNeeded: NGHTTP2_FLAG_NONE.rawValue)
        return unsafe nghttp2_submit_settings(session, none, settings, settings.count) == 0
            && nghttp2_session_set_local_window_size(
                session, none, 0, Int32(limits.connectionWindowBytes)) == 0
    }

    func find(_ id: Int32) -> HTTP2Stream? {
        if let recent, recent.id == id { return recent }
        guard let stream = streams[id] else { return nil }
        recent = stream
        return stream
    }

    // MARK: What nghttp2 reports

    fileprivate func beganHeaders(_ frame: nghttp2_frame) {
        let id = unsafe frame.hd.stream_id
        if role == .server, unsafe frame.headers.cat == NGHTTP2_HCAT_REQUEST {
            let stream = HTTP2Stream(id: id, startedAt: loop.nowMilliseconds)
            streams[id] = stream
            recent = stream
        } else if let stream = find(id) {
            // A second header block is trailers, unless all before were 1xx.
            stream.readsTrailers = role == .server || stream.status >= 200
            if !stream.readsTrailers { stream.headers = HeaderBlock() }
        }
    }

    fileprivate func header(
        _ id: Int32, _ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
    ) {
        guard let stream = find(id) else { return }
        stream.headerListBytes += name.count + value.count + 32
        guard stream.headerListBytes <= limits.headerListBytes else {
            stream.refusal = stream.refusal ?? .headersTooLarge
            return
        }
        if unsafe name.first == UInt8(ascii: ":"), name.count > 2 {
            unsafe pseudo(stream, name[1], name[2], value)
            return
        }
        if name.count == 14, unsafe name.begins(with: "content-length") {
            // nghttp2 has checked that it is a number and that the body keeps to it.
            stream.contentLength = unsafe Int(String(decoding: value, as: UTF8.self))
        } else if name.count == 12, unsafe name.begins(with: "content-type") {
            stream.stripsPrefix = unsafe value.begins(with: "application/grpc")
        }
        let stored =
            stream.readsTrailers
            ? unsafe stream.trailers.append(name: name, value: value)
            : unsafe stream.headers.append(name: name, value: value)
        if !stored { stream.refusal = stream.refusal ?? .headersTooLarge }
    }

    private func pseudo(
        _ stream: HTTP2Stream, _ first: UInt8, _ second: UInt8, _ value: UnsafeBufferPointer<UInt8>
    ) {
        switch (first, second) {
        case (UInt8(ascii: "m"), _):
            if value.count == 4, unsafe value.begins(with: "POST") {
                stream.method = .post
            } else if value.count == 3, unsafe value.begins(with: "GET") {
                stream.method = .get
            } else {
                stream.method = unsafe .other(String(decoding: value, as: UTF8.self))
            }
        case (UInt8(ascii: "p"), UInt8(ascii: "a")):
            if unsafe !value.equals(pathBytes) {
                unsafe pathBytes = Array(value)
                pathText = unsafe String(decoding: value, as: UTF8.self)
            }
            stream.path = pathText
        case (UInt8(ascii: "s"), UInt8(ascii: "t")):
            stream.status = unsafe Int(String(decoding: value, as: UTF8.self)) ?? 0
        default: return
        }
    }

    fileprivate func data(_ id: Int32, _ bytes: UnsafeBufferPointer<UInt8>) {
        guard let stream = find(id) else {
            // Nobody holds it: the connection's window is given back at once.
            if let session = unsafe session {
                unsafe nghttp2_session_consume_connection(session, bytes.count)
            }
            return
        }
        received(bytes.count, on: stream)
        if stream.refusal != nil { return }
        guard stream.receivedBytes + bytes.count <= limits.bodyBytes else {
            stream.dropBody()
            refuse(stream, .bodyTooLarge)
            return
        }
        unsafe stream.receive(bytes)
    }

    fileprivate func frame(_ frame: nghttp2_frame) {
        wasUseful = true
        let header = unsafe frame.hd
        let ack = header.flags & UInt8(truncatingIfNeeded: NGHTTP2_FLAG_ACK.rawValue) != 0
        let ends = header.flags & UInt8(truncatingIfNeeded: NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch UInt32(header.type) {
        case NGHTTP2_HEADERS.rawValue:
            guard let stream = find(header.stream_id) else { return }
            if !stream.readsTrailers { headersEnded(stream) }
            if ends { ended(stream) }
        case NGHTTP2_DATA.rawValue:
            if ends, let stream = find(header.stream_id) {
                ended(stream)
            } else if header.length == 0 {
                countControl()
            }
        case NGHTTP2_PING.rawValue: if ack { pingAnswered() } else { countControl() }
        case NGHTTP2_SETTINGS.rawValue: if !ack { countControl() }
        case NGHTTP2_PRIORITY.rawValue: countControl()
        case NGHTTP2_RST_STREAM.rawValue:
            if role == .server, !resets.take(now: loop.nowMilliseconds) {
                calm("streams were opened and reset too fast")
            }
        case NGHTTP2_GOAWAY.rawValue: if role == .client { goingAway() }
        default: return
        }
    }

    private func countControl() {
        if !controlFrames.take(now: loop.nowMilliseconds) { calm("too many control frames") }
    }

    private func headersEnded(_ stream: HTTP2Stream) {
        if let refusal = stream.refusal {
            refuse(stream, refusal)
            return
        }
        if let length = stream.contentLength, length > limits.bodyBytes {
            refuse(stream, .bodyTooLarge)
            return
        }
        stream.beginBody(limit: limits.bodyBytes)
    }

    private func ended(_ stream: HTTP2Stream) {
        if stream.refusal == .headersTooLarge, !stream.isAnswered {
            refuse(stream, .headersTooLarge)
        }
        if stream.refusal == nil { completed(stream) } else { stream.isComplete = true }
    }

    fileprivate func sent(_ frame: nghttp2_frame) {
        let header = unsafe frame.hd
        guard role == .server,
            header.flags & UInt8(truncatingIfNeeded: NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
            let stream = find(header.stream_id), !stream.isComplete
        else { return }
        // Answered before the request was whole: RFC 9113 8.1 asks for this end.
        reset(stream, NGHTTP2_NO_ERROR)
    }

    fileprivate func closed(_ id: Int32, code: UInt32) {
        guard let stream = find(id) else { return }
        streamClosed(stream, code: code)
    }

    fileprivate func stage(
        _ id: Int32, _ head: UnsafePointer<UInt8>, _ length: Int
    ) -> Int32 {
        guard let stream = find(id) else {
            return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        unsafe loop.buffers.staging.append(head, 9)
        stream.take(length, into: loop.buffers.staging)
        // nghttp2 would go on through the whole window; a slow reader costs one fill only.
        return loop.buffers.staging.count < limits.fillBytes ? 0 : NGHTTP2_ERR_PAUSE.rawValue
    }

    /// How much of a body the next DATA frame carries; says when it is the last.
    fileprivate func fill(_ id: Int32, _ room: Int, _ flags: UnsafeMutablePointer<UInt32>) -> Int {
        guard let session = unsafe session, let stream = find(id) else {
            return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
        guard case .bytes(let count, let isLast) = stream.offer(room) else {
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        unsafe flags.pointee |= NGHTTP2_DATA_FLAG_NO_COPY.rawValue
        guard isLast else { return count }
        unsafe flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
        if !stream.outgoingTrailers.isEmpty {
            unsafe flags.pointee |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
            let scratch = loop.buffers.headers
            scratch.begin()
            scratch.add(stream.outgoingTrailers)
            _ = unsafe scratch.submit { unsafe nghttp2_submit_trailer(session, id, $0, $1) }
        }
        return count
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func begins(with text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount, let base = baseAddress else { return false }
        return unsafe memcmp(base, text.utf8Start, text.utf8CodeUnitCount) == 0
    }

    fileprivate func equals(_ bytes: [UInt8]) -> Bool {
        guard count == bytes.count, let base = baseAddress else { return false }
        return unsafe memcmp(base, bytes, count) == 0
    }
}

private func connection(of user: UnsafeMutableRawPointer?) -> HTTP2Connection? {
    guard let user = unsafe user else { return nil }
    return unsafe Unmanaged<HTTP2Connection>.fromOpaque(user).takeUnretainedValue()
}

/// The C functions; each finds its connection and goes there.
enum HTTP2Callbacks {
    static func install(_ callbacks: OpaquePointer?) {
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) {
            _, frame, user in
            guard let frame = unsafe frame else { return 0 }
            unsafe connection(of: user)?.beganHeaders(frame.pointee)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, frame, name, nameCount, value, valueCount, _, user in
            guard let frame = unsafe frame else { return 0 }
            unsafe connection(of: user)?.header(
                frame.pointee.hd.stream_id, UnsafeBufferPointer(start: name, count: nameCount),
                UnsafeBufferPointer(start: value, count: valueCount))
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
            _, _, id, bytes, count, user in
            unsafe connection(of: user)?.data(id, UnsafeBufferPointer(start: bytes, count: count))
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            guard let frame = unsafe frame else { return 0 }
            unsafe connection(of: user)?.frame(frame.pointee)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, user in
            guard let frame = unsafe frame else { return 0 }
            unsafe connection(of: user)?.sent(frame.pointee)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) {
            _, id, code, user in
            unsafe connection(of: user)?.closed(id, code: code)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_send_data_callback(callbacks) {
            _, frame, head, length, _, user in
            guard let frame = unsafe frame, let head = unsafe head,
                let owner = unsafe connection(of: user)
            else { return NGHTTP2_ERR_CALLBACK_FAILURE.rawValue }
            return unsafe owner.stage(frame.pointee.hd.stream_id, head, length)
        }
        unsafe nghttp2_session_callbacks_set_error_callback2(callbacks) {
            _, _, words, count, user in
            guard let words = unsafe words, count < 512 else { return 0 }
            let text = unsafe UnsafeRawBufferPointer(start: words, count: count)
            unsafe connection(of: user)?.complaint = unsafe String(decoding: text, as: UTF8.self)
            return 0
        }
    }

    /// Where every outgoing body comes from.
    static func provider() -> nghttp2_data_provider {
        unsafe nghttp2_data_provider(
            source: nghttp2_data_source(),
            read_callback: { _, id, _, room, flags, _, user in
                guard let flags = unsafe flags, let owner = unsafe connection(of: user) else {
                    return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
                }
                return unsafe owner.fill(id, room, flags)
            })
    }
}
