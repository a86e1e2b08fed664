// SPDX-License-Identifier: Apache-2.0

/// What was done to an electronic licence.
/// Source: MOHURD's electronic licences; specs/domain.md section 2.6.
public enum LicenceOperation: String, CodeTable {
    case issue = "01"
    case renew = "02"
    case suspend = "03"
    case expire = "04"
    case end = "05"
    case restore = "06"
    case other = "07"
    case moveIn = "08"
    case change = "09"
    case cancelMove = "10"

    public static let column = "license_operation"

    public var chinese: String {
        switch self {
        case .issue: "新发"
        case .renew: "延续"
        case .suspend: "暂扣"
        case .expire: "过期失效"
        case .end: "注销/撤销/吊销/转出"
        case .restore: "暂扣发还"
        case .other: "其他"
        case .moveIn: "转入"
        case .change: "变更"
        case .cancelMove: "取消转出"
        }
    }
}
