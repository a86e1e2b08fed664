// SPDX-License-Identifier: Apache-2.0

/// Status of an electronic licence.
/// Source: MOHURD's electronic licences; specs/domain.md section 2.6.
public enum LicenceStatus: String, CodeTable {
    case valid = "01"
    /// Withheld; may be given back.
    case suspended = "02"
    /// The decision to issue it was wrong.
    case rescinded = "03"
    /// Given up, or its holder is gone.
    case cancelled = "04"
    case expired = "05"
    /// On its way to another province.
    case movedOut = "06"
    /// Taken away as a penalty.
    case revoked = "07"
    case other = "99"

    public static let column = "license_status"

    public var chinese: String {
        switch self {
        case .valid: "有效"
        case .suspended: "暂扣"
        case .rescinded: "撤销"
        case .cancelled: "注销"
        case .expired: "失效"
        case .movedOut: "办理转出"
        case .revoked: "吊销"
        case .other: "其他"
        }
    }

    /// Whether the licence may be relied on today.
    public var isInForce: Bool { self == .valid }

    /// Whether nothing follows any more: a licence that ended stays ended. Moved out it may come
    /// back, should the move be cancelled.
    public var isFinal: Bool {
        switch self {
        case .rescinded, .cancelled, .expired, .revoked: true
        case .valid, .suspended, .movedOut, .other: false
        }
    }
}
