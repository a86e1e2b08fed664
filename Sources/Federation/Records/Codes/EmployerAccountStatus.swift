// SPDX-License-Identifier: Apache-2.0

/// Status of an employer's provident-fund account.
/// Source: JGJ/T 320-2014 as implemented; specs/domain.md section 2.2.
public enum EmployerAccountStatus: String, CodeTable {
    case normal = "01"
    case opened = "02"
    /// Contributions are put off with permission.
    case deferred = "03"
    case closed = "04"
    case sealed = "05"
    case other = "99"

    public static let column = "DWZHZT"

    public var chinese: String {
        switch self {
        case .normal: "正常"
        case .opened: "开户"
        case .deferred: "缓缴"
        case .closed: "销户"
        case .sealed: "封存"
        case .other: "其他"
        }
    }
}
