// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayStore

import struct RelayEngine.BlockSummary
import struct RelayEngine.PacketEvent

/// The letters of one centre, in memory and on the disk. Open letters are all in memory, ended ones
/// while somebody looks at them. Touched on the letters' thread alone.
final class LetterBook {
    /// Ended letters that stay in memory: what clerks look up in a day.
    private static let maxEnded = 1_000

    let configuration: LettersConfiguration
    let vault: LetterVault
    let store: LetterStore
    let log: @Sendable (EngineNote) -> Void
    /// Clients of chains that have equivocated and are not rescued.
    var frozenClients: Set<String> = []
    private var cases: [LetterKey: LetterCase] = [:]
    private var ended: [LetterKey] = []
    private(set) var desk = LetterDesk()
    /// Our words until our chain has them in a block that was read.
    private(set) var outbox: [UInt64: LetterWordRow] = [:]
    private(set) var lastSequence: UInt64
    private(set) var cursor: UInt64

    /// Reads what is on the disk.
    ///
    /// - Parameter now: numbers of words begin with it in a new store, in milliseconds, so that a
    ///   store that was lost does not give a number twice.
    init(
        _ configuration: LettersConfiguration, owner: MemberID, now: Timestamp,
        log: @escaping @Sendable (EngineNote) -> Void
    ) throws {
        self.configuration = configuration
        self.log = log
        store = try LetterStore(path: configuration.storeFile, owner: owner.description)
        vault = try LetterVault.open(configuration, store, now: now, log: log)
        lastSequence = max(
            try store.lastSequence(), UInt64(clamping: now.unixNanoseconds / 1_000_000))
        cursor = try store.cursor()
        for word in try store.openWords() { outbox[word.sequence] = word }
        for text in try store.openKeys() {
            guard let key = LetterKey(text) else { continue }
            _ = try find(key)
        }
    }

    private var history: LetterHistory {
        let store = store
        return LetterHistory(
            vault: vault, calendar: configuration.calendar, limits: configuration.limits,
            word: { try store.word($0) }, content: { try store.content(of: $0) },
            corrected: { [unowned self] in try find($0)?.letter })
    }

    // MARK: Finding

    func find(_ key: LetterKey) throws -> LetterCase? {
        if let known = cases[key] { return known }
        var found: LetterCase?
        let history = history
        for row in try store.events(key.description) { _ = try history.apply(row, to: &found) }
        if let found { keep(found) }
        return found
    }

    private func keep(_ letterCase: LetterCase) {
        let key = letterCase.key
        let wasThere = cases.updateValue(letterCase, forKey: key) != nil
        guard letterCase.letter.state.isTerminal else {
            if !wasThere { enter(letterCase) }
            return
        }
        desk.close(key)
        if ended.contains(key) { return }
        ended.append(key)
        if ended.count > LetterBook.maxEnded { cases[ended.removeFirst()] = nil }
    }

    /// A person has one transfer from one centre at a time.
    private func enter(_ letterCase: LetterCase) {
        guard letterCase.letter.side == .transferIn,
            let person = letterCase.dossier.message(.application)?.person
                ?? ownApplication(letterCase)?.person
        else { return }
        try? desk.open(
            letterCase.key, person: vault.person(person),
            transferOut: letterCase.letter.transferOut, account: .normal)
    }

    /// The person of an application that is under way and not taken yet.
    private func ownApplication(_ letterCase: LetterCase) -> LetterMessage? {
        guard let id = letterCase.letter.pending?.statement.id, id.code == .bdc901,
            let row = try? store.word(id.sequence)
        else { return nil }
        return message(of: row)
    }

    func message(of row: LetterWordRow) -> LetterMessage? {
        guard let bytes = vault.open(row.content, for: LetterHistory.place(word: row.sequence)),
            let content = try? LetterContent(reading: bytes)
        else { return nil }
        return try? LetterMessage(content.code, content.fields)
    }

    /// The person that a letter is about, as its application says.
    func person(of letterCase: LetterCase) -> LetterPerson? {
        letterCase.dossier.message(.application)?.person ?? ownApplication(letterCase)?.person
    }

    /// Our word about a letter that our chain has not got yet.
    func openWord(of key: LetterKey) -> LetterWordRow? {
        outbox.values.first { $0.letter == key.description && $0.step != .refused }
    }

    var openCases: [LetterCase] { cases.values.filter { !$0.letter.state.isTerminal } }

    // MARK: Our own words

    func nextSequence() -> UInt64 {
        lastSequence += 1
        return lastSequence
    }

    /// Writes a word down before anybody is told of it.
    func add(_ words: [LetterWordRow], _ answer: StoredAnswer?, now: Timestamp) throws {
        var changes = words.map { LetterChange.word($0) } + [.forgetAnswers(before: now)]
        if let answer { changes.append(.answer(answer)) }
        try store.commit(changes)
        for word in words { outbox[word.sequence] = word }
    }

