// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

/// One letter as this relay keeps it: the dossier, which follows our own chain, and what came with
/// it that the order of a letter does not need.
struct LetterCase: Sendable {
    var dossier: LetterDossier
    /// The other side's words, opened, in order.
    var heard: [Heard] = []
    /// Why our latest word changed nothing; nil once one was taken.
    var refusal: Refusal?
    /// Packets of both directions, oldest first.
    var packets: [String] = []
    /// Entries for the centre's own books.
    var bookings: [Booking] = []
    var changed: Timestamp

    struct Heard: Sendable {
        let id: LetterEventID
        let act: LetterAct
        let fields: LetterFields?
        /// Why its content counts for nothing; nil: it counts.
        let objection: LetterErrorCode?
    }

    struct Refusal: Sendable {
        let id: LetterEventID
        let code: LetterErrorCode
    }

    /// By the national table of entries: 07 transferred out, 08 transferred in.
    enum Booking: String, CodedText, Sendable {
        case transferredOut = "07"
        case transferredIn = "08"

        var chinese: String { self == .transferredOut ? "外部转出" : "外部转入" }
        var english: String { self == .transferredOut ? "transferred out" : "transferred in" }
    }

    var letter: Letter { dossier.letter }
    var key: LetterKey { letter.key }

    /// The other centre.
    var other: InstitutionCode {
        letter.side == .transferIn ? letter.transferOut : letter.key.institution
    }
}

extension LetterEventID {
    /// Reads `description`: "BDC905/0#7".
    init?(text: some StringProtocol) {
        let parts = text.split(whereSeparator: { $0 == "/" || $0 == "#" })
        guard parts.count == 3, let code = LetterCode(rawValue: String(parts[0])),
            let function = UInt8(parts[1]), let sequence = UInt64(parts[2])
        else { return nil }
        self.init(code: code, function: function, sequence: sequence)
    }
}

/// Applies what happened to a letter, in order: live as it happens, and again after a restart. The
/// same rows make the same letter.
struct LetterHistory {
    let vault: LetterVault
    let calendar: WorkingCalendar
    let limits: StepLimits
    /// Our own word by its number, with its content.
    let word: (UInt64) throws -> LetterWordRow?
    /// What a packet's content was when it was opened, sealed to ourselves.
    let content: (String) throws -> [UInt8]?
    /// The record of an ended letter that one corrects.
    let corrected: (LetterKey) throws -> Letter?

    /// Nil `case` is a letter that begins with this row. Throws only what reading the store throws;
    /// a row that does not fit its letter changes nothing and returns nil.
    func apply(
        _ row: LetterEventRow, to letterCase: inout LetterCase?
    ) throws -> [LetterEffect]? {
        let effects: [LetterEffect]?
        // What our chain has taken is taken, also while the channel is frozen for new words.
        let isFrozen = letterCase?.letter.isChannelFrozen == true
        if row.followsChain { letterCase?.dossier.thawChannel() }
        defer { if isFrozen, row.followsChain { letterCase?.dossier.freezeChannel() } }
        switch row.kind {
        case .said, .heard: effects = try speak(row, &letterCase)
        case .taken, .refused, .timedOut: effects = answer(row, &letterCase)
        case .refusedHere:
            guard let (id, code) = LetterHistory.refusal(row.body) else { return nil }
            letterCase?.refusal = LetterCase.Refusal(id: id, code: code)
            effects = []
        case .arrived: effects = arrive(row, &letterCase)
        case .ticked:
            effects = letterCase?.dossier.tick(now: row.time, calendar: calendar, limits: limits)
        case .refusedTheirs: effects = []
        case .returned: effects = giveBack(row, &letterCase)
        case .remittanceReturned: effects = comeBack(row, &letterCase)
        case .frozen, .thawed: effects = freeze(row.kind == .frozen, &letterCase)
        case .reseated: effects = try reseat(row, &letterCase)
        }
        guard letterCase != nil, let effects else { return effects }
        letterCase?.changed = row.time
        for effect in effects {
            switch effect {
            case .accountTransferredOut: letterCase?.bookings.append(.transferredOut)
            case .accountTransferredIn: letterCase?.bookings.append(.transferredIn)
            default: break
            }
        }
        if !row.packet.isEmpty, letterCase?.packets.contains(row.packet) == false {
            letterCase?.packets.append(row.packet)
        }
        return effects
    }

    // MARK: Words

    private func speak(
        _ row: LetterEventRow, _ letterCase: inout LetterCase?
    ) throws -> [LetterEffect]? {
        guard let packet = try? LetterPacket(reading: row.body) else { return nil }
        let statement = packet.statement
        let isOurs = row.kind == .said
        if letterCase == nil { letterCase = try open(packet, isOurs: isOurs, row) }
        guard var now = letterCase else { return nil }
        let position = ChainPosition(height: row.height)
        var content: LetterContent?
        var objection: LetterErrorCode?
        if isOurs {
            content = try ownContent(statement)
        } else if let kept = try keptContent(row, statement) {
            content = kept
        } else {
            do throws(SealedContentError) {
                content = try vault.keys.open(packet, at: row.time)
            } catch {
                objection = error.code
            }
        }
        var effects: [LetterEffect]?
        if let content {
            do throws(LetterError) {
                let message = try calling { () throws(LetterFormError) in
                    try LetterMessage(content.code, content.fields)
                }
                effects = try now.dossier.apply(
                    message, statement, by: packet.side, at: position, now: row.time)
            } catch {
                objection = error.code
            }
        }
        if effects == nil {
            effects = try? now.dossier.follow(
                statement, by: packet.side, at: position, now: row.time)
        }
        guard let effects else { return nil }
        if !isOurs, !effects.isEmpty || statement.act.isNote {
            now.heard.append(
                LetterCase.Heard(
                    id: statement.id, act: statement.act, fields: content?.fields,
                    objection: objection))
        }
        letterCase = now
        return effects
    }

