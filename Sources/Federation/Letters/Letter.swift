// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One side's record of a letter: its state, what led there, and its own word that waits for an
/// answer. Decides order and authority only; what is in the messages is judged by `LetterDossier`.
///
/// Each side has one unanswered word at a time, and its state moves when the other side has taken
/// the word. Only in 01 may both sides speak at once: there OUT's chain decides. A withdrawal that
/// reaches it after its acceptance is refused, an acceptance after the withdrawal is not sent.
///
/// Guarantees: nothing leaves a terminal state; one statement has its effects once, however often
/// it comes; completed and withdrawn exclude each other across both sides.
public struct Letter: Hashable, Sendable {
    public let key: LetterKey
    /// Whose record this is.
    public let side: LetterSide
    /// The transfer-out centre; the transfer-in centre is in the key.
    public let transferOut: InstitutionCode
    /// The ended letter that this one corrects.
    public let corrects: LetterKey?
    public internal(set) var state = LetterState.sent
    /// IN: whether OUT has taken the application.
    public internal(set) var isDelivered: Bool
    public internal(set) var pending: PendingStatement?
    /// Accepted statements of both sides, oldest first.
    public internal(set) var entries: [LetterEntry] = []
    /// Why our latest word changed nothing; nil once one was taken.
    public internal(set) var lastRefusal: LetterErrorCode?
    public internal(set) var clock: LetterClock
    /// Whether the other city's chain has equivocated: nothing is taken until the federation acts.
    public internal(set) var isChannelFrozen = false
    var memory = RefusalMemory()

    /// A letter about to receive its first statement. `corrected` is the record of the ended letter
    /// that this one refers to, if any.
    public init(
        _ key: LetterKey, side: LetterSide, transferOut: InstitutionCode, now: Timestamp,
        correcting corrected: Letter? = nil
    ) throws(LetterError) {
        if let corrected {
            guard corrected.state.isTerminal else {
                throw .correctsOpenLetter(corrected.key, corrected.state)
            }
            guard corrected.key.institution == key.institution,
                corrected.transferOut == transferOut, corrected.key != key
            else { throw .correctsOtherParties(corrected.key) }
        }
        self.init(key, side: side, transferOut: transferOut, corrects: corrected?.key)
        clock = LetterClock(started: now)
    }

    init(
        _ key: LetterKey, side: LetterSide, transferOut: InstitutionCode, corrects: LetterKey?
    ) {
        self.key = key
        self.side = side
        self.transferOut = transferOut
        self.corrects = corrects
        isDelivered = side == .transferOut
        clock = LetterClock(started: .unixEpoch)
    }

    /// Takes one event. `side` is who speaks in a statement or an answer, and whose bank it is in a
    /// bank return. `position` is a place on the chain of this record's side.
    ///
    /// An error changes the letter only in that a refused statement of the other side stays
    /// refused; so keep the letter after an error, too.
    public mutating func apply(
        _ event: LetterEvent, by side: LetterSide, at position: ChainPosition, now: Timestamp
    ) throws(LetterError) -> [LetterEffect] {
        guard position.isFinal else { throw .notFinal(height: position.height) }
        guard !isChannelFrozen else { throw .channelFrozen }
        let moment = Moment(height: position.height, now: now)
        switch event {
        case .statement(let statement):
            guard statement.act.authority == side else {
                throw .wrongSide(statement.act, by: side)
            }
            return side == self.side ? try say(statement, moment) : try hear(statement, moment)
        case .taken(let id): return try answered(id, by: side, nil, moment)
        case .refused(let id, let code): return try answered(id, by: side, code, moment)
        case .timedOut(let id): return try timedOut(id, moment)
        case .bankReturned(let serial): return try bankReturned(serial, by: side)
        }
    }

    /// The other city's chain has equivocated. Nothing is taken from here on.
    public mutating func freezeChannel() { isChannelFrozen = true }

    /// The federation has rescued the channel.
    public mutating func thawChannel() { isChannelFrozen = false }

