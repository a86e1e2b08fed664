// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A letter as its centre keeps it: the order, and what is in the messages. Judges what no chain
/// may see: that the messages are about one person, that the sums add up, that the money which came
/// is the money that was told.
public struct LetterDossier: Hashable, Sendable {
    public private(set) var letter: Letter
    private var messages: [LetterEventID: LetterMessage] = [:]
    /// IN: bank money that found this letter, in the order it came.
    public private(set) var arrivals: [ArrivalNotice] = []
    /// Serials of arrivals that the bank has taken back.
    public private(set) var returned: Set<String> = []
    /// OUT: serials of remittances that came back.
    public private(set) var returnedRemittances: [String] = []

    public init(_ letter: Letter) { self.letter = letter }

    /// The accepted message of an act, the latest where there are several.
    public func message(_ act: LetterAct) -> LetterMessage? {
        letter.entries.last { $0.statement.act == act }.flatMap { messages[$0.statement.id] }
    }

    /// The sum that should arrive: what the negotiation agreed on, else what OUT told.
    public var expected: Fen? {
        (message(.negotiation) ?? message(.information))?.amounts?.total
    }

    /// The sum that has arrived and stayed. Sixteen arrivals can not leave the column's range
    /// unseen: a sum beyond it is nil, and equals nothing.
    public var arrived: Fen? {
        var sum = Fen.zero
        for notice in arrivals {
            guard let next = sum.adding(notice.amount) else { return nil }
            sum = next
        }
        return sum
    }

    public var isReconciled: Bool { expected != nil && expected == arrived }

    /// Takes a message of either side with its statement. The statement's commitment must be to
    /// this very message: see `LetterContent`.
    public mutating func apply(
        _ message: LetterMessage, _ statement: LetterStatement, by side: LetterSide,
        at position: ChainPosition, now: Timestamp
    ) throws(LetterError) -> [LetterEffect] {
        guard message.act == statement.act, message.number == letter.key.number else {
            throw .form(.invalid(field: "ConNum", rule: .letterNumber))
        }
        let isNew = messages[statement.id] == nil
        if isNew { try judge(message, statement, by: side) }
        let wasReconciled = isReconciled
        var effects = try letter.apply(.statement(statement), by: side, at: position, now: now)
        if isNew { messages[statement.id] = message }
        forget()
        if side == .transferOut, statement.act == .information, !effects.isEmpty {
            effects += arrivalEffects(before: wasReconciled)
        }
        return effects
    }

    /// Follows a statement that a chain has taken and whose message cannot be read or was judged to
    /// be wrong: the order moves on, nothing of it counts as told.
    public mutating func follow(
        _ statement: LetterStatement, by side: LetterSide, at position: ChainPosition,
        now: Timestamp
    ) throws(LetterError) -> [LetterEffect] {
        let effects = try letter.apply(.statement(statement), by: side, at: position, now: now)
        forget()
        return effects
    }

    /// Takes an answer, a timeout or a bank return.
    public mutating func apply(
        _ event: LetterEvent, by side: LetterSide, at position: ChainPosition, now: Timestamp
    ) throws(LetterError) -> [LetterEffect] {
        if case .bankReturned(let serial) = event, returnedRemittances.contains(serial) {
            return []
        }
        let wasReconciled = isReconciled
        let effects = try letter.apply(event, by: side, at: position, now: now)
        forget()
        if case .bankReturned(let serial) = event {
            guard returnedRemittances.count < LetterLimits.arrivals else {
                throw .tooManyMessages(limit: LetterLimits.arrivals)
            }
            returnedRemittances.append(serial)
        }
        return wasReconciled == isReconciled
            ? effects : effects + arrivalEffects(before: wasReconciled)
    }

    /// See `Letter.freezeChannel`.
    public mutating func freezeChannel() { letter.freezeChannel() }

    /// See `Letter.thawChannel`.
    public mutating func thawChannel() { letter.thawChannel() }

    /// Puts the letter where its own chain has it, after events of the chain were missed. Keeps the
    /// messages that still count; `known` gives those of our own words whose entries are new. What
    /// the other side wrote in between stays unknown: only its commitments are on the chain.
    public mutating func reseat(
        _ onChain: Letter, known: (LetterStatement) -> LetterMessage?
    ) -> [LetterEffect] {
        guard onChain.key == letter.key, onChain.side == letter.side else { return [] }
        let before = letter
        letter = onChain
        if before.isChannelFrozen { letter.freezeChannel() }
        let waiting = onChain.pending.map { [$0.statement] } ?? []
        for statement in onChain.entries.map(\.statement) + waiting
        where messages[statement.id] == nil {
            messages[statement.id] = known(statement)
        }
        forget()
        return Letter.effects(from: before, to: letter)
    }

