// SPDX-License-Identifier: Apache-2.0

/// Two verified statements of one chain that cannot both be true.
public enum MisbehaviourEvidence: Hashable, Sendable {
    /// Two headers of one height.
    case twoHeaders(stored: TrustedHeader, received: TrustedHeader)
    /// A higher header that is not later.
    case timeOutOfOrder(lower: TrustedHeader, higher: TrustedHeader)

    /// Stable name of the case, for logs, metrics and answers.
    public var code: String {
        switch self {
        case .twoHeaders: "misbehaviour/two-headers"
        case .timeOutOfOrder: "misbehaviour/time-out-of-order"
        }
    }
}

/// What a verified header does to a client's current state.
public enum UpdateVerdict: Hashable, Sendable {
    /// It is new: store it.
    case apply
    /// The same header is stored already: nothing to do.
    case alreadyKnown
    /// Freeze the client and keep the evidence.
    case misbehaviour(MisbehaviourEvidence)
    /// The client takes no updates in this state.
    case inactive(ClientStatus)
}
