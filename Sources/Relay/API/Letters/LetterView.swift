// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

/// `GET /v1/letters/{letter}`: one letter, for the centre that it is of.
struct LetterView: Encodable {
    struct Deadline: Encodable {
        /// All in working days.
        let limit: Int
        let used: Int
        let left: Int
        let overdue: Int
        /// `YYYYMMDD`; absent while the clock stands still.
        let due: String?
        let held: Bool
    }

    struct Waiting: Encodable {
        let act: String
        let id: String
        let step: String
    }

    struct Entry: Encodable {
        let at: String
        let height: UInt64
        let by: String
        let act: String
        let type: String
        let id: String
        let from: String
        let to: String
    }

    struct Received: Encodable {
        let id: String
        let act: String
        /// Absent where the content did not open.
        let fields: [String: String]?
        /// Why it counts for nothing.
        let code: String?
        let reason: CodeText?
        /// For a mismatch of identity: which rule failed, and how names differ.
        let rule: String?
        let nameRule: String?
    }

    /// What the bank did with our remittance.
    struct Remittance: Encodable {
        let code: String
        let chinese: String
        let english: String
        /// Serials of the sums that came back.
        let serials: [String]
    }

    struct Refusal: Encodable {
        let text: CodeText
        let id: String

        private enum CodingKeys: String, CodingKey { case id }

        func encode(to encoder: any Encoder) throws {
            try text.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(id, forKey: .id)
        }
    }

    struct Money: Encodable {
        let expected: String?
        let arrived: String?
        let reconciled: Bool
        let arrivals: Int
    }

    let letter: String
    let number: String
    let institution: String
    let side: String
    let other: String
    let corrects: String?
    let state: CodeText
    let ended: Bool
    let turn: String?
    let deadline: Deadline?
    let waiting: Waiting?
    let timeline: [Entry]
    let received: [Received]
    let money: Money?
    let remittance: Remittance?
    let bookings: [CodeText]
    let lastRefusal: Refusal?
    let packets: [String]
    let channelFrozen: Bool

    init(
        _ letterCase: LetterCase, word: LetterWordRow?, now: Timestamp,
        calendar: WorkingCalendar, limits: StepLimits
    ) {
        let kept = letterCase.letter
        letter = LetterPath.text(kept.key)
        number = kept.key.number.text
        institution = kept.key.institution.text
        side = kept.side.name
        other = letterCase.other.text
        corrects = kept.corrects.map { LetterPath.text($0) }
        state = CodeText(kept.state)
        ended = kept.state.isTerminal
        turn = kept.state.turn.map { $0 == kept.side ? "ours" : "theirs" }
        deadline = Deadline(kept, now: now, calendar, limits)
        if let word, word.step.rawValue < LetterWordRow.Step.onChain.rawValue,
            let act = LetterAct(rawValue: word.act)
        {
            waiting = Waiting(
                act: word.act, id: LetterEventID(act, sequence: word.sequence).description,
                step: word.step == .queued ? "queued" : "submitted")
        } else {
            waiting = kept.pending.map {
                Waiting(
                    act: $0.statement.act.rawValue, id: $0.statement.id.description,
                    step: "onChain")
            }
        }
        timeline = kept.entries.map { Entry($0, of: kept.side) }
        received = letterCase.heard.map { Received($0) }
        money = Money(letterCase.dossier)
        remittance = Remittance(letterCase.dossier)
        bookings = letterCase.bookings.map { CodeText($0) }
        lastRefusal = letterCase.refusal.map { refusal in
            Refusal(text: CodeText(refusal.code), id: refusal.id.description)
        }
        packets = letterCase.packets
        channelFrozen = kept.isChannelFrozen
    }
}

extension LetterSide {
    var name: String { self == .transferIn ? "transferIn" : "transferOut" }
}

extension LetterView.Deadline {
    /// Nil once the letter has ended.
    init?(
        _ letter: Letter, now: Timestamp, _ calendar: WorkingCalendar, _ limits: StepLimits
    ) {
        guard let limit = limits.workingDays(in: letter.state) else { return nil }
        let used = letter.clock.workingDays(through: now, in: calendar)
        self.limit = limit
        self.used = used
        left = max(0, limit - used)
        held = letter.clock.isPaused
        overdue = held ? 0 : max(0, used - limit)
        due = letter.dueDay(in: calendar, limits: limits)?.text
    }
}

extension LetterView.Entry {
    init(_ entry: LetterEntry, of side: LetterSide) {
        let statement = entry.statement
        self.init(
            at: RFC3339.format(entry.time), height: entry.height,
            by: statement.act.authority == side ? "ours" : "theirs", act: statement.act.rawValue,
            type: "\(statement.id.code.rawValue)/\(statement.id.function)",
            id: statement.id.description, from: entry.from.rawValue, to: entry.to.rawValue)
    }
}

extension LetterView.Received {
    init(_ heard: LetterCase.Heard) {
        let words = heard.fields?["TranRstMsg"]?.split(separator: " ") ?? []
        let reason = words.first.flatMap { LetterReason(rawValue: String($0)) }
        let difference =
            reason == .identityMismatch
            ? words.dropFirst().first.flatMap { IdentityDifference(text: $0) } : nil
        self.init(
            id: heard.id.description, act: heard.act.rawValue,
            fields: heard.fields.map { fields in
                Dictionary(
                    fields.list.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
            }, code: heard.objection?.rawValue,
            reason: reason.map { CodeText($0) }, rule: difference?.rule.rawValue,
            nameRule: difference?.nameRule?.rawValue)
    }
}

extension LetterView.Remittance {
    /// Nil where nothing came back.
    init?(_ dossier: LetterDossier) {
        guard !dossier.returnedRemittances.isEmpty else { return nil }
        self.init(
            code: "remittance/returned", chinese: "转账失败，请重新划转或驳回",
            english: "the bank returned the money; send it again or reject the letter",
            serials: dossier.returnedRemittances)
    }
}

extension LetterView.Money {
    /// Nil where no sum was told and none came.
    init?(_ dossier: LetterDossier) {
        guard dossier.expected != nil || !dossier.arrivals.isEmpty else { return nil }
        self.init(
            expected: dossier.expected?.yuan,
            arrived: dossier.arrivals.isEmpty ? nil : dossier.arrived?.yuan,
            reconciled: dossier.isReconciled, arrivals: dossier.arrivals.count)
    }
}

/// One line of `GET /v1/letters`: nothing of it is personal.
struct LetterLine: Encodable {
    let letter: String
    let number: String
    let institution: String
    let side: String
    let other: String
    let state: CodeText
    let ended: Bool
    let turn: String?
    let due: String?
    let overdue: Int
    let changed: String

    init?(_ row: LetterRow) {
        guard let key = LetterKey(row.key), let state = LetterState(rawValue: row.state),
            let side = LetterSide(rawValue: row.side)
        else { return nil }
        letter = LetterPath.text(key)
        number = row.number
        institution = key.institution.text
        self.side = side.name
        other = row.other
        self.state = CodeText(state)
        ended = row.isEnded
        turn = state.turn.map { $0 == side ? "ours" : "theirs" }
        due = row.due.isEmpty ? nil : row.due
        overdue = row.overdue
        changed = RFC3339.format(row.changed)
    }
}
