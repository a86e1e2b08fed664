// SPDX-License-Identifier: Apache-2.0

/// Names one organisation of the federation: a division may hold several institutions, and an
/// institution's code may outlive its division's.
public struct MemberID: Hashable, Sendable, Comparable {
    public let division: DivisionCode
    public let institution: InstitutionCode

    public init(division: DivisionCode, institution: InstitutionCode) {
        self.division = division
        self.institution = institution
    }

    /// The URI that a relay's certificate carries as a subject alternative name.
    public var uri: String { "cityrelay://member/\(division)/\(institution)" }

    public static func < (left: MemberID, right: MemberID) -> Bool {
        (left.division, left.institution) < (right.division, right.institution)
    }
}

extension MemberID: CustomStringConvertible {
    /// "330100/330100000000000", the form that files and commands take.
    public var description: String { "\(division)/\(institution)" }

    /// Nil unless the text is in the form of `description` with two good codes.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let division = try? DivisionCode(String(parts[0])),
            let institution = try? InstitutionCode(String(parts[1]))
        else { return nil }
        self.init(division: division, institution: institution)
    }
}
