// SPDX-License-Identifier: Apache-2.0

/// A unified social credit code taken apart. The checks are `InstitutionCode`'s.
/// Source: GB 32100-2015; specs/domain.md section 2.7.
public struct SocialCreditCode: Hashable, Sendable {
    public let institution: InstitutionCode

    /// Who registered the body: the first character.
    public enum Authority: Hashable, Sendable {
        /// 1 机构编制: public institutions.
        case staffing
        /// 5 民政: associations.
        case civilAffairs
        /// 9 市场监管: enterprises.
        case marketRegulation
        /// Y, and any other.
        case other(String)
    }

    public init(_ text: String) throws(InstitutionCodeError) {
        let code = try InstitutionCode(text)
        guard code.form == .socialCredit else { throw .length(text.utf8.count) }
        institution = code
    }

    public var text: String { institution.text }

    public var authority: Authority {
        switch text.prefix(1) {
        case "1": .staffing
        case "5": .civilAffairs
        case "9": .marketRegulation
        case let character: .other(String(character))
        }
    }

    /// The class of body within its authority: the second character.
    public var entityClass: String { String(text.dropFirst().prefix(1)) }
    /// The division of registration, six digits; 100000 for the country's own bodies.
    public var division: String { String(text.dropFirst(2).prefix(6)) }
    /// The organisation code within, with its own check character (GB 11714).
    public var organisation: String { String(text.dropFirst(8).prefix(9)) }
    public var checkCharacter: String { String(text.suffix(1)) }
}

extension SocialCreditCode: CustomStringConvertible {
    public var description: String { text }
}
