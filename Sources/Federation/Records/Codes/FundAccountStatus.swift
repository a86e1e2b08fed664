// SPDX-License-Identifier: Apache-2.0

/// Status of a personal provident-fund account.
/// Source: JGJ/T 320-2014 as implemented; specs/domain.md section 2.2.
public enum FundAccountStatus: String, CodeTable {
    case normal = "01"
    /// Contributions have stopped; the money stays.
    case sealed = "02"
    case merged = "03"
    case transferredOut = "04"
    case drawnOut = "05"
    /// By a court's order.
    case frozen = "06"
    case other = "99"

    public static let column = "GRZHZT"

    public var chinese: String {
        switch self {
        case .normal: "正常"
        case .sealed: "封存"
        case .merged: "合并销户"
        case .transferredOut: "外部转出销户"
        case .drawnOut: "提取销户"
        case .frozen: "冻结"
        case .other: "其他"
        }
    }

    /// Whether the account is still there: neither merged, transferred nor drawn out.
    public var isOpen: Bool {
        switch self {
        case .normal, .sealed, .frozen: true
        case .merged, .transferredOut, .drawnOut, .other: false
        }
    }
}
