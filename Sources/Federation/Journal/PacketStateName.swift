// SPDX-License-Identifier: Apache-2.0

extension PacketState {
    /// The state's name in commands, tables and views: never changed once released.
    public var name: String {
        switch self {
        case .observed: "observed"
        case .proven: "proven"
        case .forwarded: "forwarded"
        case .acknowledgementVerified: "acknowledgement-verified"
        case .absenceVerified: "absence-verified"
        case .acknowledged: "acknowledged"
        case .refused: "refused"
        case .timedOut: "timed-out"
        case .verified: "verified"
        case .received: "received"
        case .acknowledgementWritten: "acknowledgement-written"
        case .acknowledgementProven: "acknowledgement-proven"
        case .acknowledgementDelivered: "acknowledgement-delivered"
        case .expired: "expired"
        case .parked: "parked"
        }
    }

    public init?(name: String) {
        guard let state = PacketState.allCases.first(where: { $0.name == name }) else { return nil }
        self = state
    }
}

extension TransactionState {
    public var name: String {
        switch self {
        case .pending: "pending"
        case .included: "included"
        case .failed: "failed"
        case .dead: "dead"
        }
    }
}

extension TransactionPurpose {
    public var name: String {
        switch self {
        case .packets: "packets"
        case .createClient: "create-client"
        case .registerCounterparty: "register-counterparty"
        case .misbehaviour: "misbehaviour"
        case .updateClient: "update-client"
        }
    }
}
