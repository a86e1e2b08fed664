// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayStore
import RelayTransport

/// `POST /v1/letters`.
extension LetterService {
    /// What an application is told when its word was taken: how to follow it.
    private struct Taken: Encodable {
        let letter: String
        let institution: String
        let number: String
        let act: String
        let type: String
        let id: String
        let state: LetterView.State
        let follow: String
        let events: String

        init(_ key: LetterKey, _ statement: LetterStatement, _ state: LetterState) {
            letter = LetterPath.text(key)
            institution = key.institution.text
            number = key.number.text
            act = statement.act.rawValue
            type = "\(statement.id.code.rawValue)/\(statement.id.function)"
            id = statement.id.description
            self.state = LetterView.State(state)
            follow = "/v1/letters/\(letter)"
            events = "\(follow)/events"
        }
    }

    /// One call on its way through.
    private struct Call: Sendable {
        let application: String
        let body: LetterBody
        let fingerprint: Digest
        let reply: APIReply
    }

    func post(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        let call: Call
        do throws(DisclosureFailure) {
            call = Call(
                application: try ProofService.application(request),
                body: try LetterBody(request.body),
                fingerprint: book.vault.fingerprint(request.body), reply: reply)
        } catch {
            throw APIError(error)
        }
        run(reply) { [self] in
            if try repeated(call) { return }
            let other = try other(call.body)
            line.values(
                [
                    InstitutionAnnouncement.clientKey(other),
                    InstitutionAnnouncement.sealingKey(other),
                ], store: LetterPacket.port
            ) { [self] answer in
                run(reply) { [self] in
                    guard case .success(let values) = answer, values.count == 2 else {
                        throw APIError(.chainUnavailable, "our chain's nodes do not answer")
                    }
                    if try repeated(call) { return }
                    try say(call, to: other, client: values[0], sealingKey: values[1])
                }
            }
        }
    }

    /// Gives the answer again that a call had before; refuses its key with another body.
    private func repeated(_ call: Call) throws -> Bool {
        guard
            let known = try book.store.answer(
                application: call.application, key: call.body.idempotencyKey, now: now())
        else { return false }
        guard known.body == call.fingerprint else {
            throw APIError(.idempotencyOtherBody, "this key came before with another body")
        }
        call.reply.finish(LetterService.accepted(known.answer))
        return true
    }

    private static func accepted(_ body: [UInt8]) -> APIAnswer {
        var answer = APIAnswer(status: 202, body: body)
        answer.headers = [HTTPHeader("content-type", "application/json")]
        return answer
    }

    private func other(_ body: LetterBody) throws -> InstitutionCode {
        if body.act == .application, let to = body.to {
            guard to != book.configuration.institution else {
                throw APIError(.institutionUnknown, "a letter goes to another centre")
            }
            return to
        }
        return try existing(body).other
    }

    private func existing(_ body: LetterBody) throws -> LetterCase {
        let key = try body.letter.map { try self.key($0) }
        if let key, let word = book.openWord(of: key), let act = LetterAct(rawValue: word.act) {
            throw APIError(
                LetterError.messageInFlight(LetterEventID(act, sequence: word.sequence)))
        }
        guard let key, let found = try book.find(key) else {
            throw APIError(.letterNotFound, "no such letter is here")
        }
        if let to = body.to, to != found.other {
            throw APIError(.institutionUnknown, "the letter is with another centre than `to`")
        }
        return found
    }

    // MARK: Judging

    private func say(
        _ call: Call, to other: InstitutionCode, client: [UInt8], sealingKey: [UInt8]
    ) throws {
        guard let tip = follower?.tip else {
            throw APIError(.chainUnavailable, "no block of our chain is known yet")
        }
        guard !client.isEmpty, sealingKey.count == HPKE.keyByteCount else {
            throw APIError(LetterError.institutionUnknown(other))
        }
        let body = call.body
        let (key, letterCase) = try subject(body, other)
        if let word = book.openWord(of: key), let act = LetterAct(rawValue: word.act) {
            throw APIError(
                LetterError.messageInFlight(LetterEventID(act, sequence: word.sequence)))
        }
        let message = try formed(body, key, letterCase)
        let salt = LetterVault.random(LetterContent.saltByteCount)
        guard let content = LetterContent(message.act.code, message.fields, salt: salt) else {
            throw APIError.internalFault("a salt of the wrong length")
        }
        let needsMoney = message.act == .completion && letterCase.letter.state != .rejected
        let statement = LetterStatement(
            message.act, sequence: book.nextSequence(), commitment: content.commitment,
            reconciliation: needsMoney ? letterCase.dossier.reconciliation(salt: salt) : nil)
        try judge(message, statement, letterCase, height: tip.height)
        if message.act == .application { try enter(message, key, other, body.account) }
        do {
            let expires = tip.time.unixSeconds + book.configuration.lifetimeSeconds
            let context = SealingContext(
                key: key, from: book.configuration.institution, to: other,
                purpose: message.act, expiresUnixSeconds: expires)
            let word = try sealed(
                content, statement, context, corrects: letterCase.letter.corrects,
                client: client, to: sealingKey)
            try take(word, call, Taken(key, statement, letterCase.letter.state))
        } catch {
            if message.act == .application { book.closeDesk(key) }
            throw error
        }
    }

