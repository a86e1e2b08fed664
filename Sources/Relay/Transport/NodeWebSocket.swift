// SPDX-License-Identifier: Apache-2.0
package final class NodeWebSocket: @unchecked Sendable {
    package enum Event: Sendable {
        case opened
        case text([UInt8])
        case closed(TransportError)
    }
    package init(
        loop: EventLoop, url: String, authorityFile: String? = nil,
        limits: WebSocketLimits = WebSocketLimits(),
        onEvent: @escaping @Sendable (Event) -> Void
    ) throws {}
    /// From any thread.
    package func send(text: [UInt8]) {}
    package func close() {}
}

package struct WebSocketLimits: Hashable, Sendable {
    package var messageBytes = 16_777_216
    package var connectMilliseconds = 5_000
    package var pingAfterMilliseconds = 20_000
    package var pingAnswerMilliseconds = 10_000
    package var queuedBytes = 1_048_576
    package init() {}
}
