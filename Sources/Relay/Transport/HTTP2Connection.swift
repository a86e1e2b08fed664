// SPDX-License-Identifier: Apache-2.0

import CNghttp2

// Unsafe: owns one nghttp2_session, which never leaves its loop's thread.

/// Error codes of RFC 9113 7 that we tell apart, and one of our own.
enum HTTP2Code {
    static let refusedStream: UInt32 = 7
    static let enhanceYourCalm: UInt32 = 11
    /// Not on the wire: the connection went while the stream was open.
    static let connectionLost = UInt32.max
}

/// What a connection's owner (server or client) hears. Called on the loop.
protocol HTTP2Owner: AnyObject {
    func connectionOpened(_ connection: HTTP2Connection)
    /// A whole request or a whole answer.
    func connection(_ connection: HTTP2Connection, completed stream: HTTP2Stream)
    /// The stream is gone; `code` is HTTP/2's, 0 when it ended as it should.
    func connection(_ connection: HTTP2Connection, closed stream: HTTP2Stream, code: UInt32)
    /// The peer opens nothing more and takes nothing more.
    func connectionGoingAway(_ connection: HTTP2Connection)
    /// All that one read brought was reported: the place to call other people's code.
    func connectionTurnEnded(_ connection: HTTP2Connection)
    /// What there was to send has left; streams may have closed by it. Callers' code may run here
    /// too.
    func connectionFlushed(_ connection: HTTP2Connection)
    /// The last call. Streams that were open have been reported closed before.
    func connectionClosed(_ connection: HTTP2Connection, _ error: TransportError)
}

/// One HTTP/2 connection in either role: nghttp2 over a `ByteChannel`, with flow control in both
/// directions, the limits' clocks and the defence against floods.
@safe
final class HTTP2Connection: ChannelDelegate {
    enum Role { case server, client }
    enum Shutdown {
        case none
        case noticed(UInt64)
        case goneAway(UInt64)
    }

    let id: UInt64
    let role: Role
    let loop: EventLoop
    let limits: TransportLimits
    private(set) var channel: ByteChannel?
    private var owner: (any HTTP2Owner)?
    var session: OpaquePointer?
    var streams: [Int32: HTTP2Stream] = [:]
    /// Requests that the handler has, whose streams are gone: their memory still counts.
    private var orphans: [Int32: Int] = [:]
    /// The stream that the last frame was about; saves a look-up a header.
    var recent: HTTP2Stream?
    /// The last path seen: requests repeat theirs.
    var pathBytes: [UInt8] = []
    var pathText = ""
    /// Requests that the handler has and has not answered, orphans included.
    private var outstanding = 0
    private var held = 0
    /// Received bytes whose connection window is not given back yet.
    private var owed = 0
    private var isInTurn = false
    private var shutdown = Shutdown.none
    private var pingSentAt: UInt64?
    private(set) var busyAt: UInt64
    /// The peer has sent an HTTP/2 frame: it speaks the protocol and accepts our certificate.
    var wasUseful = false
    var controlFrames: TokenBucket
    var resets: TokenBucket
    private(set) var closeReason: TransportError?
    private var isTerminated = false
    /// nghttp2's words for what the peer did wrong.
    var complaint = ""

    init(id: UInt64, role: Role, loop: EventLoop, limits: TransportLimits, owner: any HTTP2Owner) {
        self.id = id
        self.role = role
        self.loop = loop
        self.limits = limits
        self.owner = owner
        unsafe session = nil
        let now = loop.nowMilliseconds
        busyAt = now
        controlFrames = TokenBucket(
            burst: limits.controlFrameBurst, perSecond: limits.controlFramesPerSecond, now: now)
        resets = TokenBucket(
            burst: limits.resetBurst, perSecond: limits.resetsPerSecond, now: now)
    }

    deinit {
        if let session = unsafe session { unsafe nghttp2_session_del(session) }
    }

    /// Makes the channel; the caller then accepts or connects it.
    func makeChannel(tls: TLSSession?) -> ByteChannel {
        let made = ByteChannel(loop, tls: tls, delegate: self)
        channel = made
        return made
    }

    var peer: PeerIdentity? { channel?.peer }
    var isOpen: Bool { unsafe session != nil && channel?.isOpen == true }
    var isShuttingDown: Bool { if case .none = shutdown { false } else { true } }

    // MARK: ChannelDelegate

    func channelOpened() {
        guard startSession() else {
            channel?.close(TransportError(.protocolViolation, "no HTTP/2 session: out of memory"))
            return
        }
        busyAt = loop.nowMilliseconds
        owner?.connectionOpened(self)
        flush()
    }

