// SPDX-License-Identifier: Apache-2.0

/// One named value of a message.
public struct LetterField: Hashable, Sendable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The fields of one message in the order of the national format. Each name is there once, and an
/// empty value counts as absent.
public struct LetterFields: Hashable, Sendable {
    public private(set) var list: [LetterField]

    public init(_ list: [LetterField]) throws(LetterFormError) {
        guard list.count <= LetterLimits.fields else {
            throw .unknown(field: list[LetterLimits.fields].name)
        }
        var names: Set<String> = []
        for field in list {
            guard names.insert(field.name).inserted else { throw .repeated(field: field.name) }
            guard field.value.utf8.count <= LetterLimits.fieldBytes else {
                throw .invalid(field: field.name, rule: .text)
            }
        }
        self.list = list
    }

    /// Nil when absent or empty.
    public subscript(_ name: String) -> String? {
        guard let field = list.first(where: { $0.name == name }), !field.value.isEmpty else {
            return nil
        }
        return field.value
    }
}

/// What a field's value must look like.
public enum FieldRule: String, Hashable, Sendable, CaseIterable {
    /// Anything within `LetterLimits.fieldBytes`, without control characters.
    case text
    /// A name: at most 120 characters (JGJ/T 320, v120).
    case name
    /// An institution's code of 15 digits.
    case institution
    /// `ConNum`: 16 digits.
    case letterNumber
    case batchNumber
    /// `YYYYMMDD`.
    case date
    /// `YYYYMM`.
    case month
    /// Yuan with exactly two places.
    case amount
    /// 1 or 2.
    case flag
    /// 0, 1 or 2.
    case result
    /// A number of up to three digits.
    case count
    case documentKind
    /// At most 18 characters; an identity number where the kind says so.
    case documentNumber

    /// Names take 120 characters of four bytes at most.
    static let nameCharacters = 120
    static let documentCharacters = 18

    func allows(_ value: String) -> Bool {
        guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f }) else {
            return false
        }
        let digits = Array(value.utf8)
        return switch self {
        case .text: true
        case .name: value.unicodeScalars.count <= FieldRule.nameCharacters
        case .institution: (try? InstitutionCode(value))?.form == .fundCentre
        case .letterNumber: (try? LetterNumber(value)) != nil
        case .batchNumber: (try? BatchLetterNumber(value)) != nil
        case .date: CivilDate(value) != nil
        case .month: CivilDate(month: value) != nil
        case .amount: Fen(yuan: value) != nil
        case .flag: value == "1" || value == "2"
        case .result: value == "0" || value == "1" || value == "2"
        case .count: digits.count <= 3 && digits.allSatisfy { (0x30...0x39).contains($0) }
        case .documentKind: DocumentKind(rawValue: value) != nil
        case .documentNumber: value.unicodeScalars.count <= FieldRule.documentCharacters
        }
    }
}

/// The fields that a message code defines, in order.
public struct LetterLayout: Hashable, Sendable {
    public struct Slot: Hashable, Sendable {
        public let name: String
        public let rule: FieldRule

        init(_ name: String, _ rule: FieldRule) {
            self.name = name
            self.rule = rule
        }
    }

    public let slots: [Slot]

    /// Checks that every field is defined and follows its rule, and that the required ones are
    /// there.
    func check(_ fields: LetterFields, required: [String]) throws(LetterFormError) {
        for field in fields.list {
            guard let slot = slots.first(where: { $0.name == field.name }) else {
                throw .unknown(field: field.name)
            }
            guard field.value.isEmpty || slot.rule.allows(field.value) else {
                throw .invalid(field: field.name, rule: slot.rule)
            }
        }
        for name in required where fields[name] == nil { throw .missing(field: name) }
    }

    /// BDC901. Source: specs/domain.md §2.3, names and order.
    public static let application = LetterLayout(slots: [
        Slot("ConNum", .letterNumber), Slot("TxFunc", .result),
        Slot("TranOutUnitNo", .institution), Slot("TranCenName", .name), Slot("EmpName", .name),
        Slot("DocType", .documentKind), Slot("IdNum", .documentNumber),
        Slot("SocUnitName", .name), Slot("SocRefAcctNo", .text), Slot("TranRefAcctNo", .text),
        Slot("TranRefAcctName", .name), Slot("TranBank", .name), Slot("EntBank", .name),
        Slot("TrenCenInfo", .text), Slot("GenDate", .date), Slot("TranRstCode", .result),
        Slot("TranRstMsg", .text), Slot("Remark", .text),
    ])

    /// BDC903. `OrTxFunc` 1 names a letter in `OrConNum`, 2 a batch there and the letter in
    /// `SubConNum`.
    public static let withdrawal = LetterLayout(slots: [
        Slot("OrConNum", .text), Slot("OrTxFunc", .flag), Slot("SubConNum", .letterNumber),
    ])

    /// BDC905.
    public static let information = LetterLayout(slots: [
        Slot("OrConNum", .letterNumber), Slot("TxFunc", .result), Slot("EmpName", .name),
        Slot("DocType", .documentKind), Slot("IdNum", .documentNumber), Slot("TranAmt", .amount),
        Slot("OrAcctAmt", .amount), Slot("Yinter", .amount), Slot("OAcctDate", .month),
        Slot("PayEndDate", .month), Slot("SixMconFlag", .flag), Slot("LoanNum", .count),
        Slot("LoanEndFlag", .flag), Slot("FrLoanFlag", .flag), Slot("TranRstCode", .result),
        Slot("TranRstMsg", .text), Slot("ContPhone", .text),
    ])
}
