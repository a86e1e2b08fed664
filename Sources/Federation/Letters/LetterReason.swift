// SPDX-License-Identifier: Apache-2.0

/// Why OUT rejects or holds a letter: a class, never the value behind it. Travels sealed.
public enum LetterReason: String, Hashable, Sendable, CaseIterable {
    case identityMismatch = "id.mismatch"
    case accountNotFound = "acct.notfound"
    /// Several accounts of one person: merge them first.
    case accountMultiple = "acct.multiple"
    /// Not sealed yet: the employer is late.
    case accountActive = "acct.active"
    /// Sealed, but shorter than the city asks for.
    case sealedTooShort = "acct.sealed-short"
    case accountFrozen = "acct.frozen"
    case loanUnsettled = "loan.unsettled"
    /// The bank sent the money back and it cannot be sent again.
    case remittanceFailed = "bank.returned"
    /// The citizen withdrew the account's money meanwhile.
    case withdrawnMeanwhile = "acct.withdrawn"
    case holderDied = "holder.died"
    case other = "other"

    public var chinese: String {
        switch self {
        case .identityMismatch: "姓名或证件信息不一致"
        case .accountNotFound: "转出地无此账户"
        case .accountMultiple: "转出地有多个账户，请先合并"
        case .accountActive: "账户尚未封存，请联系原单位"
        case .sealedTooShort: "封存时间未满规定"
        case .accountFrozen: "账户被冻结"
        case .loanUnsettled: "有未结清的公积金贷款"
        case .remittanceFailed: "银行退汇，无法划转"
        case .withdrawnMeanwhile: "账户已提取销户"
        case .holderDied: "账户所有人已去世，请按继承办理"
        case .other: "其他原因，请联系转出地"
        }
    }

    public var english: String {
        switch self {
        case .identityMismatch: "name or document differs"
        case .accountNotFound: "no such account at the transfer-out centre"
        case .accountMultiple: "several accounts; merge them first"
        case .accountActive: "the account is not sealed yet; ask the former employer"
        case .sealedTooShort: "sealed for less than the city asks for"
        case .accountFrozen: "the account is frozen"
        case .loanUnsettled: "a housing-fund loan is not settled"
        case .remittanceFailed: "the bank returned the money"
        case .withdrawnMeanwhile: "the account was withdrawn meanwhile"
        case .holderDied: "the holder has died; the heirs have to apply"
        case .other: "another reason; ask the transfer-out centre"
        }
    }
}
