// SPDX-License-Identifier: Apache-2.0

import CCurl
import CUV

// Unsafe: owns libcurl's multi handle and its easy handles; curl calls back on the loop's thread.

/// A request to a chain node.
package struct NodeRequest: Sendable {
    package enum Method: Hashable, Sendable { case get, post }

    package var method: Method
    /// `http://…` or `https://…`.
    package var url: String
    package var body: [UInt8]
    package var contentType: String
    /// Milliseconds for the whole exchange, waiting for a free connection included.
    package var timeoutMilliseconds: Int

    package init(
        method: Method = .post, url: String, body: [UInt8] = [],
        contentType: String = "application/json", timeoutMilliseconds: Int = 10_000
    ) {
        self.method = method
        self.url = url
        self.body = body
        self.contentType = contentType
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}

package struct NodeResponse: Sendable {
    package let status: Int
    package let body: [UInt8]
}

package struct NodeHTTPLimits: Hashable, Sendable {
    /// Bytes of one answer. A block with its results may have many MiB; 64 MiB is CometBFT's own
    /// largest block and then some.
    package var bodyBytes = 67_108_864
    /// Milliseconds for TCP and TLS: a node is near; a dead one must be left quickly for the next.
    package var connectMilliseconds = 3_000
    /// Connections to one node. CometBFT serves in parallel; more would only queue in the node.
    package var connectionsPerHost = 8
    /// Idle connections kept for reuse over all nodes.
    package var idleConnections = 32
    /// Requests that are open or wait; the next is refused at once.
    package var openRequests = 4_096

    package init() {}
}

/// HTTP/1.1 towards chain nodes: libcurl's multi interface on a loop. Connections are kept alive
/// and reused. Redirects are not followed and proxies from the environment are not used: what a
/// node's address says is where the request goes.
///
/// `@unchecked Sendable`, because everything stored is a constant or touched on the loop's thread
/// only: methods for other threads do nothing but post to the loop.
@safe
package final class NodeHTTP: LoopResident, @unchecked Sendable {
    /// libcurl's process-wide state; made once, before the first handle.
    private static let isReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let loop: EventLoop
    private let authorityFile: String?
    private let limits: NodeHTTPLimits
    private var multi: OpaquePointer?
    private var transfers: [UInt64: NodeTransfer] = [:]
    private var nextTransfer: UInt64 = 0
    private var timer: LoopTimer?
    private var isClosed = false

    /// `authorityFile`: PEM certificates to believe for https instead of the system's.
    package init(
        loop: EventLoop, authorityFile: String? = nil, limits: NodeHTTPLimits = NodeHTTPLimits()
    ) throws {
        self.loop = loop
        self.authorityFile = authorityFile
        self.limits = limits
        unsafe multi = nil
        try loop.performAndWait { try self.start() }
    }

    // MARK: From any thread

    /// `completion` runs exactly once, on the loop.
    package func request(
        _ request: NodeRequest,
        completion: @escaping @Sendable (Result<NodeResponse, TransportError>) -> Void
    ) {
        if loop.isOnLoop {
            begin(request, completion)
        } else if !loop.post({ self.begin(request, completion) }) {
            completion(.failure(TransportError(.queueFull, "the loop takes no more work")))
        }
    }

    /// Fails what is open and closes every connection.
    package func close() {
        if loop.isOnLoop { loopIsStopping() } else { loop.postAlways { self.loopIsStopping() } }
    }

    // MARK: Life

    private func start() throws {
        guard NodeHTTP.isReady, let made = unsafe curl_multi_init(), loop.enter(self) else {
            throw TransportError(.loopStopped, "no HTTP client: libcurl or the loop is not there")
        }
        unsafe multi = OpaquePointer(made)
        let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe cityrelay_curl_multi_set_pointer(made, CURLMOPT_SOCKETDATA, owner)
        unsafe cityrelay_curl_multi_set_socket(made) { _, socket, what, owner, poll in
            guard let owner = unsafe owner else { return 0 }
            let client = unsafe Unmanaged<NodeHTTP>.fromOpaque(owner).takeUnretainedValue()
            unsafe client.watch(socket, what, poll)
            return 0
        }
        unsafe cityrelay_curl_multi_set_pointer(made, CURLMOPT_TIMERDATA, owner)
        unsafe cityrelay_curl_multi_set_timer(made) { _, milliseconds, owner in
            guard let owner = unsafe owner else { return 0 }
            unsafe Unmanaged<NodeHTTP>.fromOpaque(owner).takeUnretainedValue().arm(milliseconds)
            return 0
        }
        unsafe cityrelay_curl_multi_set_long(
            made, CURLMOPT_MAX_HOST_CONNECTIONS, limits.connectionsPerHost)
        unsafe cityrelay_curl_multi_set_long(made, CURLMOPT_MAXCONNECTS, limits.idleConnections)
    }

    func loopIsStopping() {
        guard !isClosed else { return }
        isClosed = true
        loop.leave(self)
        let open = transfers.values
        transfers = [:]
        for transfer in open {
            unsafe curl_multi_remove_handle(handle, transfer.easy)
            transfer.completion(
                .failure(TransportError(.loopStopped, "\(transfer.url): the client was closed")))
        }
        if let made = unsafe handle {
            // Closes the kept connections; their sockets leave through `watch`.
            unsafe curl_multi_cleanup(made)
        }
        unsafe multi = nil
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    private var handle: UnsafeMutableRawPointer? {
        unsafe multi.map { unsafe UnsafeMutableRawPointer($0) }
    }

    private func begin(
        _ request: NodeRequest,
        _ completion: @escaping @Sendable (Result<NodeResponse, TransportError>) -> Void
    ) {
        guard !isClosed, let made = unsafe handle else {
            completion(
                .failure(TransportError(.loopStopped, "\(request.url): the client is closed")))
            return
        }
        guard transfers.count < limits.openRequests else {
            completion(
                .failure(
                    TransportError(.queueFull, "\(limits.openRequests) requests to nodes are open"))
            )
            return
        }
        nextTransfer += 1
        do throws(TransportError) {
            let transfer = try NodeTransfer(
                id: nextTransfer, request, limits, authorityFile, completion)
            transfers[transfer.id] = transfer
            unsafe curl_multi_add_handle(made, transfer.easy)
        } catch {
            completion(.failure(error))
        }
    }

    // MARK: Called by curl

    private func arm(_ milliseconds: Int) {
        if let timer { loop.cancel(timer) }
        timer = nil
        guard milliseconds >= 0, !isClosed else { return }
        timer = loop.schedule(afterMilliseconds: milliseconds) { [weak self] in
            self?.timer = nil
            self?.act(CURL_SOCKET_BAD, 0)
        }
    }

    /// Tells curl about a socket or the time, then hands out what is finished.
    fileprivate func act(_ socket: curl_socket_t, _ events: Int32) {
        guard let made = unsafe handle else { return }
        var running: Int32 = 0
        unsafe curl_multi_socket_action(made, socket, events, &running)
        var finished: [(NodeTransfer, CURLcode)] = []
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(made, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE,
                let easy = unsafe message.pointee.easy_handle
            else { continue }
            let result = unsafe cityrelay_curl_result(message)
            var owner: UnsafeMutablePointer<CChar>?
            unsafe cityrelay_curl_get_pointer(easy, CURLINFO_PRIVATE, &owner)
            unsafe curl_multi_remove_handle(made, easy)
            guard let owner = unsafe owner else { continue }
            let transfer = unsafe Unmanaged<NodeTransfer>.fromOpaque(owner).takeUnretainedValue()
            transfers[transfer.id] = nil
            finished.append((transfer, result))
        }
        // Callers' code runs last, since it may start the next request.
        for (transfer, result) in finished { transfer.completion(transfer.outcome(result)) }
    }

    private func watch(
        _ socket: curl_socket_t, _ what: Int32, _ known: UnsafeMutableRawPointer?
    ) {
        if what == CURL_POLL_REMOVE {
            guard let known = unsafe known else { return }
            unsafe Unmanaged<NodePoll>.fromOpaque(known).takeUnretainedValue().close()
            return
        }
        let poll: NodePoll
        if let known = unsafe known {
            poll = unsafe Unmanaged<NodePoll>.fromOpaque(known).takeUnretainedValue()
        } else {
            guard let made = unsafe handle, let fresh = NodePoll(loop, socket, self) else { return }
            poll = fresh
            unsafe curl_multi_assign(made, socket, Unmanaged.passUnretained(fresh).toOpaque())
        }
        var events: Int32 = 0
        if what != CURL_POLL_OUT { events |= Int32(UV_READABLE.rawValue) }
        if what != CURL_POLL_IN { events |= Int32(UV_WRITABLE.rawValue) }
        poll.start(events)
    }
}

/// libuv's watch over one of curl's sockets. Keeps itself alive until its handle is closed.
@safe
private final class NodePoll {
    private let poll: UnsafeMutablePointer<uv_poll_t>
    private let socket: curl_socket_t
    private weak var client: NodeHTTP?
    private var isClosed = false

    init?(_ loop: EventLoop, _ socket: curl_socket_t, _ client: NodeHTTP) {
        unsafe poll = .allocate(capacity: 1)
        self.socket = socket
        self.client = client
        guard unsafe uv_poll_init_socket(loop.uv, poll, socket) == 0 else { return nil }
        unsafe poll.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    deinit { unsafe poll.deallocate() }

    func start(_ events: Int32) {
        guard !isClosed else { return }
        unsafe uv_poll_start(poll, events) { poll, status, events in
            guard let owner = unsafe poll?.pointee.data else { return }
            unsafe Unmanaged<NodePoll>.fromOpaque(owner).takeUnretainedValue()
                .happened(status, events)
        }
    }

    private func happened(_ status: Int32, _ events: Int32) {
        guard !isClosed else { return }
        var flags: Int32 = status < 0 ? CURL_CSELECT_ERR : 0
        if events & Int32(UV_READABLE.rawValue) != 0 { flags |= CURL_CSELECT_IN }
        if events & Int32(UV_WRITABLE.rawValue) != 0 { flags |= CURL_CSELECT_OUT }
        client?.act(socket, flags)
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        unsafe uv_poll_stop(poll)
        unsafe poll.withMemoryRebound(to: uv_handle_t.self, capacity: 1) {
            unsafe uv_close($0) { handle in
                guard let owner = unsafe handle?.pointee.data else { return }
                unsafe Unmanaged<NodePoll>.fromOpaque(owner).release()
            }
        }
    }
}
