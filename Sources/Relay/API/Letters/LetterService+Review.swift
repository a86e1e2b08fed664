// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayTransport

/// `POST /v1/letters/{letter}/review`: what the city's rules say to an accepted letter and the
/// accounts that the centre found. Advice: nothing is sent, nothing is kept.
extension LetterService {
    private struct Verdict: Encodable {
        let letter: String
        let verdict: String
        /// The act that says it.
        let act: String
        var reason: CodeText?
        /// Which rule of identity failed, never the other side's value; for names also how.
        var rule: String?
        var nameRule: String?
        /// What to give as `TranRstMsg`, so that the other centre reads class and rule.
        var message: String?
    }

    /// Accounts of one search: two are already too many.
    private static let maxAccounts = 16

    func review(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        let accounts: [ReviewedAccount]
        try request.requireJSON()
        do throws(DisclosureFailure) {
            _ = try ProofService.application(request)
            var body = try StrictMembers(body: request.body)
            var found: [ReviewedAccount] = []
            for item in try body.list("accounts", limit: LetterService.maxAccounts) {
                found.append(try ReviewedAccount(item))
            }
            try body.finish()
            accounts = found
        } catch {
            throw APIError(error)
        }
        run(reply) { [self] in
            let found = try payable(request)
            guard found.letter.state == .accepted else {
                throw APIError(LetterError.wrongState(.information, found.letter.state))
            }
            guard let person = book.person(of: found) else {
                throw APIError(.payloadUnreadable, "the application did not open with our key")
            }
            reply.finish(
                .json(verdict(book.configuration.review.judge(person, among: accounts), found.key)))
        }
    }

    private func verdict(_ verdict: ReviewVerdict, _ key: LetterKey) -> Verdict {
        let letter = LetterPath.text(key)
        switch verdict {
        case .clear:
            return Verdict(
                letter: letter, verdict: "clear", act: LetterAct.information.rawValue)
        case .hold(let reason):
            return Verdict(
                letter: letter, verdict: "hold", act: LetterAct.hold.rawValue,
                reason: CodeText(reason), message: "\(reason.rawValue) \(reason.chinese)")
        case .reject(let reason, let difference):
            let words = [reason.rawValue, difference?.text, reason.chinese].compactMap { $0 }
            return Verdict(
                letter: letter, verdict: "reject", act: LetterAct.rejection.rawValue,
                reason: CodeText(reason), rule: difference?.rule.rawValue,
                nameRule: difference?.nameRule?.rawValue, message: words.joined(separator: " "))
        }
    }
}

extension ReviewedAccount {
    fileprivate init(_ json: JSONValue) throws(DisclosureFailure) {
        var body = try StrictMembers(json, at: "accounts[]")
        let name = try body.required("EmpName", PolicyForm.any)
        let kind = try body.required("DocType", PolicyForm.any)
        let number = try body.required("IdNum", PolicyForm.any)
        let status = try body.required("GRZHZT", PolicyForm.any)
        let months = try body.integer("sealedMonths", in: 0...1_200, standard: 0)
        func flag(_ name: String) throws(DisclosureFailure) -> Bool {
            switch body.value(name) {
            case nil: return false
            case .bool(let value): return value
            default: throw body.wrong(name, "is neither true nor false")
            }
        }
        let (loan, fraud, dead) = (
            try flag("hasUnsettledLoan"), try flag("isSuspectedFraud"), try flag("isHolderDead")
        )
        try body.finish()
        guard let document = DocumentKind(rawValue: kind) else {
            throw body.wrong("DocType", "is no kind of document")
        }
        guard let account = FundAccountStatus(rawValue: status) else {
            throw body.wrong("GRZHZT", "is no account status")
        }
        self.init(
            holder: LetterPerson(name: name, kind: document, number: number), status: account,
            sealedMonths: Int(months), hasUnsettledLoan: loan, isSuspectedFraud: fraud,
            isHolderDead: dead)
    }
}
