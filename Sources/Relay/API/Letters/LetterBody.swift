// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// What `POST /v1/letters` takes.
struct LetterBody: Sendable {
    let idempotencyKey: String
    let act: LetterAct
    /// For an application: whom it goes to.
    let to: InstitutionCode?
    /// As the application wrote it: institution and number, or a number alone.
    let letter: String?
    let fields: [String: String]
    let corrects: LetterKey?
    /// The person's account at the transfer-in centre, by the column `GRZHZT`. Nil for acts that
    /// are no application.
    let account: Account?

    enum Account: Sendable {
        case none
        case status(FundAccountStatus)

        /// Nil for a text that is neither a status nor "none".
        init?(_ text: String) {
            if text == "none" {
                self = .none
            } else if let status = FundAccountStatus(rawValue: text) {
                self = .status(status)
            } else {
                return nil
            }
        }
    }

    init(_ bytes: [UInt8]) throws(DisclosureFailure) {
        var body = try StrictMembers(body: bytes)
        idempotencyKey = try body.required("idempotencyKey")
        act = try LetterBody.act(&body)
        to = try LetterBody.institution(&body)
        letter = try body.text("letter") { $0.utf8.count <= 48 }
        fields = try LetterBody.fields(&body)
        corrects = try LetterBody.corrects(&body)
        account = try LetterBody.account(&body)
        try body.finish()
        if act == .application, to == nil { throw body.wrong("to", "is missing") }
        if act == .application, account == nil {
            throw body.wrong("account", "is missing: the status (GRZHZT) of the account here")
        }
        if act != .application, letter == nil { throw body.wrong("letter", "is missing") }
    }

    /// One line of a batch, as if it had come alone. Lines of 902 bring their own numbers.
    init(line message: LetterMessage, of key: LetterKey?, account: Account) {
        idempotencyKey = ""
        act = message.act
        to = message.transferOut
        letter = key.map { LetterPath.text($0) } ?? message.number.text
        fields = Dictionary(
            message.fields.list.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        corrects = nil
        self.account = account
    }

    private static func act(_ body: inout StrictMembers) throws(DisclosureFailure) -> LetterAct {
        let name = try body.text("act")
        let type = try body.text("type", PolicyForm.any)
        guard (name == nil) != (type == nil) else {
            throw body.wrong("act", "or type is needed, and not both")
        }
        if let name {
            guard let act = LetterAct(rawValue: name) else {
                throw body.wrong("act", "is none of the acts of a letter")
            }
            return act
        }
        switch type {
        case "BDC901/0": return .application
        case "BDC901/1": return .acceptance
        case "BDC903", "BDC903/0": return .withdrawal
        case "BDC905/1": return .negotiation
        case "BDC905/2": return .completion
        case "BDC905/0": return .information
        case "BDC904": throw body.wrong("type", "is asked by GET /v1/letters/{letter}")
        default: throw body.wrong("type", "is no message that a centre sends about one letter")
        }
    }

    private static func corrects(
        _ body: inout StrictMembers
    ) throws(DisclosureFailure) -> LetterKey? {
        guard let text = try body.text("corrects", PolicyForm.any) else { return nil }
        guard let key = LetterPath.key(text) else {
            throw body.wrong("corrects", "names no letter: institution, hyphen, number")
        }
        return key
    }

    private static func institution(
        _ body: inout StrictMembers
    ) throws(DisclosureFailure) -> InstitutionCode? {
        guard let text = try body.text("to", PolicyForm.any) else { return nil }
        guard let code = try? InstitutionCode(text), code.form == .fundCentre else {
            throw body.wrong("to", "is no institution code of 15 digits")
        }
        return code
    }

    private static func fields(
        _ body: inout StrictMembers
    ) throws(DisclosureFailure) -> [String: String] {
        guard let value = body.value("fields") else { return [:] }
        guard case .object(let members) = value else { throw body.wrong("fields", "is no object") }
        guard members.count <= LetterLimits.fields else {
            throw body.wrong("fields", "has more than \(LetterLimits.fields) members")
        }
        var fields: [String: String] = [:]
        for (name, value) in members {
            guard case .string(let text) = value else {
                throw body.wrong("fields", "has a member that is no text")
            }
            fields[name] = text
        }
        return fields
    }

    private static func account(
        _ body: inout StrictMembers
    ) throws(DisclosureFailure) -> Account? {
        guard let text = try body.text("account") else { return nil }
        guard let account = Account(text) else {
            throw body.wrong("account", "is no account status (GRZHZT), nor \"none\"")
        }
        return account
    }

    // MARK: The message

    /// The national message: what the application gave, completed by what the relay knows, in the
    /// national order. `known` is the person of the letter's application.
    func message(
        _ key: LetterKey, known: LetterPerson?, today: CivilDate
    ) throws(LetterFormError) -> LetterMessage {
        var values = fields
        var act = act
        if act == .information, let result = values["TranRstCode"] {
            // A national type without an act says the rest in its result code.
            act = result == "1" ? .rejection : result == "2" ? .progress : .information
        }
        for (name, value) in LetterBody.standing(act, key, to: to) {
            guard values[name] == nil || values[name] == value else {
                throw .invalid(field: name, rule: .text)
            }
            values[name] = value
        }
        if act == .application, values["GenDate"] == nil { values["GenDate"] = today.text }
        if act.code == .bdc905, let known,
            ["EmpName", "DocType", "IdNum"].allSatisfy({ values[$0] == nil })
        {
            values["EmpName"] = known.name
            values["DocType"] = known.kind.rawValue
            values["IdNum"] = known.number
        }
        let message = try LetterMessage(act.code, LetterBody.ordered(values, act.code))
        guard message.act == act || self.act == .information || act == .progress else {
            throw .invalid(field: "TranRstMsg", rule: .text)
        }
        return message
    }

    /// Fields that follow from the act and the letter.
    private static func standing(
        _ act: LetterAct, _ key: LetterKey, to: InstitutionCode?
    ) -> [(String, String)] {
        let number = key.number.text
        let function = ("TxFunc", "\(act.function)")
        switch act {
        case .application:
            return [("ConNum", number), function] + (to.map { [("TranOutUnitNo", $0.text)] } ?? [])
        case .acceptance: return [("ConNum", number), function]
        case .withdrawal: return [("OrConNum", number), ("OrTxFunc", "1")]
        case .negotiation, .completion: return [("OrConNum", number), function]
        case .information: return [("OrConNum", number), function, ("TranRstCode", "0")]
        case .rejection: return [("OrConNum", number), function, ("TranRstCode", "1")]
        case .progress, .hold: return [("OrConNum", number), function, ("TranRstCode", "2")]
        }
    }

    private static func ordered(
        _ values: [String: String], _ code: LetterCode
    ) throws(LetterFormError) -> LetterFields {
        let layout: LetterLayout =
            switch code {
            case .bdc901: .application
            case .bdc903: .withdrawal
            default: .information
            }
        var rest = values
        var list: [LetterField] = []
        for slot in layout.slots {
            if let value = rest.removeValue(forKey: slot.name) {
                list.append(LetterField(slot.name, value))
            }
        }
        if let unknown = rest.keys.sorted().first { throw .unknown(field: unknown) }
        return try LetterFields(list)
    }
}
