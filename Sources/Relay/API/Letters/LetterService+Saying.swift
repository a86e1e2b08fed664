// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayStore
import RelayTransport

/// `POST /v1/letters`.
extension LetterService {
    /// What an application is told when its word was taken: how to follow it.
    struct Taken: Encodable {
        let letter: String
        let institution: String
        let number: String
        let act: String
        let type: String
        let id: String
        let state: CodeText
        let follow: String
        let events: String

        init(_ key: LetterKey, _ statement: LetterStatement, _ state: LetterState) {
            letter = LetterPath.text(key)
            institution = key.institution.text
            number = key.number.text
            act = statement.act.rawValue
            type = "\(statement.id.code.rawValue)/\(statement.id.function)"
            id = statement.id.description
            self.state = CodeText(state)
            follow = "/v1/letters/\(letter)"
            events = "\(follow)/events"
        }
    }

    /// One call on its way through.
    struct Call: Sendable {
        let application: String
        let idempotencyKey: String
        let fingerprint: Digest
        let reply: APIReply
    }

    func post(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        let (call, body): (Call, LetterBody)
        try request.requireJSON()
        do throws(DisclosureFailure) {
            body = try LetterBody(request.body)
            call = Call(
                application: try ProofService.application(request),
                idempotencyKey: body.idempotencyKey,
                fingerprint: book.vault.fingerprint(request.body), reply: reply)
        } catch {
            throw APIError(error)
        }
        run(reply) { [self] in
            if try repeated(call) { return }
            try checkNew(body)
            let other = try other(body)
            contacts(of: [other], reply) { [self] contacts in
                if try repeated(call) { return }
                let (word, taken) = try word(body, to: other, contacts[other])
                do {
                    try take([word], call, taken, location: taken.follow)
                } catch {
                    if body.act == .application { book.closeDesk(try key(taken.letter)) }
                    throw error
                }
            }
        }
    }

    /// A letter that is not there yet is new work; every other word is about an open one.
    func checkNew(_ body: LetterBody) throws(APIError) {
        guard body.act == .application, let trouble = newWork.trouble else { return }
        throw APIError(trouble)
    }

    /// How another centre is reached, by what it has announced to our chain.
    struct Contact: Sendable {
        let client: String
        let sealingKey: [UInt8]
    }

    /// Reads the announcements of institutions; those that made none are left out.
    func contacts(
        of institutions: [InstitutionCode], _ reply: APIReply,
        then: @escaping @Sendable ([InstitutionCode: Contact]) throws -> Void
    ) {
        let keys = institutions.flatMap {
            [InstitutionAnnouncement.clientKey($0), InstitutionAnnouncement.sealingKey($0)]
        }
        line.values(keys, store: LetterPacket.port) { [self] answer in
            run(reply) {
                guard case .success(let values) = answer, values.count == keys.count else {
                    throw APIError(.chainUnavailable, "our chain's nodes do not answer")
                }
                var contacts: [InstitutionCode: Contact] = [:]
                for (index, institution) in institutions.enumerated()
                where values[2 * index + 1].count == HPKE.keyByteCount {
                    contacts[institution] = Contact(
                        client: String(decoding: values[2 * index], as: UTF8.self),
                        sealingKey: values[2 * index + 1])
                }
                try then(contacts)
            }
        }
    }

    /// Gives the answer again that a call had before; refuses its key with another body.
    func repeated(_ call: Call) throws -> Bool {
        guard
            let known = try book.store.answer(
                application: call.application, key: call.idempotencyKey, now: now())
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

    func other(_ body: LetterBody) throws -> InstitutionCode {
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

    /// A word ready to be written down, and what is told of it. An application's person is entered
    /// at the desk.
    func word(
        _ body: LetterBody, to other: InstitutionCode, _ contact: Contact?
    ) throws -> (LetterWordRow, Taken) {
        guard let tip = follower?.tip else {
            throw APIError(.chainUnavailable, "no block of our chain is known yet")
        }
        try checkInstitutions(body.act, other)
        guard let contact, !contact.client.isEmpty else {
            throw APIError(LetterError.institutionUnknown(other))
        }
        guard !book.frozenClients.contains(contact.client) else {
            throw APIError(LetterError.channelFrozen)
        }
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
        let expires = tip.time.unixSeconds + book.configuration.lifetimeSeconds
        let context = SealingContext(
            key: key, from: book.configuration.institution, to: other,
            purpose: message.act, expiresUnixSeconds: expires)
        let word = try sealed(
            content, statement, context, corrects: letterCase.letter.corrects, contact)
        if message.act == .application { try enter(message, key, other, body.account) }
        return (word, Taken(key, statement, letterCase.letter.state))
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
            case nil, .some(.none): nil
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
        corrects: LetterKey?, _ contact: Contact
    ) throws -> LetterWordRow {
        let sealed = SealedContent.seal(
            content, for: context, to: contact.sealingKey,
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
            client: contact.client,
            timeout: context.expiresUnixSeconds, value: packet.encoded,
            content: book.vault.seal(
                content.encoded, for: LetterHistory.place(word: sequence)))
    }

    /// Written down with the answer, then answered, then sent.
    func take(
        _ words: [LetterWordRow], _ call: Call, _ taken: some Encodable, location: String? = nil
    ) throws {
        let answer = try APIAnswer.encode(taken)
        let moment = now()
        try book.add(
            words,
            StoredAnswer(
                scope: call.application, key: call.idempotencyKey,
                body: call.fingerprint, answer: answer,
                expires: moment.adding(nanoseconds: LetterService.idempotencyNanoseconds)),
            now: moment)
        var accepted = LetterService.accepted(answer)
        if let location { accepted.headers.append(HTTPHeader("location", location)) }
        call.reply.finish(accepted)
        sender.kick()
    }
}