    /// The letter that a word is about; a new one for an application.
    private func subject(
        _ body: LetterBody, _ other: InstitutionCode
    ) throws -> (LetterKey, LetterCase) {
        guard body.act == .application else {
            let found = try existing(body)
            return (found.key, found)
        }
        let key = try body.letter.map { try self.key($0) } ?? mint()
        if let known = try book.find(key) { return (key, known) }
        guard key.institution == book.configuration.institution else {
            throw APIError(.wrongSide, "numbers of another institution are given by it alone")
        }
        var corrected: Letter?
        if let old = body.corrects {
            guard let found = try book.find(old) else {
                throw APIError(LetterError.noSuchLetter(old))
            }
            corrected = found.letter
        }
        do throws(LetterError) {
            let letter = try Letter(
                key, side: .transferIn, transferOut: other, now: now(), correcting: corrected)
            return (key, LetterCase(dossier: LetterDossier(letter), changed: now()))
        } catch {
            throw APIError(error)
        }
    }

    private func mint() throws -> LetterKey {
        guard let today = CivilDate(inChina: now()) else {
            throw APIError.internalFault("the clock is beyond the calendar")
        }
        let institution = book.configuration.institution
        let prefix = String(institution.text.prefix(6)) + today.shortText
        let last = try book.store.lastNumber(institution: institution.text, prefix: prefix)
        do throws(LetterNumberError) {
            var number: LetterNumber?
            if let last { number = try LetterNumber(last) }
            var series = try LetterNumberSeries(institution: institution, last: number)
            return try series.next(on: today)
        } catch {
            throw APIError(.tooManyMessages, "no number is left for a letter today")
        }
    }

    private func formed(
        _ body: LetterBody, _ key: LetterKey, _ letterCase: LetterCase
    ) throws -> LetterMessage {
        guard let today = CivilDate(inChina: now()) else {
            throw APIError.internalFault("the clock is beyond the calendar")
        }
        do throws(LetterFormError) {
            return try body.message(key, known: book.person(of: letterCase), today: today)
        } catch {
            throw APIError(LetterError.form(error))
        }
    }

    /// On a copy: the letter itself moves when our chain has the word.
    private func judge(
        _ message: LetterMessage, _ statement: LetterStatement, _ letterCase: LetterCase,
        height: UInt64
    ) throws {
        var trial = letterCase.dossier
        do throws(LetterError) {
            _ = try trial.apply(
                message, statement, by: letterCase.letter.side, at: ChainPosition(height: height),
                now: now())
        } catch {
            throw APIError(error)
        }
    }

    private func enter(
        _ message: LetterMessage, _ key: LetterKey, _ other: InstitutionCode,
        _ account: LetterBody.Account?
    ) throws {
        guard let person = message.person else { return }
        let status: FundAccountStatus? =
            switch account {
            case nil: .normal
            case .some(.none): nil
            case .status(let status): status
            }
        do throws(LetterError) {
            try book.openDesk(key, person, other, status)
        } catch {
            throw APIError(error)
        }
    }

    // MARK: Taking

    private func sealed(
        _ content: LetterContent, _ statement: LetterStatement, _ context: SealingContext,
        corrects: LetterKey?, client: [UInt8], to sealingKey: [UInt8]
    ) throws -> LetterWordRow {
        let sealed = SealedContent.seal(
            content, for: context, to: sealingKey,
            ephemeral: LetterVault.random(HPKE.keyByteCount))
        guard let sealed else {
            throw APIError(LetterError.form(.invalid(field: "Remark", rule: .text)))
        }
        let packet = LetterPacket(
            statement, context, sealed: sealed,
            corrects: statement.act == .application ? corrects : nil)
        let sequence = statement.id.sequence
        return LetterWordRow(
            sequence: sequence, letter: context.key.description, act: statement.act.rawValue,
            client: String(decoding: client, as: UTF8.self),
            timeout: context.expiresUnixSeconds, value: packet.encoded,
            content: book.vault.seal(
                content.encoded, for: LetterHistory.place(word: sequence)))
    }

    /// Written down with its answer, then answered, then sent.
    private func take(_ word: LetterWordRow, _ call: Call, _ taken: Taken) throws {
        let answer = try APIAnswer.encode(taken)
        let moment = now()
        try book.add(
            word,
            LetterStoredAnswer(
                application: call.application, key: call.body.idempotencyKey,
                body: call.fingerprint, answer: answer,
                expires: moment.adding(nanoseconds: LetterService.idempotencyNanoseconds)),
            now: moment)
        var accepted = LetterService.accepted(answer)
        accepted.headers.append(HTTPHeader("location", taken.follow))
        call.reply.finish(accepted)
        sender.kick()
    }
}