    /// See `Letter.tick`.
    public mutating func tick(
        now: Timestamp, calendar: WorkingCalendar, limits: StepLimits
    ) -> [LetterEffect] {
        letter.tick(now: now, calendar: calendar, limits: limits)
    }

    /// IN: bank money for this letter, before or after the information about it.
    mutating func arrive(_ notice: ArrivalNotice) throws(LetterError) -> [LetterEffect] {
        guard letter.side == .transferIn else { throw .wrongSide(.completion, by: letter.side) }
        guard !letter.state.isTerminal else { throw .closed(letter.state) }
        guard arrivals.count < LetterLimits.arrivals else {
            throw .tooManyMessages(limit: LetterLimits.arrivals)
        }
        if arrivals.contains(where: { $0.serial == notice.serial }) { return [] }
        let wasReconciled = isReconciled
        arrivals.append(notice)
        return arrivalEffects(before: wasReconciled)
    }

    /// IN: an arrival has gone back through the bank. Not while a completion that says that it is
    /// here waits for its answer.
    public mutating func giveBack(serial: String) throws(LetterError) -> [LetterEffect] {
        guard !letter.state.isTerminal else { throw .closed(letter.state) }
        guard let index = arrivals.firstIndex(where: { $0.serial == serial }) else {
            throw .noSuchArrival(serial: serial)
        }
        if let waiting = letter.pending?.statement, waiting.reconciliation != nil {
            throw .messageInFlight(waiting.id)
        }
        let wasReconciled = isReconciled
        arrivals.remove(at: index)
        returned.insert(serial)
        return arrivals.isEmpty ? [] : arrivalEffects(before: wasReconciled)
    }

    /// The reconciliation that a completion from 08 or 06 carries.
    public func reconciliation(salt: [UInt8]) -> Digest {
        ArrivalNotice.commitment(to: arrivals, salt: salt)
    }

    // MARK: judgement

    private func judge(
        _ message: LetterMessage, _ statement: LetterStatement, by side: LetterSide
    ) throws(LetterError) {
        if message.act == .application, let out = message.transferOut, out != letter.transferOut {
            throw .form(.invalid(field: "TranOutUnitNo", rule: .institution))
        }
        if let said = message.person,
            let asked = self.message(.application)?.person ?? pendingPerson,
            let difference = asked.difference(from: said)
        {
            throw .otherPerson(difference)
        }
        guard message.act == .completion else { return }
        if statement.reconciliation == nil {
            guard arrivals.isEmpty else { throw .moneyUnexpected }
            return
        }
        guard letter.state != .rejected else { throw .moneyUnexpected }
        guard let expected else { throw .moneyMissing }
        if let told = message.amounts?.total, told != expected {
            throw .moneyDiffers(expected: expected, arrived: told)
        }
        if letter.side == .transferIn, side == .transferIn {
            guard !arrivals.isEmpty else { throw .moneyMissing }
            guard arrived == expected else {
                throw .moneyDiffers(expected: expected, arrived: arrived ?? .zero)
            }
        }
    }

    private var pendingPerson: LetterPerson? {
        letter.pending.flatMap { messages[$0.statement.id] }.flatMap {
            $0.act == .application ? $0.person : nil
        }
    }

    /// What IN learns from money and information once both or one of them is here.
    private func arrivalEffects(before wasReconciled: Bool) -> [LetterEffect] {
        guard letter.side == .transferIn, !arrivals.isEmpty, let arrived else { return [] }
        guard let expected else { return [.arrivalBeforeInformation(arrived)] }
        guard expected == arrived else {
            return [.arrivalDiffers(expected: expected, arrived: arrived)]
        }
        return wasReconciled ? [] : [.arrivalMatched(arrived)]
    }

    /// Keeps messages that were taken or wait for an answer; the rest has changed nothing.
    private mutating func forget() {
        let waiting = letter.pending?.statement.id
        messages = messages.filter { $0.key == waiting || letter.hasTaken($0.key) }
    }
}
