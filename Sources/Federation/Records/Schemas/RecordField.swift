// SPDX-License-Identifier: Apache-2.0

/// How much harm a field does in wrong hands, after the federation's four grades.
public enum Sensitivity: Int, Hashable, Sendable, CaseIterable, Comparable {
    /// Public facts: an enterprise's name.
    case open = 1
    /// Of no use alone: a date of opening.
    case ordinary = 2
    /// Personal: an amount, an employer.
    case personal = 3
    /// Identifies or exposes a person: number, name, telephone, bank account, loan.
    case grave = 4

    public static func < (left: Sensitivity, right: Sensitivity) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// 共享类型: whether an authority shares a field with others.
public enum ShareClass: Hashable, Sendable {
    /// 无条件共享.
    case unconditional
    /// 有条件共享: a grant must name purpose and basis.
    case conditional
    /// 不予共享. Such a field must cite the rule that forbids it.
    case withheld(basis: String)
}

/// In which way a field leaves its city.
public enum FieldDisclosure: String, Hashable, Sendable, CaseIterable {
    /// May go along with any answer about the record.
    case always
    case onRequest
    /// Only what a predicate says of it.
    case predicateOnly
    case never
}

/// What a field's text must look like.
public enum FieldType: Hashable, Sendable {
    /// UTF-8 of at most so many bytes.
    case text(maxBytes: Int)
    /// One of a table's codes.
    case code([String])
    /// Digits, at most so many.
    case digits(max: Int)
    /// GB 11643.
    case identityNumber
    /// GB 32100.
    case socialCreditCode
    /// GB/T 36904; old ones too.
    case licenceIdentifier
    /// Yuan with two places, NUMERIC(18,2).
    case money
    /// A part or a percentage with two places, NUMERIC(4,2).
    case rate
    /// `YYYYMMDD`.
    case date
    /// `YYYYMM`.
    case month
    /// A whole number in a range.
    case whole(ClosedRange<Int>)

    public static func codes<Table: CodeTable>(of table: Table.Type) -> FieldType {
        .code(Table.allCases.map(\.rawValue))
    }

    /// Whether a value has this form. An empty text stands for "not known" in every form.
    public func admits(_ text: String) -> Bool {
        if text.isEmpty { return true }
        switch self {
        case .text(let limit): return text.utf8.count <= limit
        case .code(let codes): return codes.contains(text)
        case .digits(let limit): return text.utf8.count <= limit && FieldType.isDigits(text)
        case .identityNumber: return (try? IdentityNumber(text))?.text == text
        case .socialCreditCode: return (try? SocialCreditCode(text)) != nil
        case .licenceIdentifier: return (try? LicenceIdentifier(text, mode: .lenient)) != nil
        case .money: return Fen(yuan: text) != nil
        case .rate: return text.utf8.count <= 5 && Fen(yuan: text) != nil
        case .date: return CivilDate(text) != nil
        case .month: return CivilDate(month: text) != nil
        case .whole(let range):
            guard FieldType.isDigits(text), text.utf8.count <= 9, let number = Int(text) else {
                return false
            }
            return range.contains(number) && String(number) == text
        }
    }

    private static func isDigits(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}

/// One field of a schema.
public struct RecordField: Hashable, Sendable {
    /// As it stands in the field tree: the standard's pinyin initials where there are any.
    public let id: String
    /// For the counter.
    public let chinese: String
    /// The label's reading.
    public let pinyin: String
    public let type: FieldType
    public let sensitivity: Sensitivity
    public let shareClass: ShareClass
    public let disclosure: FieldDisclosure

    public init(
        id: String, chinese: String, pinyin: String, type: FieldType, sensitivity: Sensitivity,
        shareClass: ShareClass = .conditional, disclosure: FieldDisclosure = .onRequest
    ) {
        self.id = id
        self.chinese = chinese
        self.pinyin = pinyin
        self.type = type
        self.sensitivity = sensitivity
        self.shareClass = shareClass
        self.disclosure = disclosure
    }
}

/// Something that can be shown of a record without showing the value behind it.
public struct RecordPredicate: Hashable, Sendable {
    public enum Form: Hashable, Sendable {
        /// Holds or does not hold, as of the record's state.
        case flag
        /// A count of at least k; k is the asker's. See `CountChain`.
        case atLeast
    }

    public let id: String
    /// What holds, in words for the counter; a threshold's number follows.
    public let chinese: String
    public let english: String
    public let form: Form

    public init(id: String, chinese: String, english: String, form: Form) {
        self.id = id
        self.chinese = chinese
        self.english = english
        self.form = form
    }
}