    func openDesk(
        _ key: LetterKey, _ person: LetterPerson, _ transferOut: InstitutionCode,
        _ account: FundAccountStatus?
    ) throws(LetterError) {
        try desk.open(
            key, person: vault.person(person), transferOut: transferOut, account: account)
    }

    func closeDesk(_ key: LetterKey) { desk.close(key) }

    func update(_ words: [LetterWordRow]) throws {
        try store.commit(words.map { .word($0) })
        for word in words { outbox[word.sequence] = word }
    }

    /// Our chain refused a word: the letter is as before, and says why.
    func refuse(
        _ word: LetterWordRow, _ code: LetterErrorCode, height: UInt64, now: Timestamp
    ) throws -> LetterKey? {
        var word = word
        word.step = .refused
        word.code = code.rawValue
        outbox[word.sequence] = nil
        guard let key = LetterKey(word.letter), let act = LetterAct(rawValue: word.act) else {
            try store.commit([.word(word)])
            return nil
        }
        let id = LetterEventID(act, sequence: word.sequence)
        let row = LetterEventRow(
            letter: word.letter, kind: .refusedHere, height: height, time: now,
            body: Array("\(id) \(code.rawValue)".utf8))
        if cases[key] == nil { desk.close(key) }
        try commit([.word(word)], [row], now: now)
        return key
    }

    // MARK: What happened

    /// Applies rows and writes them with the letters as they are afterwards. The letters that
    /// changed.
    @discardableResult
    func commit(
        _ more: [LetterChange], _ rows: [LetterEventRow], now: Timestamp
    ) throws -> [LetterKey] {
        var changes = more
        var touched: [LetterKey: LetterCase] = [:]
        let history = history
        for row in rows {
            guard let key = LetterKey(row.letter) else { continue }
            var letterCase = try touched[key] ?? find(key)
            let effects = try history.apply(row, to: &letterCase)
            // Told even where it does not fit: our chain has taken it, and so says the timeline.
            if effects == nil {
                log(
                    EngineNote(
                        level: .warning, code: "letters/does-not-fit",
                        packet: PacketID(row.packet),
                        detail: "letter \(row.letter) at height \(row.height)"))
            }
            for effect in effects ?? [] { tell(effect, key) }
            changes.append(.event(row))
            if let kept = opened(row) { changes.append(kept) }
            if let letterCase { touched[key] = letterCase }
        }
        for letterCase in touched.values {
            changes.append(.letter(self.row(letterCase, now: now)))
        }
        try store.commit(changes)
        for letterCase in touched.values { keep(letterCase) }
        return Array(touched.keys)
    }

    /// What another centre sealed to us is kept as it was opened: its key may be retired one day.
    private func opened(_ row: LetterEventRow) -> LetterChange? {
        guard row.kind == .heard, let packet = try? LetterPacket(reading: row.body),
            let content = try? vault.keys.open(packet, at: row.time)
        else { return nil }
        return .content(
            packet: row.packet,
            vault.seal(content.encoded, for: LetterHistory.place(packet: row.packet)))
    }

    func row(_ letterCase: LetterCase, now: Timestamp) -> LetterRow {
        let letter = letterCase.letter
        let deadline = LetterView.Deadline(
            letter, now: now, configuration.calendar, configuration.limits)
        return LetterRow(
            key: letter.key.description, number: letter.key.number.text,
            side: letter.side.rawValue, other: letterCase.other.text,
            state: letter.state.rawValue, isEnded: letter.state.isTerminal,
            changed: letterCase.changed, due: deadline?.due ?? "",
            overdue: deadline?.overdue ?? 0)
    }

    private func tell(_ effect: LetterEffect, _ key: LetterKey) {
        switch effect {
        case .stateChanged(let from, let to):
            log(
                EngineNote(
                    level: .info, code: "letters/state",
                    detail: "\(key): \(from.rawValue) to \(to.rawValue)"))
        case .chase(let side, let state):
            log(
                EngineNote(
                    level: .info, code: "letters/due-today",
                    detail: "\(key): side \(side.rawValue) in state \(state.rawValue)"))
        case .escalate(let side, let state, let days):
            log(
                EngineNote(
                    level: .warning, code: "letters/overdue",
                    detail: "\(key): side \(side.rawValue) in state \(state.rawValue), "
                        + "\(days) working days late"))
        case .contradiction(let id):
            log(
                EngineNote(
                    level: .alarm, code: "letters/contradiction", detail: "\(key): \(id)"))
        case .remittanceReturned:
            log(EngineNote(level: .warning, code: "letters/remittance-returned", detail: "\(key)"))
        case .arrivalDiffers:
            log(EngineNote(level: .warning, code: "letters/money-differs", detail: "\(key)"))
        default: break
        }
    }
}

// MARK: Blocks

extension LetterBook {
    /// Packets of ours whose acknowledgements must be read before these blocks can be taken.
    func acknowledged(
        in blocks: [BlockSummary]
    ) -> [(packet: PacketSummary, height: UInt64)] {
        blocks.flatMap { block in
            block.events.compactMap { event in
                event.kind == .acknowledge && own(event) != nil
                    ? (event.packet, block.height.height) : nil
            }
        }
    }

