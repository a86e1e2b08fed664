// SPDX-License-Identifier: Apache-2.0

// Unsafe: bytes from the channel are read by pointer during one call.

package struct WebSocketLimits: Hashable, Sendable {
    /// Bytes of one message: a new-block event carries the block's transactions.
    package var messageBytes = 16_777_216
    /// Bytes of the answer to the upgrade request.
    package var headBytes = 16_384
    /// Milliseconds for TCP, TLS and upgrade together.
    package var connectMilliseconds = 5_000
    /// Milliseconds of silence before a ping; CometBFT itself pings every 27 s.
    package var pingAfterMilliseconds = 20_000
    /// Milliseconds without any byte after a ping before the connection counts as dead.
    package var pingAnswerMilliseconds = 10_000
    /// Bytes that may wait to be sent; subscriptions are small.
    package var queuedBytes = 1_048_576

    package init() {}
}

/// One websocket connection to a chain node. It connects once; connecting again after `closed` is
/// the caller's decision. Its messages are hints: nothing may depend on their arrival.
///
/// `@unchecked Sendable`, because everything stored is a constant or touched on the loop's thread
/// only: methods for other threads do nothing but post to the loop.
@safe
package final class NodeWebSocket: ChannelDelegate, LoopResident, @unchecked Sendable {
    package enum Event: Sendable {
        case opened
        /// A whole text message, UTF-8 checked.
        case text([UInt8])
        /// The last event.
        case closed(TransportError)
    }

    private let loop: EventLoop
    private let address: NodeAddress
    private let authorityFile: String?
    private let limits: WebSocketLimits
    private let onEvent: @Sendable (Event) -> Void
    private let startedAt: UInt64
    private var channel: ByteChannel?
    private var addresses: [SocketAddress] = []
    private var key = ""
    private var head: [UInt8] = []
    private var frames: WebSocketFrames?
    private var arrived: [Event] = []
    private var timer: LoopTimer?
    private var pingSentAt: UInt64?
    private var isFinished = false
    private var closeError: TransportError?

    /// Begins to connect at once. `url` is `ws://host:port/path` or `wss://…`; http and https mean
    /// the same. `onEvent` runs on the loop.
    package init(
        loop: EventLoop, url: String, authorityFile: String? = nil,
        limits: WebSocketLimits = WebSocketLimits(),
        onEvent: @escaping @Sendable (Event) -> Void
    ) throws {
        self.loop = loop
        address = try NodeAddress(url)
        self.authorityFile = authorityFile
        self.limits = limits
        self.onEvent = onEvent
        startedAt = loop.nowMilliseconds
        loop.postAlways { self.begin() }
    }

    // MARK: From any thread

    /// Sends a text message; lost when the connection is not open.
    package func send(text: [UInt8]) {
        perform { socket in
            guard let frames = socket.frames else { return }
            guard frames.queuedBytes + text.count <= socket.limits.queuedBytes else {
                socket.fail(
                    TransportError(
                        .queueFull, "\(socket.limits.queuedBytes) bytes wait for the node"))
                return
            }
            frames.queue(text: text)
            socket.flush()
        }
    }

    /// Says goodbye and closes; `closed` follows.
    package func close() {
        perform { socket in
            socket.frames?.queueClose()
            socket.flush()
            socket.fail(TransportError(.websocketClosed, "closed by us"))
        }
    }

    private func perform(_ work: @escaping @Sendable (NodeWebSocket) -> Void) {
        if loop.isOnLoop { work(self) } else { loop.postAlways { work(self) } }
    }

    // MARK: Connecting

    private func begin() {
        guard loop.enter(self) else {
            finish(TransportError(.loopStopped, "the loop is stopping"))
            return
        }
        tick()
        Resolver.resolve(loop, host: address.host, port: address.port) { [weak self] result in
            guard let self, !isFinished else { return }
            switch result {
            case .success(let found):
                addresses = found
                dial()
            case .failure(let error): finish(error)
            }
        }
    }

    private func dial() {
        guard !addresses.isEmpty else {
            finish(closeError ?? TransportError(.cannotConnect, address.text))
            return
        }
        let next = addresses.removeFirst()
        do throws(TransportError) {
            let tls =
                address.isSecure
                ? try NodeTLS.session(
                    host: address.host, authorityFile: authorityFile, loop.buffers) : nil
            let made = ByteChannel(loop, tls: tls, delegate: self)
            channel = made
            made.connect(next)
        } catch {
            finish(error)
        }
    }

    // MARK: ChannelDelegate

    func channelOpened() {
        key = WebSocketFrames.makeKey()
        let request =
            "GET \(address.path) HTTP/1.1\r\nHost: \(address.authority)\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Key: \(key)\r\n"
            + "Sec-WebSocket-Version: 13\r\n\r\n"
        let bytes = Array(request.utf8)
        unsafe bytes.withUnsafeBytes { unsafe channel?.send($0) }
    }

    func channelReceived(_ bytes: UnsafeRawBufferPointer) {
        guard !isFinished, closeError == nil else { return }
        if let frames {
            unsafe take(frames, bytes)
            return
        }
        unsafe head.append(contentsOf: bytes)
        guard let end = WebSocketUpgrade.headEnd(head) else {
            if head.count > limits.headBytes {
                fail(
                    TransportError(
                        .headersTooLarge, "\(address.text): no end of the upgrade's answer"))
            }
            return
        }
        do throws(TransportError) {
            try WebSocketUpgrade.check(head[..<end], key: key, address.text)
            let made = try WebSocketFrames(limit: limits.messageBytes) { [weak self] message in
                self?.arrived.append(.text(message))
            }
            frames = made
            arrived.append(.opened)
            let rest = Array(head[end...])
            head = []
            if !rest.isEmpty { unsafe rest.withUnsafeBytes { unsafe take(made, $0) } }
        } catch {
            fail(error)
        }
    }

    private func take(_ frames: WebSocketFrames, _ bytes: UnsafeRawBufferPointer) {
        do throws(TransportError) {
            try unsafe frames.receive(bytes)
        } catch {
            flush()
            fail(error)
        }
    }

    func channelTurnEnded() {
        let events = arrived
        arrived = []
        for event in events { onEvent(event) }
        flush()
        if let frames, frames.isClosed {
            fail(TransportError(.websocketClosed, "\(address.text): the node said goodbye"))
        }
    }

    func channelDrained() { flush() }

    func channelClosed(_ error: TransportError) {
        channel = nil
        let told = TransportError(error.code, "\(address.text): \(error.detail)")
        if frames == nil, closeError == nil, error.code == .cannotConnect, !addresses.isEmpty {
            dial()
        } else {
            finish(closeError ?? told)
        }
    }

    private func flush() {
        guard let frames, let channel, channel.isOpen, channel.waitingBytes == 0 else { return }
        let buffers = loop.buffers
        buffers.staging.clear()
        frames.drain(into: buffers.staging)
        if !buffers.staging.isEmpty { unsafe channel.send(buffers.staging.bytes) }
    }

    // MARK: Ending

    private func fail(_ error: TransportError) {
        closeError = closeError ?? error
        if let channel { channel.closeGracefully(error) } else { finish(error) }
    }

    private func finish(_ error: TransportError) {
        guard !isFinished else { return }
        isFinished = true
        loop.leave(self)
        if let timer { loop.cancel(timer) }
        onEvent(.closed(error))
    }

    func loopIsStopping() {
        let error = TransportError(.loopStopped, "\(address.text): the loop is stopping")
        closeError = closeError ?? error
        if let channel { channel.close(error) } else { finish(error) }
    }

    /// Looks at the clocks once a second, and keeps itself alive until it is finished.
    private func tick() {
        guard !isFinished else { return }
        let now = loop.nowMilliseconds
        func passed(_ since: UInt64) -> Int { Int(clamping: now - min(now, since)) }
        if frames == nil {
            if passed(startedAt) >= limits.connectMilliseconds {
                let error = TransportError(
                    .timeout, "\(address.text): not open in \(limits.connectMilliseconds) ms")
                closeError = closeError ?? error
                if let channel { channel.close(error) } else { finish(error) }
            }
        } else if let channel {
            if let sent = pingSentAt, channel.lastReadAt < sent {
                if passed(sent) >= limits.pingAnswerMilliseconds {
                    let error = TransportError(.timeout, "\(address.text): a ping was not answered")
                    closeError = closeError ?? error
                    channel.close(error)
                }
            } else if passed(channel.lastReadAt) >= limits.pingAfterMilliseconds {
                pingSentAt = now
                frames?.queuePing()
                flush()
            }
        }
        let interval = min(1_000, limits.connectMilliseconds, limits.pingAfterMilliseconds)
        timer = loop.schedule(afterMilliseconds: interval) { self.tick() }
    }
}