    func channelReceived(_ bytes: UnsafeRawBufferPointer) {
        guard let session = unsafe session, !isTerminated else { return }
        isInTurn = true
        let result = unsafe nghttp2_session_mem_recv(
            session, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
        guard result < 0 else { return }
        if result == Int(NGHTTP2_ERR_FLOODED.rawValue) {
            calm("control frames came faster than they could be answered")
        } else if !isTerminated {
            let words = unsafe String(cString: nghttp2_strerror(Int32(result)))
            terminate(
                NGHTTP2_PROTOCOL_ERROR, TransportError(.protocolViolation, "\(words) \(complaint)"))
        }
    }

    func channelTurnEnded() {
        isInTurn = true
        owner?.connectionTurnEnded(self)
        isInTurn = false
        flush()
    }

    func channelDrained() { flush() }

    func channelClosed(_ error: TransportError) {
        let last = owner
        owner = nil
        closeReason = closeReason ?? error
        let open = streams.values
        streams = [:]
        recent = nil
        for stream in open {
            last?.connection(self, closed: stream, code: HTTP2Code.connectionLost)
        }
        last?.connectionClosed(self, closeReason ?? error)
        channel = nil
    }

    // MARK: Sending

    /// Lets nghttp2 write what it has, unless this happens inside a turn, which ends with a flush.
    func flush() {
        guard !isInTurn, let session = unsafe session, let channel else { return }
        defer { owner?.connectionFlushed(self) }
        let buffers = loop.buffers
        while channel.isOpen, channel.waitingBytes == 0 {
            buffers.staging.clear()
            while buffers.staging.count < limits.fillBytes {
                var bytes: UnsafePointer<UInt8>?
                let count = unsafe nghttp2_session_mem_send(session, &bytes)
                guard count > 0, let bytes = unsafe bytes else { break }
                unsafe buffers.staging.append(bytes, count)
            }
            guard !buffers.staging.isEmpty else { break }
            unsafe channel.send(buffers.staging.bytes)
        }
        guard channel.isOpen, channel.waitingBytes == 0 else { return }
        if unsafe nghttp2_session_want_read(session) == 0
            && nghttp2_session_want_write(session) == 0
        {
            let reason = complaint.isEmpty ? "the session has ended" : complaint
            channel.closeGracefully(closeReason ?? TransportError(.protocolViolation, reason))
        }
    }

    // MARK: Receiving

    /// Counts a piece of body and gives windows back, unless too much is held already.
    func received(_ count: Int, on stream: HTTP2Stream) {
        guard let session = unsafe session else { return }
        guard role == .server, stream.refusal == nil else {
            // A client's answers are bounded by the streams that it opens itself.
            unsafe nghttp2_session_consume(session, stream.id, count)
            return
        }
        stream.held += count
        held += count
        unsafe nghttp2_session_consume_stream(session, stream.id, count)
        owed += count
        giveWindowBack()
    }

    /// Requests that are worked on free memory when they are answered: then waiting helps, and the
    /// window stays shut. Without any, the youngest requests must go, so that the oldest get whole.
    private func giveWindowBack() {
        guard owed > 0, let session = unsafe session else { return }
        var given = owed
        if held > limits.heldBodyBytes {
            if outstanding > 0 {
                given = max(0, min(owed, limits.heldBodyBytes - (held - owed)))
            } else {
                refuseYoungest()
            }
        }
        owed -= given
        if given > 0 { unsafe nghttp2_session_consume_connection(session, given) }
    }

    private func refuseYoungest() {
        var incomplete = streams.values.filter { !$0.isComplete && $0.held > 0 }
            .sorted { $0.id < $1.id }
        while held > limits.heldBodyBytes, incomplete.count > 1, let youngest = incomplete.popLast()
        {
            // It may come again: none of it was looked at.
            youngest.refusal = .noRoom
            youngest.dropBody()
            held -= youngest.held
            youngest.held = 0
            reset(youngest, NGHTTP2_REFUSED_STREAM)
        }
    }

    private func release(_ count: Int) {
        held -= count
        giveWindowBack()
    }

    func completed(_ stream: HTTP2Stream) {
        stream.isComplete = true
        busyAt = loop.nowMilliseconds
        if role == .server {
            stream.isHandedOver = true
            outstanding += 1
        }
        owner?.connection(self, completed: stream)
    }

    func streamClosed(_ stream: HTTP2Stream, code: UInt32) {
        streams[stream.id] = nil
        if recent === stream { recent = nil }
        busyAt = loop.nowMilliseconds
        if stream.isHandedOver, !stream.isAnswered {
            // Its request is still with the handler; a peer that opens and resets must not grow us.
            orphans[stream.id] = stream.held
            if orphans.count > limits.concurrentStreams {
                calm("too many requests were reset while they were worked on")
            }
        } else {
            release(stream.held)
        }
        owner?.connection(self, closed: stream, code: code)
    }

    /// The stream that an answer is for; nil when it is gone, and then its memory is freed here.
    func awaiting(_ id: Int32) -> HTTP2Stream? {
        if let stream = find(id), !stream.isAnswered {
            stream.isAnswered = true
            if stream.isHandedOver { outstanding -= 1 }
            let freed = stream.held
            stream.held = 0
            release(freed)
            return stream
        }
        if let freed = orphans.removeValue(forKey: id) {
            outstanding -= 1
            release(freed)
        }
        return nil
    }

    func pingAnswered() { pingSentAt = nil }

    func goingAway() { owner?.connectionGoingAway(self) }

    // MARK: Ending

    func reset(_ stream: HTTP2Stream, _ code: nghttp2_error_code) {
        guard let session = unsafe session else { return }
        unsafe nghttp2_submit_rst_stream(
            session, UInt8(truncatingIfNeeded: NGHTTP2_FLAG_NONE.rawValue), stream.id, code.rawValue
        )
    }

    func cancel(_ stream: HTTP2Stream) { reset(stream, NGHTTP2_CANCEL) }

    func calm(_ why: String) {
        terminate(NGHTTP2_ENHANCE_YOUR_CALM, TransportError(.enhanceYourCalm, why))
    }

    /// GOAWAY with a code, then the end. Nothing more is read.
    func terminate(_ code: nghttp2_error_code, _ error: TransportError) {
        guard let session = unsafe session, !isTerminated else { return }
        isTerminated = true
        closeReason = error
        unsafe nghttp2_session_terminate_session(session, code.rawValue)
    }

    /// Graceful end: tells the peer, lets open streams finish, then closes.
    func drain() {
        guard case .none = shutdown else { return }
        shutdown = .noticed(loop.nowMilliseconds)
        guard let session = unsafe session, isOpen else {
            channel?.close(TransportError(.goingAway, "drained before it was open"))
            return
        }
        closeReason = closeReason ?? TransportError(.goingAway, "drained")
        if role == .server { unsafe nghttp2_submit_shutdown_notice(session) }
        flush()
    }

    func close(_ error: TransportError) { channel?.close(error) }

    // MARK: Clocks

    /// Looks at every limit that is a time. Called by the owner's one sweep.
    func sweep(now: UInt64) {
        guard let channel, !channel.isClosing else { return }
        func passed(_ since: UInt64) -> Int { Int(clamping: now - min(now, since)) }
        if channel.isConnecting {
            let limit = role == .server ? limits.handshakeMilliseconds : limits.connectMilliseconds
            if passed(channel.startedAt) >= limit {
                channel.close(TransportError(.timeout, "no handshake within \(limit) ms"))
            }
            return
        }
        if channel.waitingBytes > 0, passed(channel.lastWriteAt) >= limits.writeStallMilliseconds {
            channel.close(
                TransportError(.timeout, "nothing read for \(limits.writeStallMilliseconds) ms"))
            return
        }
        sweepShutdown(passed)
        if role == .server { sweepRequests(passed) }
        sweepSilence(now, passed)
        flush()
    }

    private func sweepShutdown(_ passed: (UInt64) -> Int) {
        guard let session = unsafe session, let channel else { return }
        switch shutdown {
        case .none: return
        case .noticed(let since):
            // One sweep later every request that crossed our notice has arrived.
            guard passed(since) >= limits.sweepMilliseconds || role == .client else { return }
            shutdown = .goneAway(since)
            unsafe nghttp2_submit_goaway(
                session, UInt8(truncatingIfNeeded: NGHTTP2_FLAG_NONE.rawValue),
                nghttp2_session_get_last_proc_stream_id(session), NGHTTP2_NO_ERROR.rawValue, nil, 0)
        case .goneAway(let since):
            guard streams.isEmpty || passed(since) >= limits.drainMilliseconds else { return }
            channel.closeGracefully(TransportError(.goingAway, "drained"))
        }
    }

    private func sweepRequests(_ passed: (UInt64) -> Int) {
        for stream in streams.values
        where !stream.isComplete && !stream.isAnswered
            && passed(stream.startedAt) >= limits.requestMilliseconds
        {
            refuse(stream, .tooSlow)
        }
    }

    private func sweepSilence(_ now: UInt64, _ passed: (UInt64) -> Int) {
        guard let session = unsafe session, let channel else { return }
        if streams.isEmpty, orphans.isEmpty, passed(busyAt) >= limits.idleMilliseconds {
            drain()
        }
        if let sent = pingSentAt {
            guard channel.lastReadAt <= sent else {
                pingSentAt = nil
                return
            }
            if passed(sent) >= limits.pingAnswerMilliseconds {
                channel.close(TransportError(.timeout, "a keep-alive ping was not answered"))
            }
        } else if passed(channel.lastReadAt) >= limits.pingAfterMilliseconds {
            pingSentAt = now
            unsafe nghttp2_submit_ping(
                session, UInt8(truncatingIfNeeded: NGHTTP2_FLAG_NONE.rawValue), nil)
        }
    }
}