    /// The word in a packet that our institution sent or should get; nil: another's.
    private func own(_ event: PacketEvent) -> LetterPacket? {
        guard event.packet.destinationPort == LetterPacket.port,
            let packet = try? Packet(reading: event.packet.encoded),
            let payload = packet.payloads.first,
            let letter = try? LetterPacket(reading: payload.value)
        else { return nil }
        let ours = configuration.institution
        return letter.context.from == ours || letter.context.to == ours ? letter : nil
    }

    /// Takes blocks in, in one commit. `answers` are those that `acknowledged(in:)` asked for.
    func take(
        _ blocks: [BlockSummary], _ answers: [PacketID: [UInt8]], now: Timestamp
    ) throws -> [LetterKey] {
        var rows: [LetterEventRow] = []
        var changes: [LetterChange] = []
        var arrived: [UInt64] = []
        for block in blocks {
            for event in block.events {
                guard let letter = own(event),
                    let row = row(event, letter, block, answers)
                else { continue }
                rows.append(row)
                let sequence = letter.statement.id.sequence
                guard row.kind == .said else { continue }
                arrived.append(sequence)
                if var word = outbox[sequence] {
                    word.step = .onChain
                    changes.append(.word(word))
                }
            }
        }
        guard let last = blocks.last else { return [] }
        changes.append(.cursor(last.height.height))
        let touched = try commit(changes, rows, now: now)
        cursor = last.height.height
        for sequence in arrived { outbox[sequence] = nil }
        for (sequence, word) in outbox where word.step == .onChain && word.letter.isEmpty {
            outbox[sequence] = nil
        }
        return touched
    }

    /// Words that our chain has need no look any more; blocks up to `next` are passed over.
    func forget(_ arrived: [UInt64], cursor next: UInt64?) {
        for sequence in arrived { outbox[sequence] = nil }
        if let next { cursor = next }
    }

    /// A new store begins here.
    func skip(to height: UInt64) throws {
        try store.commit([.cursor(height)])
        cursor = height
    }

    private func row(
        _ event: PacketEvent, _ letter: LetterPacket, _ block: BlockSummary,
        _ answers: [PacketID: [UInt8]]
    ) -> LetterEventRow? {
        let isOurs = letter.context.from == configuration.institution
        func row(_ kind: LetterEventRow.Kind, _ id: PacketID, _ body: [UInt8]) -> LetterEventRow {
            LetterEventRow(
                letter: letter.key.description, kind: kind, height: block.height.height,
                time: block.time, packet: id.description, body: body)
        }
        guard let value = try? Packet(reading: event.packet.encoded).payloads.first?.value else {
            return nil
        }
        let name = Array(letter.statement.id.description.utf8)
        switch event.kind {
        case .send where isOurs: return row(.said, event.packet.outgoingID, value)
        case .writeAcknowledgement where !isOurs:
            let id = event.packet.incomingID
            return LetterBook.refusal(in: event.acknowledgement).map {
                row(.refusedTheirs, id, name + Array(" \($0.rawValue)".utf8))
            } ?? row(.heard, id, value)
        case .acknowledge where isOurs:
            let id = event.packet.outgoingID
            return LetterBook.refusal(in: answers[id] ?? []).map {
                row(.refused, id, name + Array(" \($0.rawValue)".utf8))
            } ?? row(.taken, id, name)
        case .timeout where isOurs: return row(.timedOut, event.packet.outgoingID, name)
        default: return nil
        }
    }

    private static func refusal(in acknowledgement: [UInt8]) -> LetterErrorCode? {
        guard let read = try? Acknowledgement(reading: acknowledgement),
            let answer = read.appAcknowledgements.first, read.isSuccess
        else { return .notRead }
        return LetterAnswer.refusal(in: answer)
    }

    // MARK: Time

    /// Looks at every open letter's clock. How many are late, and by whom.
    func tick(now: Timestamp) throws -> (touched: [LetterKey], late: LateLetters.Counts) {
        var rows: [LetterEventRow] = []
        for letterCase in openCases {
            var trial = letterCase.dossier
            let effects = trial.tick(
                now: now, calendar: configuration.calendar, limits: configuration.limits)
            guard !effects.isEmpty else { continue }
            rows.append(
                LetterEventRow(
                    letter: letterCase.key.description, kind: .ticked,
                    height: cursor, time: now))
        }
        let touched = rows.isEmpty ? [] : try commit([], rows, now: now)
        var late = LateLetters.Counts()
        for letterCase in openCases {
            guard let turn = letterCase.letter.state.turn,
                let deadline = LetterView.Deadline(
                    letterCase.letter, now: now, configuration.calendar, configuration.limits),
                deadline.overdue > 0
            else { continue }
            if turn == letterCase.letter.side { late.ours += 1 } else { late.theirs += 1 }
        }
        return (touched, late)
    }
}