    /// Where this record's chain took an act for the first time; nil if it has not.
    public func position(of act: LetterAct) -> ChainPosition? {
        if let entry = entries.first(where: { $0.statement.act == act }) {
            return ChainPosition(height: entry.height)
        }
        guard let pending, pending.statement.act == act else { return nil }
        return ChainPosition(height: pending.height)
    }

    struct Moment {
        let height: UInt64
        let now: Timestamp
    }

    // MARK: our own word

    private mutating func say(
        _ statement: LetterStatement, _ moment: Moment
    ) throws(LetterError) -> [LetterEffect] {
        if try isRepeated(statement) { return [] }
        if let pending {
            guard pending.statement.id == statement.id else {
                throw .messageInFlight(pending.statement.id)
            }
            guard pending.statement == statement else { throw .sequenceReused(statement.id) }
            return []
        }
        let next = try nextState(statement, from: state)
        pending = PendingStatement(
            statement: statement, height: moment.height, time: moment.now, to: next)
        return [.deliver(statement)]
    }

    // MARK: the other side's word

    private mutating func hear(
        _ statement: LetterStatement, _ moment: Moment
    ) throws(LetterError) -> [LetterEffect] {
        if try isRepeated(statement) { return [] }
        try memory.check(statement)
        do throws(LetterError) {
            return try take(statement, moment)
        } catch {
            memory.remember(statement, error.code)
            throw error
        }
    }

    private mutating func take(
        _ statement: LetterStatement, _ moment: Moment
    ) throws(LetterError) -> [LetterEffect] {
        if statement.act == .withdrawal, pending?.statement.act == .acceptance,
            let position = position(of: .acceptance)
        {
            throw .acceptedFirst(at: position)
        }
        var effects: [LetterEffect] = []
        let isFirstAnswer = pending?.statement.act == .application && !isDelivered
        if let pending, statement.act != .application,
            state.after(statement.act) == nil || isFirstAnswer,
            pending.to.after(statement.act) != nil
        {
            // What we hear presumes that our word was taken: the answer is only late.
            _ = try nextState(statement, from: pending.to)
            effects = settle(moment)
        }
        let next = try nextState(statement, from: state)
        return effects + move(statement, to: next, moment)
    }

    // MARK: answers

    private mutating func answered(
        _ id: LetterEventID, by side: LetterSide, _ refusal: LetterErrorCode?, _ moment: Moment
    ) throws(LetterError) -> [LetterEffect] {
        guard side != self.side else { throw .unknownStatement(id) }
        guard let waiting = pending, waiting.statement.id == id else {
            guard hasTaken(id) else { throw .unknownStatement(id) }
            return refusal == nil ? [] : [.contradiction(id)]
        }
        guard let refusal else {
            // A withdrawal can not be taken once the acceptance is here: OUT says both.
            guard waiting.statement.act != .withdrawal || state == .sent else {
                pending = nil
                return [.contradiction(id)]
            }
            return settle(moment)
        }
        if waiting.statement.act == .withdrawal, refusal == .noSuchLetter, !isDelivered {
            // OUT has never seen the letter, and now it never will.
            return settle(moment)
        }
        return drop(waiting, refusal)
    }

    private mutating func timedOut(
        _ id: LetterEventID, _ moment: Moment
    ) throws(LetterError) -> [LetterEffect] {
        guard let waiting = pending, waiting.statement.id == id else {
            guard hasTaken(id) else { throw .unknownStatement(id) }
            return [.contradiction(id)]
        }
        return drop(waiting, .timedOut)
    }

    private mutating func drop(
        _ waiting: PendingStatement, _ code: LetterErrorCode
    ) -> [LetterEffect] {
        pending = nil
        lastRefusal = code
        return [.unchanged(waiting.statement.id, code)]
    }

    private mutating func bankReturned(
        _ serial: String, by side: LetterSide
    ) throws(LetterError) -> [LetterEffect] {
        guard side == .transferOut, self.side == .transferOut else {
            throw .wrongSide(.information, by: side)
        }
        guard !state.isTerminal else { throw .closed(state) }
        return [.remittanceReturned(serial: serial)]
    }
}
