// SPDX-License-Identifier: Apache-2.0

import CUV

// Unsafe: owns one uv_tcp_t at a stable address; libuv calls back with pointers into the loop's
// memory.

/// What rides on a channel. Called on the loop.
protocol ChannelDelegate: AnyObject {
    /// TCP and, where asked for, TLS are ready.
    func channelOpened()
    /// Plain text; the bytes are only valid during the call. May be called several times a turn.
    func channelReceived(_ bytes: UnsafeRawBufferPointer)
    /// All bytes of this turn were given.
    func channelTurnEnded()
    /// Bytes that had to wait for the socket have left.
    func channelDrained()
    /// The last call: the handle is gone.
    func channelClosed(_ error: TransportError)
}

/// One TCP connection with or without TLS. Owned by its loop, used on the loop's thread only. The
/// handle keeps the channel alive from the first call of libuv until its close callback has run.
@safe
final class ByteChannel {
    private enum State: Int { case connecting, handshaking, open, lingering, closed }

    /// Milliseconds a closing channel waits for the peer to read our last words.
    static let lingerMilliseconds = 1_000

    private let loop: EventLoop
    private let tls: TLSSession?
    private let handle: UnsafeMutablePointer<uv_tcp_t>
    private var delegate: (any ChannelDelegate)?
    private var state = State.connecting
    private var closeError: TransportError?
    private var lingerTimer: LoopTimer?
    private var closesWhenDrained = false
    private var isReading = false
    let startedAt: UInt64
    private(set) var lastReadAt: UInt64
    /// When bytes last moved towards the peer while some were waiting.
    private(set) var lastWriteAt: UInt64