    private func calling<Value>(
        _ body: () throws(LetterFormError) -> Value
    ) throws(LetterError) -> Value {
        do throws(LetterFormError) { return try body() } catch { throw .form(error) }
    }

    private func open(
        _ packet: LetterPacket, isOurs: Bool, _ row: LetterEventRow
    ) throws -> LetterCase? {
        guard packet.statement.act == .application else { return nil }
        let old = try packet.corrects.flatMap { try corrected($0) }
        let side = isOurs ? packet.side : packet.side.other
        let letter = try? Letter(
            packet.key, side: side, transferOut: packet.transferOut, now: row.time,
            correcting: old)
        return letter.map { LetterCase(dossier: LetterDossier($0), changed: row.time) }
    }

    /// Nil where our own copy is gone, as after the loss of a store.
    func ownContent(_ statement: LetterStatement) throws -> LetterContent? {
        guard let row = try word(statement.id.sequence),
            let bytes = vault.open(row.content, for: LetterHistory.place(word: row.sequence)),
            let content = try? LetterContent(reading: bytes),
            content.commitment == statement.commitment
        else { return nil }
        return content
    }

    /// Nil where it was never opened.
    private func keptContent(
        _ row: LetterEventRow, _ statement: LetterStatement
    ) throws -> LetterContent? {
        guard let sealed = try content(row.packet),
            let bytes = vault.open(sealed, for: LetterHistory.place(packet: row.packet)),
            let content = try? LetterContent(reading: bytes),
            content.commitment == statement.commitment
        else { return nil }
        return content
    }

    static func place(packet: String) -> String { "content/\(packet)" }
    static func place(word sequence: UInt64) -> String { "word/\(sequence)" }

    // MARK: Answers

    private func answer(
        _ row: LetterEventRow, _ letterCase: inout LetterCase?
    ) -> [LetterEffect]? {
        guard var now = letterCase, let (id, code) = LetterHistory.refusal(row.body) else {
            return nil
        }
        let event: LetterEvent =
            switch row.kind {
            case .taken: .taken(id)
            case .timedOut: .timedOut(id)
            default: .refused(id, code)
            }
        let effects = try? now.dossier.apply(
            event, by: now.letter.side.other, at: ChainPosition(height: row.height), now: row.time)
        guard let effects else { return nil }
        now.refusal =
            row.kind == .taken
            ? nil : LetterCase.Refusal(id: id, code: row.kind == .timedOut ? .timedOut : code)
        letterCase = now
        return effects
    }

    /// "BDC905/0#7" or "BDC905/0#7 letter/closed".
    static func refusal(_ body: [UInt8]) -> (LetterEventID, LetterErrorCode)? {
        let words = String(decoding: body, as: UTF8.self).split(separator: " ")
        guard let first = words.first, let id = LetterEventID(text: first) else { return nil }
        let code = words.dropFirst().first.flatMap { LetterErrorCode(rawValue: String($0)) }
        return (id, code ?? .notRead)
    }

    // MARK: Money

    private func arrive(
        _ row: LetterEventRow, _ letterCase: inout LetterCase?
    ) -> [LetterEffect]? {
        guard let now = letterCase,
            let bytes = vault.open(row.body, for: StoredArrival.place),
            let notice = StoredArrival.read(bytes, for: now.key)
        else { return nil }
        var letters = [now.key: now.dossier]
        var desk = ArrivalDesk(institution: now.key.institution)
        guard case .letter(_, let effects) = desk.file(notice, among: &letters),
            let dossier = letters[now.key]
        else { return nil }
        letterCase?.dossier = dossier
        return effects
    }
}

/// A bank's notice as it rests on our disk.
enum StoredArrival {
    static let place = "arrival"

    static func encode(_ notice: ArrivalNotice) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.alwaysString(1, notice.serial)
        writer.uint64(2, notice.amount.count)
        writer.alwaysString(3, notice.remark)
        writer.message(4, notice.time)
        return writer.bytes
    }

    /// Nil for bytes that are none. With a letter, its number stands for the remark: a clerk may
    /// have said where the money belongs.
    static func read(_ bytes: [UInt8], for key: LetterKey? = nil) -> ArrivalNotice? {
        var (serial, remark, amount) = ("", "", UInt64(0))
        var time = Timestamp.unixEpoch
        var reader = ProtobufReader(bytes)
        do throws(WireError) {
            while let field = try reader.next() {
                switch field.number {
                case 1: serial = try reader.string(field)
                case 2: amount = try reader.uint64(field)
                case 3: remark = try reader.string(field)
                case 4: time = try reader.timestamp(field)
                default: try reader.skip(field)
                }
            }
        } catch {
            return nil
        }
        guard let fen = Fen(amount) else { return nil }
        return ArrivalNotice(
            serial: serial, amount: fen, remark: key?.number.text ?? remark, time: time)
    }
}
