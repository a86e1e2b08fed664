// SPDX-License-Identifier: Apache-2.0

/// What a message does to a letter: `TxCode`, `TxFunc` and, for 905/0, the result code.
///
/// Source: specs/domain.md §2.3.
public enum LetterAct: String, Hashable, Sendable, CaseIterable {
    /// 901/0 by IN.
    case application
    /// 901/1 by OUT.
    case acceptance
    /// 903 by IN.
    case withdrawal
    /// 905/0 with result 2 by OUT: being worked on; ends a hold.
    case progress
    /// 905/0 with result 2 and a reason by OUT: waits for somebody outside, its clock stands still.
    case hold
    /// 905/0 with result 0 by OUT: account closed, money remitted, amounts told.
    case information
    /// 905/0 with result 1 by OUT.
    case rejection
    /// 905/1 by IN.
    case negotiation
    /// 905/2 by IN.
    case completion

    /// Who may do it.
    public var authority: LetterSide {
        switch self {
        case .application, .withdrawal, .negotiation, .completion: .transferIn
        case .acceptance, .progress, .hold, .information, .rejection: .transferOut
        }
    }

    public var code: LetterCode {
        switch self {
        case .application, .acceptance: .bdc901
        case .withdrawal: .bdc903
        case .progress, .hold, .information, .rejection, .negotiation, .completion: .bdc905
        }
    }

    /// `TxFunc`, one digit. 903 has none on the wire; it counts as 0 in keys.
    public var function: UInt8 {
        switch self {
        case .application, .withdrawal, .progress, .hold, .information, .rejection: 0
        case .acceptance, .negotiation: 1
        case .completion: 2
        }
    }

    /// Acts that leave the state as it is; a letter takes a bounded number of them.
    public var isNote: Bool { self == .progress || self == .hold || self == .application }
}

/// The national message codes of the transfer service.
public enum LetterCode: String, Hashable, Sendable, CaseIterable {
    case bdc901 = "BDC901"
    case bdc902 = "BDC902"
    case bdc903 = "BDC903"
    case bdc904 = "BDC904"
    case bdc905 = "BDC905"
    case bdc906 = "BDC906"
    case bdc909 = "BDC909"
}
