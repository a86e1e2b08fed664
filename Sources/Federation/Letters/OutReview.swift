// SPDX-License-Identifier: Apache-2.0

/// What OUT's books say about one account of a person.
public struct ReviewedAccount: Hashable, Sendable {
    public var holder: LetterPerson
    public var status: FundAccountStatus
    /// Whole months since the account was sealed.
    public var sealedMonths: Int
    public var hasUnsettledLoan: Bool
    /// Never leaves OUT but sealed for IN.
    public var isSuspectedFraud: Bool
    public var isHolderDead: Bool

    public init(
        holder: LetterPerson, status: FundAccountStatus, sealedMonths: Int = 0,
        hasUnsettledLoan: Bool = false, isSuspectedFraud: Bool = false, isHolderDead: Bool = false
    ) {
        self.holder = holder
        self.status = status
        self.sealedMonths = sealedMonths
        self.hasUnsettledLoan = hasUnsettledLoan
        self.isSuspectedFraud = isSuspectedFraud
        self.isHolderDead = isHolderDead
    }
}

/// A city's rules for giving an account away.
public struct ReviewPolicy: Hashable, Sendable {
    /// Months that an account must have been sealed. Cities differ; six is common.
    public var minimumSealedMonths = 6
    /// Whether a letter for an account that is not sealed yet, or not long enough, waits with its
    /// clock standing still, or is rejected.
    public var holdsUnsealed = true

    public init() {}
}

/// What OUT answers to an accepted letter.
public enum ReviewVerdict: Hashable, Sendable {
    /// Close the account, remit, inform.
    case clear
    /// Wait; tell it by a hold.
    case hold(LetterReason)
    /// Reject with the class of reason; for an identity mismatch also which rule failed.
    case reject(LetterReason, IdentityDifference?)
}

extension ReviewPolicy {
    /// Judges a person against the accounts that OUT's own search by document number found.
    public func judge(
        _ person: LetterPerson, among accounts: [ReviewedAccount]
    ) -> ReviewVerdict {
        guard accounts.count <= 1 || accounts.count(where: { $0.status.isOpen }) <= 1 else {
            return .reject(.accountMultiple, nil)
        }
        let open = accounts.first { $0.status.isOpen }
        guard let account = open ?? accounts.first else { return .reject(.accountNotFound, nil) }
        if let difference = person.difference(from: account.holder) {
            return .reject(.identityMismatch, difference)
        }
        if account.isHolderDead { return .reject(.holderDied, nil) }
        switch account.status {
        case .drawnOut: return .reject(.withdrawnMeanwhile, nil)
        case .merged, .transferredOut, .other: return .reject(.accountNotFound, nil)
        case .frozen: return .reject(.accountFrozen, nil)
        case .normal, .sealed: break
        }
        if account.hasUnsettledLoan { return .reject(.loanUnsettled, nil) }
        // The class must not tell what is suspected.
        if account.isSuspectedFraud { return .reject(.other, nil) }
        if account.status == .normal { return wait(.accountActive) }
        return account.sealedMonths < minimumSealedMonths ? wait(.sealedTooShort) : .clear
    }

    private func wait(_ reason: LetterReason) -> ReviewVerdict {
        holdsUnsealed ? .hold(reason) : .reject(reason, nil)
    }
}
