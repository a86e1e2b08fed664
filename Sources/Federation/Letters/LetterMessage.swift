// SPDX-License-Identifier: Apache-2.0

/// Whom a message is about. Names are compared as `PersonName` compares them; an identity number of
/// 15 digits is the one of 18 that replaced it.
public struct LetterPerson: Hashable, Sendable {
    public let name: String
    public let kind: DocumentKind
    public let number: String

    public init(name: String, kind: DocumentKind, number: String) {
        self.name = name
        self.kind = kind
        self.number = number
    }

    /// The first rule by which two descriptions are not of one person; nil when they are.
    public func difference(from other: LetterPerson) -> IdentityDifference? {
        if kind != other.kind { return IdentityDifference(.documentType) }
        if kind == .identityCard {
            if LetterPerson.upgraded(number) != LetterPerson.upgraded(other.number) {
                return IdentityDifference(.documentNumber)
            }
        } else if number != other.number {
            return IdentityDifference(.documentNumber)
        }
        return LetterPerson.difference(name, other.name)
    }

    /// An identity number of 15 digits as it was renewed: century 19 and a check character.
    static func upgraded(_ number: String) -> String {
        guard number.utf8.count == 15 else { return number.uppercased() }
        let body = String(number.prefix(6)) + "19" + String(number.dropFirst(6))
        return IdentityNumber.checkCharacter(of: body).map { body + String($0) } ?? number
    }

    private static func difference(_ one: String, _ other: String) -> IdentityDifference? {
        guard let first = try? PersonName(one), let second = try? PersonName(other) else {
            return one == other ? nil : IdentityDifference(.name)
        }
        guard case .mismatch(let rule) = first.compare(to: second) else { return nil }
        return IdentityDifference(.name, nameRule: rule)
    }
}

/// The three amounts of 905. `total` is always `principal` + `interest`.
public struct TransferAmounts: Hashable, Sendable {
    /// `TranAmt`.
    public let total: Fen
    /// `OrAcctAmt`.
    public let principal: Fen
    /// `Yinter`.
    public let interest: Fen

    public init(total: Fen, principal: Fen, interest: Fen) throws(LetterFormError) {
        guard principal.adding(interest) == total else { throw .amountSum }
        self.total = total
        self.principal = principal
        self.interest = interest
    }
}

/// One message of the national transfer service, 901, 903 or 905, in form.
public struct LetterMessage: Hashable, Sendable {
    public let act: LetterAct
    public let number: LetterNumber
    public let fields: LetterFields
    /// In 901/0 and 905.
    public let person: LetterPerson?
    /// In 901/0.
    public let transferOut: InstitutionCode?
    /// In 905 with amounts.
    public let amounts: TransferAmounts?
    /// In a rejection or a hold: `TranRstMsg` begins with it.
    public let reason: LetterReason?

    /// Checks names, order-independent presence, rules and sums. Errors name fields, never values.
    public init(_ code: LetterCode, _ fields: LetterFields) throws(LetterFormError) {
        switch code {
        case .bdc901: try self.init(application: fields)
        case .bdc903: try self.init(withdrawal: fields)
        case .bdc905: try self.init(information: fields)
        case .bdc902, .bdc904, .bdc906, .bdc909: throw .invalid(field: "TxCode", rule: .text)
        }
    }

    private init(application fields: LetterFields) throws(LetterFormError) {
        let layout = LetterLayout.application
        switch fields["TxFunc"] {
        case "0":
            try layout.check(
                fields,
                required: [
                    "ConNum", "TranOutUnitNo", "TranCenName", "EmpName", "DocType", "IdNum",
                    "TranRefAcctNo", "TranRefAcctName", "TranBank", "GenDate",
                ])
            act = .application
            person = try LetterMessage.person(fields)
            transferOut = try? InstitutionCode(fields["TranOutUnitNo"] ?? "")
        case "1":
            try layout.check(fields, required: ["ConNum"])
            // Rejecting is 905/0's: only from 02.
            guard fields["TranRstCode"] != "1" else {
                throw .invalid(field: "TranRstCode", rule: .result)
            }
            act = .acceptance
            person = nil
            transferOut = nil
        case .some: throw .invalid(field: "TxFunc", rule: .result)
        case nil: throw .missing(field: "TxFunc")
        }
        number = try LetterMessage.number(fields, "ConNum")
        amounts = nil
        reason = nil
        self.fields = fields
    }