    init(_ loop: EventLoop, tls: TLSSession?, delegate: any ChannelDelegate) {
        self.loop = loop
        self.tls = tls
        self.delegate = delegate
        unsafe handle = .allocate(capacity: 1)
        startedAt = loop.nowMilliseconds
        lastReadAt = startedAt
        lastWriteAt = startedAt
        unsafe uv_tcp_init(loop.uv, handle)
        unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    deinit { unsafe handle.deallocate() }

    var peer: PeerIdentity? { tls?.peer }
    var isOpen: Bool { state == .open }
    var isConnecting: Bool { state == .connecting || state == .handshaking }
    var isClosing: Bool { state == .lingering || state == .closed }
    var waitingBytes: Int {
        unsafe Int(uv_stream_get_write_queue_size(stream))
    }

    // MARK: Opening

    /// Server: takes the connection that `listener` reports, so that the kernel's queue moves on;
    /// with a problem it is closed at once.
    func accept(
        from listener: UnsafeMutablePointer<uv_stream_t>, butRefuse problem: TransportError?
    ) {
        guard unsafe uv_accept(listener, stream) == 0 else {
            close(TransportError(.connectionLost, "gone before it was accepted"))
            return
        }
        if let problem { close(problem) } else { begin() }
    }

    func connect(_ address: SocketAddress) {
        let request = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
        let result = unsafe address.withPointer { target in
            unsafe uv_tcp_connect(
                request, handle, target,
                { request, status in
                    guard let request = unsafe request else { return }
                    let owner = unsafe request.pointee.handle?.pointee.data
                    unsafe request.deallocate()
                    guard let owner = unsafe owner else { return }
                    unsafe ByteChannel.from(owner).connected(status)
                })
        }
        if result != 0 {
            unsafe request.deallocate()
            close(TransportError(.cannotConnect, ByteChannel.words(result)))
        }
    }

    private func connected(_ status: Int32) {
        guard state == .connecting else { return }
        guard status == 0 else {
            close(TransportError(.cannotConnect, ByteChannel.words(status)))
            return
        }
        begin()
    }

    private func begin() {
        unsafe uv_tcp_nodelay(handle, 1)
        resumeReading()
        guard tls != nil else {
            state = .open
            delegate?.channelOpened()
            return
        }
        state = .handshaking
        stepHandshake()
    }

    // MARK: Reading

    func resumeReading() {
        guard !isReading, state != .closed else { return }
        isReading = true
        unsafe uv_read_start(
            stream,
            { handle, _, buffer in
                guard let owner = unsafe handle?.pointee.data else { return }
                let memory = unsafe ByteChannel.from(owner).loop.buffers.read
                unsafe buffer?.pointee = uv_buf_init(memory.baseAddress, UInt32(memory.count))
            },
            { stream, count, buffer in
                guard let owner = unsafe stream?.pointee.data else { return }
                let channel = unsafe ByteChannel.from(owner)
                if count > 0 {
                    unsafe channel.received(
                        UnsafeRawBufferPointer(start: buffer?.pointee.base, count: count))
                } else if count < 0 {
                    channel.ended(Int32(count))
                }
            })
    }

    /// Back pressure: the kernel's buffer fills, then the peer's.
    func pauseReading() {
        guard isReading, state != .lingering else { return }
        isReading = false
        unsafe uv_read_stop(stream)
    }

    private func received(_ bytes: UnsafeRawBufferPointer) {
        lastReadAt = loop.nowMilliseconds
        guard state == .open || state == .handshaking else { return }
        guard let tls else {
            unsafe delegate?.channelReceived(bytes)
            delegate?.channelTurnEnded()
            return
        }
        unsafe tls.beginInput(bytes)
        defer { tls.endInput() }
        if state == .handshaking {
            stepHandshake()
            guard state == .open else { return }
        }
        do throws(TransportError) {
            while state == .open, let plain = try unsafe tls.read() {
                unsafe delegate?.channelReceived(plain)
            }
        } catch {
            sendCipher()
            delegate?.channelTurnEnded()
            linger(error)
            return
        }
        sendCipher()
        delegate?.channelTurnEnded()
    }

    private func ended(_ status: Int32) {
        if state == .lingering {
            close(closeError ?? TransportError(.connectionLost, "closed"))
            return
        }
        let what = status == UV_EOF.rawValue ? "the peer closed" : ByteChannel.words(status)
        close(TransportError(.connectionLost, isConnecting ? "\(what) during the handshake" : what))
    }

    private func stepHandshake() {
        guard let tls else { return }
        do throws(TransportError) {
            let finished = try tls.handshake()
            sendCipher()
            guard finished, state == .handshaking else { return }
            state = .open
            delegate?.channelOpened()
        } catch {
            sendCipher()
            linger(error)
        }
    }

    // MARK: Writing

    /// Sends plain text. What the socket does not take at once is copied and waits; callers look at
    /// `waitingBytes` first and send no more until it is zero.
    func send(_ bytes: UnsafeRawBufferPointer) {
        guard state == .open else { return }
        guard let tls else {
            unsafe transmit(bytes)
            return
        }
        do throws(TransportError) {
            try unsafe tls.write(bytes)
            sendCipher()
        } catch {
            close(error)
        }
    }

    private func sendCipher() {
        guard !loop.buffers.cipher.isEmpty else { return }
        unsafe transmit(loop.buffers.cipher.bytes)
        loop.buffers.cipher.clear()
    }

    private func transmit(_ bytes: UnsafeRawBufferPointer) {
        guard state != .closed, let base = bytes.baseAddress, unsafe !bytes.isEmpty else { return }
        var sent = 0
        if waitingBytes == 0 {
            lastWriteAt = loop.nowMilliseconds
            var buffer = unsafe uv_buf_init(
                UnsafeMutablePointer(mutating: base.assumingMemoryBound(to: CChar.self)),
                UInt32(bytes.count))
            let result = unsafe uv_try_write(stream, &buffer, 1)
            if result > 0 {
                sent = Int(result)
            } else if result < 0, result != UV_EAGAIN.rawValue {
                close(TransportError(.connectionLost, ByteChannel.words(result)))
                return
            }
        }
        if sent < bytes.count { unsafe wait(UnsafeRawBufferPointer(rebasing: bytes[sent...])) }
    }

    /// Copies what the socket did not take, behind its request in one piece of memory.
    private func wait(_ bytes: UnsafeRawBufferPointer) {
        let head = unsafe MemoryLayout<uv_write_t>.size
        let memory = UnsafeMutableRawPointer.allocate(byteCount: head + bytes.count, alignment: 16)
        let request = unsafe memory.bindMemory(to: uv_write_t.self, capacity: 1)
        if let base = bytes.baseAddress {
            unsafe (memory + head).copyMemory(from: base, byteCount: bytes.count)
        }
        var buffer = unsafe uv_buf_init(
            (memory + head).assumingMemoryBound(to: CChar.self), UInt32(bytes.count))
        let result = unsafe uv_write(
            request, stream, &buffer, 1,
            { request, status in
                guard let request = unsafe request else { return }
                let owner = unsafe request.pointee.handle?.pointee.data
                unsafe UnsafeMutableRawPointer(request).deallocate()
                guard let owner = unsafe owner else { return }
                unsafe ByteChannel.from(owner).written(status)
            })
        if result != 0 {
            unsafe memory.deallocate()
            close(TransportError(.connectionLost, ByteChannel.words(result)))
        }
    }

    private func written(_ status: Int32) {
        guard state != .closed else { return }
        guard status == 0 else {
            close(TransportError(.connectionLost, ByteChannel.words(status)))
            return
        }
        lastWriteAt = loop.nowMilliseconds
        guard waitingBytes == 0 else { return }
        if closesWhenDrained {
            linger(closeError ?? TransportError(.connectionLost, "closed"))
        } else if state == .open {
            delegate?.channelDrained()
        }
    }

    // MARK: Closing

    /// Lets waiting bytes leave, says goodbye, then closes.
    func closeGracefully(_ error: TransportError) {
        guard state == .open else {
            close(error)
            return
        }
        closeError = closeError ?? error
        guard waitingBytes == 0 else {
            closesWhenDrained = true
            return
        }
        linger(error)
    }

    /// Half-closes and waits a moment for the peer's end, so that what we sent last (an alert, a
    /// GOAWAY) is read before a reset can overtake it.
    private func linger(_ error: TransportError) {
        guard state != .lingering, state != .closed else { return }
        closeError = closeError ?? error
        tls?.shutdown()
        sendCipher()
        guard state != .closed else { return }
        state = .lingering
        resumeReading()
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        let result = unsafe uv_shutdown(request, stream) { request, _ in
            unsafe request?.deallocate()
        }
        guard result == 0 else {
            unsafe request.deallocate()
            close(error)
            return
        }
        lingerTimer = loop.schedule(afterMilliseconds: ByteChannel.lingerMilliseconds) {
            [weak self] in
            self?.close(error)
        }
    }

    /// Closes at once; waiting bytes are lost. The delegate hears of it when the handle is gone.
    func close(_ error: TransportError) {
        guard state != .closed else { return }
        state = .closed
        closeError = closeError ?? error
        if let lingerTimer { loop.cancel(lingerTimer) }
        unsafe handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) {
            unsafe uv_close($0) { handle in
                guard let owner = unsafe handle?.pointee.data else { return }
                unsafe Unmanaged<ByteChannel>.fromOpaque(owner).takeRetainedValue().gone()
            }
        }
    }

    private func gone() {
        let last = delegate
        delegate = nil
        last?.channelClosed(closeError ?? TransportError(.connectionLost, "closed"))
    }

    // MARK: Private

    private var stream: UnsafeMutablePointer<uv_stream_t> {
        unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
    }

    private static func from(_ owner: UnsafeMutableRawPointer) -> ByteChannel {
        unsafe Unmanaged<ByteChannel>.fromOpaque(owner).takeUnretainedValue()
    }

    /// libuv's words for an error.
    static func words(_ status: Int32) -> String {
        guard let text = unsafe uv_strerror(status) else { return "error \(status)" }
        return unsafe String(cString: text)
    }
}
