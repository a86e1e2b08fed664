// SPDX-License-Identifier: Apache-2.0

internal import CUV
internal import Glibc

// Unsafe: libuv's TCP handles, write requests and read buffers. No pointer leaves this file.

/// A listening TCP socket.
@safe package final class Listener {
    private let handle: UnsafeMutablePointer<uv_tcp_t>
    private let onConnection: (Stream) -> Void
    private let loop: EventLoop
    private var isOpen = true
    /// The port that is really bound: another than asked for when that was 0.
    package private(set) var port: UInt16 = 0

    /// Connections the kernel may hold back: what a laboratory's load tools open at once.
    private static let backlog: Int32 = 512

    package init(
        on loop: EventLoop, host: String, port: UInt16, onConnection: @escaping (Stream) -> Void
    ) throws {
        self.onConnection = onConnection
        self.loop = loop
        unsafe handle = .allocate(capacity: 1)
        try check(unsafe uv_tcp_init(loop.loop, handle), "open a listener")
        unsafe handle.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        var address = sockaddr_in()
        try check(unsafe uv_ip4_addr(host, Int32(port), &address), "read address \(host)")
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe uv_tcp_bind(handle, $0, 0)
            }
        }
        try check(bound, "bind \(host):\(port)")
        let listening = unsafe uv_listen(Listener.stream(handle), Listener.backlog) {
            server, status in
            guard status == 0, let data = unsafe server?.pointee.data else { return }
            unsafe Unmanaged<Listener>.fromOpaque(data).takeUnretainedValue().accept()
        }
        try check(listening, "listen on \(host):\(port)")
        self.port = unsafe Listener.boundPort(handle) ?? port
    }

    package func close() {
        guard isOpen else { return }
        isOpen = false
        unsafe uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
            unsafe $0?.deallocate()
        }
    }

    deinit { close() }

    private func accept() {
        guard let stream = try? Stream(on: loop) else { return }
        guard unsafe uv_accept(Listener.stream(handle), Listener.stream(stream.handle)) == 0 else {
            stream.close()
            return
        }
        onConnection(stream)
    }

    private func check(_ status: Int32, _ doing: String) throws {
        guard status == 0 else { throw LoopError(doing, status) }
    }

    private static func boundPort(_ handle: UnsafeMutablePointer<uv_tcp_t>) -> UInt16? {
        var address = sockaddr_in()
        var size = Int32(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe uv_tcp_getsockname(handle, $0, &size)
            }
        }
        return status == 0 ? UInt16(bigEndian: address.sin_port) : nil
    }

    fileprivate static func stream(
        _ handle: UnsafeMutablePointer<uv_tcp_t>
    ) -> UnsafeMutablePointer<uv_stream_t> {
        unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
    }
}

/// One accepted connection: bytes in, bytes out.
///
/// Keeps itself alive from `open` until the close callback, because libuv calls back until then.
@safe package final class Stream {
    fileprivate let handle: UnsafeMutablePointer<uv_tcp_t>
    private var isClosing = false
    private var onBytes: ([UInt8]) -> Void = { _ in }
    private var onClose: () -> Void = {}
    /// Bytes handed to libuv that the peer has not taken yet.
    package private(set) var queuedBytes = 0

    /// Bytes of one read: one allocation serves all reads of a loop turn.
    private static let readSize = 65_536

    fileprivate init(on loop: EventLoop) throws {
        unsafe handle = .allocate(capacity: 1)
        let status = unsafe uv_tcp_init(loop.loop, handle)
        guard status == 0 else {
            unsafe handle.deallocate()
            throw LoopError("open a connection", status)
        }
        unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    /// Starts reading. The callbacks run on the loop's thread.
    package func open(onBytes: @escaping ([UInt8]) -> Void, onClose: @escaping () -> Void) {
        self.onBytes = onBytes
        self.onClose = onClose
        _ = unsafe uv_tcp_nodelay(handle, 1)
        let status = unsafe uv_read_start(
            Listener.stream(handle),
            { _, _, buffer in
                let base = UnsafeMutablePointer<CChar>.allocate(capacity: Stream.readSize)
                unsafe buffer?.pointee = uv_buf_init(base, UInt32(Stream.readSize))
            },
            { stream, count, buffer in
                let base = unsafe buffer?.pointee.base
                defer { unsafe base?.deallocate() }
                guard let data = unsafe stream?.pointee.data else { return }
                let owner = unsafe Unmanaged<Stream>.fromOpaque(data).takeUnretainedValue()
                if count < 0 { return owner.close() }
                guard count > 0, let base = unsafe base else { return }
                let bytes = unsafe UnsafeRawBufferPointer(start: base, count: count)
                unsafe owner.onBytes(Array(bytes))
            })
        if status != 0 { close() }
    }

    package func write(_ bytes: [UInt8], thenClose: Bool = false) {
        guard !isClosing, !bytes.isEmpty else { return }
        let base = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(base).copyMemory(from: start, byteCount: source.count)
        }
        let pending = unsafe PendingWrite(self, base, bytes.count, thenClose)
        let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
        unsafe request.pointee.data = Unmanaged.passRetained(pending).toOpaque()
        var buffer = unsafe uv_buf_init(base, UInt32(bytes.count))
        queuedBytes += bytes.count
        let status = unsafe uv_write(request, Listener.stream(handle), &buffer, 1) { request, _ in
            guard let request = unsafe request, let data = unsafe request.pointee.data else {
                return
            }
            unsafe Unmanaged<PendingWrite>.fromOpaque(data).takeRetainedValue().finish()
            unsafe request.deallocate()
        }
        if status != 0 {
            unsafe Unmanaged.passUnretained(pending).release()
            unsafe request.deallocate()
            pending.finish()
            close()
        }
    }

    package func close() {
        guard !isClosing else { return }
        isClosing = true
        unsafe uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) {
            handle in
            guard let handle = unsafe handle, let data = unsafe handle.pointee.data else { return }
            unsafe Unmanaged<Stream>.fromOpaque(data).takeRetainedValue().closed()
            unsafe handle.deallocate()
        }
    }

    private func closed() {
        onClose()
        onBytes = { _ in }
        onClose = {}
    }

    fileprivate func wrote(_ count: Int) { queuedBytes -= count }
}

/// The bytes of one write until libuv is done with them.
@safe private final class PendingWrite {
    private let stream: Stream
    private let base: UnsafeMutablePointer<CChar>
    private let count: Int
    private let closes: Bool

    init(_ stream: Stream, _ base: UnsafeMutablePointer<CChar>, _ count: Int, _ closes: Bool) {
        self.stream = stream
        unsafe self.base = unsafe base
        self.count = count
        self.closes = closes
    }

    func finish() {
        stream.wrote(count)
        if closes { stream.close() }
    }

    deinit { unsafe base.deallocate() }
}
