// SPDX-License-Identifier: Apache-2.0

import CNghttp2

// Unsafe: hands header lists to nghttp2 by pointer, for one call.

extension HTTP2Connection {
    /// Server: an answer to a request. Nothing happens when its stream is gone.
    func respond(_ id: Int32, _ response: Response) {
        guard let stream = awaiting(id) else { return }
        submit(response, on: stream)
    }

    /// Server: the transport's own answer, also to a request that is still arriving. Client: an
    /// answer that breaks a limit resets its stream.
    func refuse(_ stream: HTTP2Stream, _ refusal: HTTP2Stream.Refusal) {
        stream.refusal = refusal
        guard role == .server else {
            reset(stream, NGHTTP2_CANCEL)
            return
        }
        guard !stream.isAnswered else { return }
        _ = awaiting(stream.id)
        let (status, words) = words(refusal)
        guard !stream.stripsPrefix else {
            let code: GRPCStatus.Code = refusal == .tooSlow ? .deadlineExceeded : .resourceExhausted
            submit(GRPCServer.response(GRPCStatus(code, words)), on: stream)
            return
        }
        submit(
            Response(
                status: status, headers: [HTTPHeader("content-type", "text/plain")],
                body: Array("\(words)\n".utf8)), on: stream)
    }

    private func words(_ refusal: HTTP2Stream.Refusal) -> (status: Int, words: String) {
        switch refusal {
        case .headersTooLarge:
            (431, "http.headers-too-large: more than \(limits.headerListBytes) bytes of headers")
        case .bodyTooLarge:
            (413, "http.body-too-large: more than \(limits.bodyBytes) bytes of body")
        case .tooSlow:
            (408, "net.timeout: the request was not whole in \(limits.requestMilliseconds) ms")
        case .noRoom: (503, "net.queue-full: too many bodies at once")
        }
    }

    /// Server: begins an answer whose body comes in pieces.
    func beginStreaming(_ id: Int32, status: Int, headers: [HTTPHeader]) {
        guard let stream = awaiting(id) else { return }
        stream.beginStreaming()
        submit(Response(status: status, headers: headers), on: stream)
    }

    /// Server: one more piece. False when the stream is gone or its reader too slow; then it is
    /// reset.
    func append(_ id: Int32, _ bytes: [UInt8], end: Bool) -> Bool {
        guard let session = unsafe session, let stream = streams[id], stream.isAnswered else {
            return false
        }
        guard stream.append(bytes, end: end, limit: limits.streamingBacklogBytes) else {
            reset(stream, NGHTTP2_CANCEL)
            return false
        }
        if stream.isDeferred {
            stream.resume()
            unsafe nghttp2_session_resume_data(session, id)
        }
        return true
    }

    private func submit(_ response: Response, on stream: HTTP2Stream) {
        guard let session = unsafe session else { return }
        let isHead = stream.method == .other("HEAD")
        if !isHead {
            stream.send(
                body: response.body, framed: response.framed, trailers: response.trailers)
        }
        let scratch = loop.buffers.headers
        scratch.begin()
        scratch.add(":status", number: response.status)
        scratch.add(response.headers)
        if !response.body.isEmpty, !response.framed {
            scratch.add("content-length", number: response.body.count)
        }
        let hasBody = !isHead && stream.hasBody
        var provider = unsafe HTTP2Callbacks.provider()
        let result = unsafe scratch.submit { pairs, count in
            hasBody
                ? unsafe nghttp2_submit_response(session, stream.id, pairs, count, &provider)
                : unsafe nghttp2_submit_response(session, stream.id, pairs, count, nil)
        }
        if result != 0 { reset(stream, NGHTTP2_INTERNAL_ERROR) }
    }

    /// Client: opens a stream. Nil when the session takes none.
    func submit(_ request: OutgoingRequest, authority: String, scheme: String) -> HTTP2Stream? {
        guard let session = unsafe session, !isShuttingDown else { return nil }
        let stream = HTTP2Stream(id: 0, startedAt: loop.nowMilliseconds)
        stream.send(body: request.body, framed: request.framed, trailers: [])
        let scratch = loop.buffers.headers
        scratch.begin()
        scratch.add(":method", request.method.name)
        scratch.add(":scheme", scheme)
        scratch.add(":authority", authority)
        scratch.add(":path", request.path)
        scratch.add(request.headers)
        if !request.body.isEmpty, !request.framed {
            scratch.add("content-length", number: request.body.count)
        }
        var provider = unsafe HTTP2Callbacks.provider()
        let id = unsafe scratch.submit { pairs, count in
            stream.hasBody
                ? unsafe nghttp2_submit_request(session, nil, pairs, count, &provider, nil)
                : unsafe nghttp2_submit_request(session, nil, pairs, count, nil, nil)
        }
        guard id > 0 else { return nil }
        stream.id = id
        streams[id] = stream
        return stream
    }

    /// Client: how many more streams may be opened now.
    var room: Int {
        guard let session = unsafe session, isOpen, !isShuttingDown else { return 0 }
        let allowed = unsafe nghttp2_session_get_remote_settings(
            session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
        return max(0, min(Int(allowed), limits.concurrentStreams) - streams.count)
    }
}
