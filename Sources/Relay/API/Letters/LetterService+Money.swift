// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

/// The bank's notices. The relay moves no money: it finds the letter that a sum belongs to and says
/// whether it is the sum that was told.
extension LetterService {
    private struct Filed: Encodable {
        var filed: String
        var letter: String?
        var reconciled: Bool?
        var expected: String?
        var arrived: String?
        var code: String?
        var chinese: String?
        var english: String?

        init(_ filed: String) { self.filed = filed }

        init(_ reason: SuspenseReason) {
            self.init("suspense")
            (code, chinese, english) = (reason.rawValue, reason.chinese, reason.english)
        }

        init(_ dossier: LetterDossier) {
            self.init("letter")
            letter = LetterPath.text(dossier.letter.key)
            reconciled = dossier.isReconciled
            expected = dossier.expected?.yuan
            arrived = dossier.arrived?.yuan
        }
    }

    private struct Notice: Sendable {
        let notice: ArrivalNotice
        /// The letter that a clerk has named.
        let letter: String?
        private let hasRemark: Bool
        private let hasTime: Bool

        /// How far ahead a bank's clock may be: a day, since a bank books for the next one.
        private static let aheadNanoseconds: Int64 = 86_400_000_000_000

        init(_ bytes: [UInt8], now: Timestamp) throws(DisclosureFailure) {
            var body = try StrictMembers(body: bytes)
            let serial = try body.required("serial", PolicyForm.any)
            let amount = try body.required("amount", PolicyForm.any)
            let remark = try body.text("remark") { $0.utf8.count <= LetterLimits.fieldBytes }
            let time = try body.text("time", PolicyForm.any)
            letter = try body.text("letter", PolicyForm.any)
            try body.finish()
            guard let fen = Fen(yuan: amount) else {
                throw body.wrong("amount", "is no sum in yuan with two places")
            }
            var moment = now
            if let time {
                guard let given = Notice.moment(time) else {
                    throw body.wrong("time", "is no RFC 3339 time at Z or +08:00")
                }
                moment = given
            }
            guard moment <= now.adding(nanoseconds: Notice.aheadNanoseconds) else {
                throw body.wrong("time", "is more than a day ahead")
            }
            (hasRemark, hasTime) = (remark != nil, time != nil)
            guard
                let notice = ArrivalNotice(
                    serial: serial, amount: fen, remark: remark ?? "", time: moment)
            else { throw body.wrong("serial", "or amount is empty, too long or not in form") }
            self.notice = notice
        }

        /// Whether it says again what was said before. What it leaves out, it does not deny; and
        /// whoever names the letter need not repeat what the payer wrote.
        func repeats(_ stored: ArrivalNotice) -> Bool {
            notice.serial == stored.serial && notice.amount == stored.amount
                && (letter != nil || !hasRemark || notice.remark == stored.remark)
                && (!hasTime || notice.time == stored.time)
        }

        private static func moment(_ text: String) -> Timestamp? {
            guard text.hasSuffix("+08:00") else { return RFC3339.parse(text) }
            return RFC3339.parse(text.dropLast(6) + "Z")?
                .adding(nanoseconds: -8 * 3_600 * 1_000_000_000)
        }
    }

    /// `POST /v1/letters/arrivals`.
    func arrive(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        let given: Notice
        let application: String
        try request.requireJSON()
        do throws(DisclosureFailure) {
            application = try ProofService.application(request)
            given = try Notice(request.body, now: now())
        } catch {
            throw APIError(error)
        }
        run(reply) { [self] in reply.finish(.json(try file(given, from: application, request))) }
    }

