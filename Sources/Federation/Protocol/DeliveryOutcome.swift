// SPDX-License-Identifier: Apache-2.0

/// How a peer judged one packet or acknowledgement (peer.proto `Outcome`).
public enum DeliveryOutcome: Int32, Hashable, Sendable {
    case unspecified = 0
    /// Verified and durably journaled; nothing more to do for the caller.
    case accepted = 1
    /// Was accepted or finished before; nothing changed.
    case alreadyKnown = 2
    /// Not judged yet: come back later.
    case retry = 3
    /// Will never be accepted in this form.
    case refused = 4
}
