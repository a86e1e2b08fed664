// SPDX-License-Identifier: Apache-2.0

/// Which document a number belongs to.
/// Source: JGJ/T 320-2014 as implemented; specs/domain.md section 2.2.
public enum DocumentKind: String, CodeTable {
    case identityCard = "01"
    case officerCard = "02"
    case passport = "03"
    case foreignResidenceCard = "04"
    case other = "99"

    public static let column = "ZJLX"

    public var chinese: String {
        switch self {
        case .identityCard: "身份证"
        case .officerCard: "军官证"
        case .passport: "护照"
        case .foreignResidenceCard: "外国人永久居留证"
        case .other: "其他"
        }
    }
}