    private func file(
        _ given: Notice, from application: String, _ request: APIRequest
    ) throws -> Filed {
        let mark = book.vault.mark(serial: given.notice.serial)
        guard let known = try book.store.arrival(mark) else {
            guard book.configuration.bankApplications.contains(application) else {
                throw APIError.notAdmitted(request.caller)
            }
            return try file(given.notice, namedBy: given, mark)
        }
        guard
            let stored = book.vault.open(known.notice, for: StoredArrival.place)
                .flatMap({ StoredArrival.read($0) })
        else { throw APIError(.payloadUnreadable, "the notice did not open with our key") }
        guard given.repeats(stored) else {
            throw APIError(.arrivalDiffers, "money of this serial came otherwise")
        }
        guard let text = given.letter else { return Filed("known") }
        guard known.letter.isEmpty else {
            guard try key(text).description == known.letter else {
                throw APIError(.moneyClaimed, "this sum belongs to another letter")
            }
            return Filed("known")
        }
        // A clerk says where a suspended sum belongs; how much came, the bank has said.
        guard book.configuration.applications.contains(application) else {
            throw APIError.notAdmitted(request.caller)
        }
        return try file(stored, namedBy: given, mark)
    }

    /// Finds the letter of a sum, or keeps the sum in suspense. The notice is the bank's.
    private func file(
        _ bank: ArrivalNotice, namedBy given: Notice, _ mark: Digest
    ) throws -> Filed {
        var notice = bank
        var letters: [LetterKey: LetterDossier] = [:]
        if let text = given.letter {
            let key = try key(text)
            letters[key] = try found(key).dossier
            notice =
                ArrivalNotice(
                    serial: notice.serial, amount: notice.amount, remark: key.number.text,
                    time: notice.time) ?? notice
        } else {
            for number in notice.letterNumbers {
                guard
                    let key = try? LetterKey(
                        institution: book.configuration.institution, number: number),
                    let found = try book.find(key)
                else { continue }
                letters[key] = found.dossier
            }
        }
        var desk = ArrivalDesk(institution: book.configuration.institution)
        return try keep(desk.file(notice, among: &letters), bank, mark)
    }

    private func keep(
        _ filing: ArrivalDesk.Filing, _ notice: ArrivalNotice, _ mark: Digest
    ) throws -> Filed {
        let moment = now()
        let stored = book.vault.seal(StoredArrival.encode(notice), for: StoredArrival.place)
        func row(_ letter: String, _ reason: String) -> LetterChange {
            .arrival(
                LetterArrivalRow(
                    mark: mark, letter: letter, time: moment, reason: reason, notice: stored))
        }
        switch filing {
        case .known: return Filed("known")
        case .full:
            throw APIError(.cityBusy, "the suspense queue is full; the notice was not taken")
        case .suspense(let reason):
            guard try book.store.suspense().count < LetterLimits.suspense else {
                throw APIError(.cityBusy, "the suspense queue is full; the notice was not taken")
            }
            try book.store.commit([row("", reason.rawValue)])
            return Filed(reason)
        case .letter(let key, _):
            let event = LetterEventRow(
                letter: key.description, kind: .arrived, height: book.cursor, time: moment,
                body: stored)
            tell(try book.commit([row(key.description, "")], [event], now: moment))
            guard let found = try book.find(key) else { return Filed("known") }
            return Filed(found.dossier)
        }
    }

    private struct Suspended: Encodable {
        let serial: String
        let since: String
        let code: String
        let chinese: String
        let english: String
    }

    /// `GET /v1/letters/arrivals`: what waits for a clerk, without sums and remarks.
    func suspense(_ request: APIRequest, _ reply: APIReply) {
        run(reply) { [self] in
            let waiting = try book.store.suspense().compactMap { row -> Suspended? in
                guard let reason = SuspenseReason(rawValue: row.reason),
                    let notice = book.vault.open(row.notice, for: StoredArrival.place)
                        .flatMap({ StoredArrival.read($0) })
                else { return nil }
                return Suspended(
                    serial: notice.serial, since: RFC3339.format(row.time), code: row.reason,
                    chinese: reason.chinese, english: reason.english)
            }
            reply.finish(.json(["suspense": waiting]))
        }
    }
}
