// SPDX-License-Identifier: Apache-2.0

import CUV

// Unsafe: owns the listening uv_tcp_t.

/// One listening socket. Owned by its loop, used on the loop's thread only; the handle keeps it
/// alive from `listen` until its close callback has run.
///
/// `@unchecked Sendable`, because it is handed over once, from the loop to whoever made it, and
/// touched on the loop's thread alone.
@safe
final class TCPListener: @unchecked Sendable {
    /// Connections that the kernel may hold before we accept them.
    private static let backlog: Int32 = 256

    private let handle: UnsafeMutablePointer<uv_tcp_t>
    private var onConnection: ((UnsafeMutablePointer<uv_stream_t>) -> Void)?
    private var isClosed = false
    /// The port that the kernel gave when 0 was asked for.
    let port: Int

    /// Binds. `name` is for people.
    init(_ loop: EventLoop, _ address: SocketAddress, _ name: String) throws {
        let handle = UnsafeMutablePointer<uv_tcp_t>.allocate(capacity: 1)
        unsafe handle.initialize(to: uv_tcp_t())
        unsafe uv_tcp_init(loop.uv, handle)
        unsafe self.handle = unsafe handle
        let result = unsafe address.withPointer { unsafe uv_tcp_bind(handle, $0, 0) }
        port = unsafe SocketAddress(boundTo: handle)?.port ?? 0
        unsafe handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        guard result == 0 else {
            close()
            throw TransportError(.cannotListen, "\(name): \(ByteChannel.words(result))")
        }
    }

    /// `onConnection` must accept each connection that it is told of.
    func listen(
        onConnection: @escaping (UnsafeMutablePointer<uv_stream_t>) -> Void
    ) throws {
        unsafe self.onConnection = unsafe onConnection
        let result = unsafe handle.withMemoryRebound(to: uv_stream_t.self, capacity: 1) {
            unsafe uv_listen($0, TCPListener.backlog) { stream, status in
                guard status == 0, let stream = unsafe stream,
                    let owner = unsafe stream.pointee.data
                else { return }
                let listener = unsafe Unmanaged<TCPListener>.fromOpaque(owner)
                    .takeUnretainedValue()
                unsafe listener.onConnection?(stream)
            }
        }
        guard result == 0 else {
            close()
            throw TransportError(.cannotListen, ByteChannel.words(result))
        }
    }

    /// Accepts nothing any more.
    func close() {
        guard !isClosed else { return }
        isClosed = true
        unsafe onConnection = nil
        unsafe handle.withMemoryRebound(to: uv_handle_t.self, capacity: 1) {
            unsafe uv_close($0) { handle in
                guard let handle = unsafe handle, let owner = unsafe handle.pointee.data else {
                    return
                }
                unsafe Unmanaged<TCPListener>.fromOpaque(owner).release()
                unsafe UnsafeMutableRawPointer(handle).deallocate()
            }
        }
    }
}