    private init(withdrawal fields: LetterFields) throws(LetterFormError) {
        try LetterLayout.withdrawal.check(fields, required: ["OrConNum", "OrTxFunc"])
        if fields["OrTxFunc"] == "2" {
            guard FieldRule.batchNumber.allows(fields["OrConNum"] ?? "") else {
                throw .invalid(field: "OrConNum", rule: .batchNumber)
            }
            number = try LetterMessage.number(fields, "SubConNum")
        } else {
            number = try LetterMessage.number(fields, "OrConNum")
        }
        act = .withdrawal
        person = nil
        transferOut = nil
        amounts = nil
        reason = nil
        self.fields = fields
    }

    private init(information fields: LetterFields) throws(LetterFormError) {
        let money = ["TranAmt", "OrAcctAmt", "Yinter"]
        let history = ["OAcctDate", "PayEndDate", "SixMconFlag", "LoanNum", "LoanEndFlag"]
        var required = ["OrConNum", "TxFunc", "EmpName", "DocType", "IdNum"]
        let reason = LetterMessage.reason(fields)
        switch (fields["TxFunc"], fields["TranRstCode"]) {
        case ("0", "0"):
            act = .information
            required += money + history
        case ("0", "1"):
            act = .rejection
            guard reason != nil else { throw .invalid(field: "TranRstMsg", rule: .text) }
        case ("0", "2"): act = reason == nil ? .progress : .hold
        case ("0", nil): throw .missing(field: "TranRstCode")
        case ("1", _):
            act = .negotiation
            required += money
        case ("2", _): act = .completion
        case (nil, _): throw .missing(field: "TxFunc")
        default: throw .invalid(field: "TxFunc", rule: .result)
        }
        try LetterLayout.information.check(fields, required: required)
        number = try LetterMessage.number(fields, "OrConNum")
        person = try LetterMessage.person(fields)
        transferOut = nil
        amounts = try LetterMessage.amounts(fields, money)
        self.reason = reason
        self.fields = fields
    }

    // MARK: parts

    private static func number(
        _ fields: LetterFields, _ name: String
    ) throws(LetterFormError) -> LetterNumber {
        guard let text = fields[name] else { throw .missing(field: name) }
        do throws(LetterNumberError) {
            return try LetterNumber(text)
        } catch {
            throw .invalid(field: name, rule: .letterNumber)
        }
    }

    private static func person(_ fields: LetterFields) throws(LetterFormError) -> LetterPerson {
        guard let name = fields["EmpName"] else { throw .missing(field: "EmpName") }
        guard let kind = fields["DocType"].flatMap({ DocumentKind(rawValue: $0) }) else {
            throw .invalid(field: "DocType", rule: .documentKind)
        }
        guard let number = fields["IdNum"] else { throw .missing(field: "IdNum") }
        if kind == .identityCard {
            do throws(IdentityNumberError) {
                _ = try IdentityNumber(number)
            } catch {
                guard error == .fifteenDigits else {
                    throw .invalid(field: "IdNum", rule: .documentNumber)
                }
            }
        }
        return LetterPerson(name: name, kind: kind, number: number)
    }

    /// All three amounts or none.
    private static func amounts(
        _ fields: LetterFields, _ names: [String]
    ) throws(LetterFormError) -> TransferAmounts? {
        let given = names.compactMap { fields[$0].flatMap { Fen(yuan: $0) } }
        if given.isEmpty { return nil }
        guard given.count == 3 else {
            throw .missing(field: names.first { fields[$0] == nil } ?? "TranAmt")
        }
        return try TransferAmounts(total: given[0], principal: given[1], interest: given[2])
    }

    /// The class in front of `TranRstMsg`: alone, or before a blank and words for people.
    private static func reason(_ fields: LetterFields) -> LetterReason? {
        guard let text = fields["TranRstMsg"], let word = text.split(separator: " ").first else {
            return nil
        }
        return LetterReason(rawValue: String(word))
    }
}
