// SPDX-License-Identifier: Apache-2.0

// Unsafe: copies between nghttp2's memory and ours, within one call.

/// What one stream has received and has to send. A class, since nghttp2 and the connection both
/// point to it. Touched on the loop's thread only.
@safe
final class HTTP2Stream {
    /// Why a request is answered by the transport itself.
    enum Refusal { case headersTooLarge, bodyTooLarge, tooSlow, noRoom }

    var id: Int32
    let startedAt: UInt64

    // Received.
    var method = HTTPMethod.get
    var path = ""
    var status = 0
    var headers = HeaderBlock()
    var trailers = HeaderBlock()
    /// RFC 9113's size of the header lists so far.
    var headerListBytes = 0
    var readsTrailers = false
    var contentLength: Int?
    /// The content type is gRPC's: its five-byte prefix is taken off the body while it comes.
    var stripsPrefix = false
    private var prefixCount = 0
    private var prefixBytes: UInt64 = 0
    private(set) var body: [UInt8] = []
    /// Bytes received that the connection still counts as held.
    var held = 0
    /// The peer has sent its last byte.
    var isComplete = false
    /// The request was handed to the handler.
    var isHandedOver = false
    var isAnswered = false
    var refusal: Refusal?

    // To send.
    private var outgoing: [UInt8] = []
    private var outgoingPrefixCount = 0
    private var outgoingOffset = 0
    private(set) var outgoingTrailers: [HTTPHeader] = []
    /// More pieces may come; then `end` says which is the last.
    private var isStreaming = false
    private(set) var isDeferred = false

    /// Client: what waits for the answer.
    var exchange: HTTP2Exchange?

    init(id: Int32, startedAt: UInt64) {
        self.id = id
        self.startedAt = startedAt
    }

    // MARK: Received

    var framePrefix: FramePrefix? {
        guard stripsPrefix, prefixCount == GRPCFraming.prefixByteCount else { return nil }
        return FramePrefix(
            compressed: UInt8(truncatingIfNeeded: prefixBytes >> 32),
            length: UInt32(truncatingIfNeeded: prefixBytes))
    }

    /// After the first header block: makes room for the body at once.
    func beginBody(limit: Int) {
        if let length = contentLength, length > 0 { body.reserveCapacity(min(length, limit)) }
    }

    var receivedBytes: Int { prefixCount + body.count }

    func receive(_ bytes: UnsafeBufferPointer<UInt8>) {
        var rest = unsafe bytes[...]
        while stripsPrefix, prefixCount < GRPCFraming.prefixByteCount,
            let byte = unsafe rest.popFirst()
        {
            prefixBytes = prefixBytes << 8 | UInt64(byte)
            prefixCount += 1
        }
        unsafe body.append(contentsOf: UnsafeBufferPointer(rebasing: rest))
    }

    func dropBody() { body = [] }

    // MARK: To send

    func send(body: [UInt8], framed: Bool, trailers: [HTTPHeader]) {
        outgoing = body
        outgoingPrefixCount = framed ? GRPCFraming.prefixByteCount : 0
        outgoingOffset = 0
        outgoingTrailers = trailers
    }

    func beginStreaming() { isStreaming = true }

    /// False when more than `limit` bytes would wait.
    func append(_ bytes: [UInt8], end: Bool, limit: Int) -> Bool {
        guard isStreaming, remaining + bytes.count <= limit else { return false }
        if outgoingOffset == outgoing.count {
            outgoing = bytes
            outgoingOffset = 0
        } else {
            outgoing += bytes
        }
        if end { isStreaming = false }
        return true
    }

    private var remaining: Int { outgoingPrefixCount + outgoing.count - outgoingOffset }

    var hasBody: Bool { isStreaming || remaining > 0 || !outgoingTrailers.isEmpty }

    enum Offer {
        case nothingYet
        case bytes(Int, isLast: Bool)
    }

    /// How many bytes the next DATA frame may take.
    func offer(_ room: Int) -> Offer {
        let count = min(room, remaining)
        if count == 0, isStreaming {
            isDeferred = true
            return .nothingYet
        }
        return .bytes(count, isLast: count == remaining && !isStreaming)
    }

    func resume() { isDeferred = false }

    /// Moves the offered bytes into the staging buffer.
    func take(_ length: Int, into staging: GrowingBuffer) {
        var left = length
        while left > 0, outgoingOffset < outgoingPrefixCount {
            var byte = prefixByte(outgoingOffset)
            unsafe staging.append(&byte, 1)
            outgoingOffset += 1
            left -= 1
        }
        guard left > 0 else { return }
        let start = outgoingOffset - outgoingPrefixCount
        unsafe outgoing.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, start + left <= bytes.count else { return }
            unsafe staging.append(base + start, left)
        }
        outgoingOffset += left
    }

    /// Uncompressed, then the length in network order.
    private func prefixByte(_ index: Int) -> UInt8 {
        index == 0 ? 0 : UInt8(truncatingIfNeeded: outgoing.count >> (8 * (4 - index)))
    }
}
