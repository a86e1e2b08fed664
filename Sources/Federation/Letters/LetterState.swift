// SPDX-License-Identifier: Apache-2.0

/// The nine states of a letter, by their national codes.
///
/// Source: national transfer platform, status codes (specs/domain.md §2.4).
public enum LetterState: String, Hashable, Sendable, CaseIterable {
    case sent = "01"
    case accepted = "02"
    case informed = "08"
    case rejected = "13"
    case negotiating = "06"
    case completed = "00"
    case withdrawn = "05"
    case completedAfterNegotiation = "20"
    case failed = "40"

    /// Nothing leaves these: a correction is a new letter that refers to the old one.
    public var isTerminal: Bool {
        switch self {
        case .completed, .withdrawn, .completedAfterNegotiation, .failed: true
        case .sent, .accepted, .informed, .rejected, .negotiating: false
        }
    }

    /// The national name.
    public var chinese: String {
        switch self {
        case .sent: "联系函复核通过"
        case .accepted: "确认接收"
        case .informed: "账户信息复核通过"
        case .rejected: "转出审核不通过"
        case .negotiating: "协商中"
        case .completed: "正常办结"
        case .withdrawn: "转入撤销办结"
        case .completedAfterNegotiation: "协商后办结"
        case .failed: "失败办结"
        }
    }

    public var english: String {
        switch self {
        case .sent: "reviewed and sent"
        case .accepted: "accepted by the transfer-out centre"
        case .informed: "account information sent"
        case .rejected: "rejected by the transfer-out centre"
        case .negotiating: "in negotiation"
        case .completed: "completed"
        case .withdrawn: "withdrawn by the transfer-in centre"
        case .completedAfterNegotiation: "completed after negotiation"
        case .failed: "closed as failed"
        }
    }

    /// Whose move it is; nil once the letter has ended.
    public var turn: LetterSide? {
        switch self {
        case .sent, .accepted: .transferOut
        case .informed, .rejected, .negotiating: .transferIn
        case .completed, .withdrawn, .completedAfterNegotiation, .failed: nil
        }
    }

    /// The state that an act leads to; nil where it may not happen.
    ///
    /// Reject, inform and hold only from 02, negotiate only from 08, withdraw only from 01,
    /// complete only from 08, 06 and 13; a repeated application is harmless while still 01.
    public func after(_ act: LetterAct) -> LetterState? {
        switch (self, act) {
        case (.sent, .application): .sent
        case (.sent, .acceptance): .accepted
        case (.sent, .withdrawal): .withdrawn
        case (.accepted, .progress), (.accepted, .hold): .accepted
        case (.accepted, .information): .informed
        case (.accepted, .rejection): .rejected
        case (.informed, .negotiation): .negotiating
        case (.informed, .completion): .completed
        case (.negotiating, .completion): .completedAfterNegotiation
        case (.rejected, .completion): .failed
        default: nil
        }
    }
}
