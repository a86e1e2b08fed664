// SPDX-License-Identifier: Apache-2.0

import Federation

extension LetterErrorCode {
    /// The HTTP status where this is a whole call's answer.
    var status: Int {
        switch self {
        case .noSuchLetter, .noSuchArrival: 404
        case .fieldMissing, .fieldInvalid, .fieldUnknown, .amountSum, .institutionUnknown,
            .institutionEnded, .batchMalformed, .batchTooLong, .accountMissing, .accountClosed,
            .otherPerson:
            422
        case .channelFrozen: 503
        default: 409
        }
    }
}

extension APIError {
    /// A refusal by the rules of letters, with what a clerk can say.
    init(_ code: LetterErrorCode, _ detail: String, details: [String: String] = [:]) {
        self.init(
            ApplicationCode(code), detail, details: details,
            retryAfterSeconds: code == .messageInFlight ? 2 : nil)
    }

    /// Amounts go to the application that asked, as members of their own, and into no message.
    init(_ error: LetterError) {
        var details: [String: String] = [:]
        switch error {
        case .moneyDiffers(let expected, let arrived):
            details = ["expected": expected.yuan, "arrived": arrived.yuan]
        case .duplicateInFlight(let key): details = ["letter": LetterPath.text(key)]
        case .form(.missing(let field)), .form(.unknown(let field)),
            .form(.repeated(let field)), .form(.invalid(let field, _)):
            details = ["field": field]
        case .otherPerson(let difference):
            details = ["rule": difference.rule.rawValue]
            details["nameRule"] = difference.nameRule?.rawValue
        case .institutionEnded(_, let successor): details["successor"] = successor?.text
        case .acceptedFirst(let position), .withdrawnFirst(let position):
            details = ["decidedAt": "\(position.height)"]
        default: break
        }
        self.init(error.code, error.words, details: details)
    }
}

extension LetterError {
    /// What is known, for developers. Names no person and no value.
    var words: String {
        switch self {
        case .form(.missing(let field)): "field \(field) is missing"
        case .form(.invalid(let field, let rule)): "field \(field) breaks rule \(rule.rawValue)"
        case .form(.unknown): "a field is not defined for this act"
        case .form(.repeated(let field)): "field \(field) stands twice"
        case .form(.amountSum): "TranAmt is not OrAcctAmt + Yinter"
        case .otherPerson(let difference):
            "the letter is about another person: \(difference.rule.rawValue) differs"
        case .institutionEnded(let code, let successor):
            "institution \(code) is not in use"
                + (successor.map { "; \($0) took over" } ?? "")
        case .inProcess(let state), .closed(let state):
            "the letter is in state \(state.rawValue)"
        case .wrongState(let act, let state):
            "\(act.rawValue) is not possible in state \(state.rawValue)"
        case .wrongSide(let act, let side):
            "\(act.rawValue) does not belong to side \(side.rawValue)"
        case .acceptedFirst(let position):
            "the acceptance was decided at height \(position.height)"
        case .withdrawnFirst(let position):
            "the withdrawal was decided at height \(position.height)"
        case .messageInFlight(let id): "\(id) has no answer yet"
        case .institutionUnknown(let code):
            "no chain of the federation has announced institution \(code) to ours yet"
        default: code.english
        }
    }
}

/// How a letter is named in paths and answers: institution, a hyphen, number. A number alone will
/// do where it names one letter.
enum LetterPath {
    static func text(_ key: LetterKey) -> String { "\(key.institution)-\(key.number)" }

    /// Nil for a text of another form.
    static func key(_ text: String) -> LetterKey? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        return LetterKey("\(parts[0])/\(parts[1])")
    }
}
