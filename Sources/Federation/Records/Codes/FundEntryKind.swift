// SPDX-License-Identifier: Apache-2.0

/// What an entry of a provident-fund account records.
/// Source: JGJ/T 320-2014 as implemented; specs/domain.md section 2.2.
public enum FundEntryKind: String, CodeTable {
    case contribution = "01"
    case supplement = "02"
    case opening = "03"
    case unsealing = "04"
    case sealing = "05"
    case internalTransfer = "06"
    /// To another city: the money leaves with a letter.
    case transferOut = "07"
    /// From another city.
    case transferIn = "08"
    case yearlyInterest = "09"
    case baseAdjustment = "10"
    case partialWithdrawal = "11"
    case closingWithdrawal = "12"
    case deferral = "13"
    case freezing = "14"
    case unfreezing = "15"
    case other = "99"

    public static let column = "GJHTQYWLX"

    public var chinese: String {
        switch self {
        case .contribution: "汇缴"
        case .supplement: "补缴"
        case .opening: "开户"
        case .unsealing: "启封"
        case .sealing: "封存"
        case .internalTransfer: "内部转移"
        case .transferOut: "外部转出"
        case .transferIn: "外部转入"
        case .yearlyInterest: "年终结息"
        case .baseAdjustment: "基数调整"
        case .partialWithdrawal: "部分提取"
        case .closingWithdrawal: "销户提取"
        case .deferral: "缓缴"
        case .freezing: "冻结"
        case .unfreezing: "解冻"
        case .other: "其他"
        }
    }
}
