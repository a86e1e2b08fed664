// SPDX-License-Identifier: Apache-2.0

/// What a listener or client tells for log and metrics. Comes on the loop.
package enum TransportEvent: Sendable {
    case connected(PeerIdentity?)
    /// The connection ended, or never came to be; `peer` is nil when no certificate was accepted.
    case disconnected(PeerIdentity?, TransportError)
    /// A streaming response has ended: by us, by the peer or with its connection.
    case streamEnded(ResponseToken)
}
