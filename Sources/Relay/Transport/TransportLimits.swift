// SPDX-License-Identifier: Apache-2.0

/// Every bound of a relay's HTTP/2 listener and client, with unit and reason. At a bound the sender
/// gets a stable code, or is slowed by flow control; nothing is dropped in silence.
package struct TransportLimits: Hashable, Sendable {
    /// Streams open at once on one connection. One peer sends a few batches at a time; 256 lets an
    /// application's burst through and bounds the state of a connection.
    package var concurrentStreams = 256
    /// Connections open at once on one listener. A member has one per peer; applications a few.
    package var connections = 1_024
    /// Bytes of one header list, as RFC 9113 counts them (name + value + 32). Ours stay below 1
    /// KiB.
    package var headerListBytes = 16_384
    /// Bytes of one request or response body. The largest batch is 100 packets with proofs: 1 MiB.
    package var bodyBytes = 4_194_304
    /// Bytes of request bodies that one connection may hold here, received and not yet answered.
    /// Beyond it the connection's window stays shut until an answer frees some: back pressure by
    /// HTTP/2 itself. When no request is whole yet, the youngest are refused (and may come again).
    package var heldBodyBytes = 16_777_216
    /// Bytes of one stream's receive window: a 300 kB batch goes out without waiting for a round
    /// trip.
    package var streamWindowBytes = 1_048_576
    /// Bytes of one connection's receive window: several batches in flight over a 40 ms path.
    package var connectionWindowBytes = 4_194_304
    /// Bytes of a streaming response that wait for a slow reader before its stream is reset.
    package var streamingBacklogBytes = 262_144
    /// Bytes taken from HTTP/2 for one fill of the socket: bounds memory for a slow reader.
    package var fillBytes = 131_072

    /// Milliseconds from accept to a finished TLS handshake: a stranger holds a socket no longer.
    package var handshakeMilliseconds = 10_000
    /// Milliseconds from a request's first header to its last byte: a trickle holds no memory.
    package var requestMilliseconds = 30_000
    /// Milliseconds without any byte before a connection without open streams is closed.
    package var idleMilliseconds = 300_000
    /// Milliseconds without a byte before a keep-alive ping goes out; below common NAT timers.
    package var pingAfterMilliseconds = 60_000
    /// Milliseconds a ping may stay unanswered before the connection counts as dead.
    package var pingAnswerMilliseconds = 15_000
    /// Milliseconds without progress while bytes wait for the socket: the reader is gone.
    package var writeStallMilliseconds = 60_000
    /// Milliseconds a drained connection gets to finish its open streams after GOAWAY.
    package var drainMilliseconds = 10_000
    /// Milliseconds between two looks at all these clocks; one timer for all connections.
    package var sweepMilliseconds = 250

    /// Control frames (PING, SETTINGS, PRIORITY, empty DATA) that may come at once …
    package var controlFrameBurst = 1_000
    /// … and each second after; a peer that sends more gets GOAWAY(ENHANCE_YOUR_CALM).
    package var controlFramesPerSecond = 50
    /// Streams a peer may open and reset at once (rapid reset, CVE-2023-44487) …
    package var resetBurst = 500
    /// … and each second after.
    package var resetsPerSecond = 33

    /// Requests that wait in a client for a connection or a free stream; the next is refused.
    package var queuedRequests = 4_096
    /// Milliseconds a client waits for TCP and TLS together.
    package var connectMilliseconds = 10_000
    /// Milliseconds before the first reconnect; doubles, with jitter, up to the next limit.
    package var reconnectFirstMilliseconds = 100
    /// Milliseconds between reconnects at most: a peer that comes back is found within it.
    package var reconnectMostMilliseconds = 10_000

    package init() {}
}
