// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayConnectors
import RelayStore
import RelayTransport

/// `POST /v1/letters/batches`: BDC902 and BDC906. Lines are judged one by one; what is taken is
/// written down in one commit.
extension LetterService {
    /// Bytes of a call with a batch: what the listener takes of any call.
    static let batchBytes = APIDoor.bodyBytes

    private struct Line: Encodable {
        let line: Int
        var number: String?
        var letter: String?
        var id: String?
        var code: String?
        var chinese: String?
        var english: String?
        var field: String?

        init(_ line: Int, _ number: LetterNumber?) {
            self.line = line
            self.number = number?.text
        }

        mutating func refuse(_ error: APIError) {
            code = error.code
            chinese = error.details["counterChinese"]
            english = error.details["counterEnglish"]
            field = error.details["field"]
        }
    }

    private struct Result: Encodable {
        let batch: String
        let type: String
        let taken: Int
        let refused: Int
        let lines: [Line]
    }

    private struct Batch: Sendable {
        let idempotencyKey: String
        let letters: LetterBatch
        /// Status of each person's account at this centre, by the line's number.
        let accounts: [String: LetterBody.Account]

        init(_ bytes: [UInt8]) throws {
            var body = try StrictMembers(body: bytes)
            idempotencyKey = try body.required("idempotencyKey")
            let type = try body.required("type", PolicyForm.any)
            let name = try body.required("batch", PolicyForm.any)
            let total = try body.integer(
                "total", in: 1...Int64(LetterLimits.batchLines), standard: nil)
            let file = try body.required("file") { $0.utf8.count <= LetterService.batchBytes }
            accounts = try Batch.accounts(&body)
            try body.finish()
            guard let code = LetterCode(rawValue: type), code == .bdc902 || code == .bdc906 else {
                throw body.wrong("type", "is neither BDC902 nor BDC906")
            }
            guard let number = try? BatchLetterNumber(name) else {
                throw body.wrong("batch", "is no batch number")
            }
            do throws(LetterFormError) {
                letters = try LetterBatch(
                    number, code, total: Int(total), reading: Array(file.utf8))
            } catch {
                throw APIError(LetterError.form(error))
            }
        }

        private static func accounts(
            _ body: inout StrictMembers
        ) throws(DisclosureFailure) -> [String: LetterBody.Account] {
            guard let value = body.value("accounts") else { return [:] }
            guard case .object(let members) = value, members.count <= LetterLimits.batchLines
            else { throw body.wrong("accounts", "is no object of account statuses by number") }
            var accounts: [String: LetterBody.Account] = [:]
            for (number, status) in members {
                guard case .string(let text) = status, let account = LetterBody.Account(text)
                else {
                    throw body.wrong("accounts", "has a member that is no account status")
                }
                accounts[number] = account
            }
            return accounts
        }
    }

    func batch(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        let (call, batch): (Call, Batch)
        try request.requireJSON()
        do {
            batch = try Batch(request.body)
            call = Call(
                application: try ProofService.application(request),
                idempotencyKey: batch.idempotencyKey,
                fingerprint: book.vault.fingerprint(request.body), reply: reply)
        } catch let error as APIError {
            throw error
        } catch let failure as DisclosureFailure {
            throw APIError(failure)
        } catch {
            throw APIError(.requestMalformed, "the batch cannot be read")
        }
        run(reply) { [self] in
            if try repeated(call) { return }
            let bodies = batch.letters.lines.map { body(of: $0, batch.accounts) }
            let others = Set(bodies.compactMap { $0.flatMap { try? other($0) } }).sorted()
            contacts(of: others, reply) { [self] contacts in
                if try repeated(call) { return }
                try say(batch, bodies, contacts, call)
            }
        }
    }

    private func body(
        of line: Swift.Result<LetterMessage, LetterFormError>,
        _ accounts: [String: LetterBody.Account]
    ) -> LetterBody? {
        guard case .success(let message) = line else { return nil }
        let own = try? LetterKey(
            institution: book.configuration.institution, number: message.number)
        return LetterBody(
            line: message, of: message.act == .application ? own : nil,
            account: accounts[message.number.text] ?? .none)
    }

    private func say(
        _ batch: Batch, _ bodies: [LetterBody?], _ contacts: [InstitutionCode: Contact],
        _ call: Call
    ) throws {
        var words: [LetterWordRow] = []
        var entered: [LetterKey] = []
        var taken: Set<String> = []
        var lines: [Line] = []
        for (index, item) in zip(batch.letters.lines, bodies).enumerated() {
            var line = Line(index + 1, try? item.0.get().number)
            do {
                if case .failure(let error) = item.0 { throw APIError(LetterError.form(error)) }
                guard let body = item.1 else { throw APIError(.fieldInvalid, "no message") }
                try checkNew(body)
                // Two lines about one letter would overtake each other. Looked at before the
                // second one's person is entered at the desk.
                if let named = try body.letter.map({ try key($0).description }),
                    taken.contains(named)
                {
                    throw APIError(.messageInFlight, "an earlier line is about this letter")
                }
                let other = try other(body)
                let (word, answer) = try word(body, to: other, contacts[other])
                taken.insert(word.letter)
                words.append(word)
                line.letter = answer.letter
                line.id = answer.id
                if body.act == .application, let key = LetterKey(word.letter) {
                    entered.append(key)
                }
            } catch let error as APIError {
                line.refuse(error)
            } catch {
                for key in entered { book.closeDesk(key) }
                throw error
            }
            lines.append(line)
        }
        let refused = lines.count { $0.code != nil }
        do {
            try take(
                words, call,
                Result(
                    batch: batch.letters.number.text, type: batch.letters.code.rawValue,
                    taken: words.count, refused: refused, lines: lines))
        } catch {
            for key in entered { book.closeDesk(key) }
            throw error
        }
    }
}
