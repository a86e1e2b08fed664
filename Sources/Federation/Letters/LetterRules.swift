// SPDX-License-Identifier: Apache-2.0

import LightClient

/// The guards of a letter, and its moves.
extension Letter {
    /// Whether this very statement was accepted before. Throws for another statement of that name.
    func isRepeated(_ statement: LetterStatement) throws(LetterError) -> Bool {
        for entry in entries where entry.statement.id == statement.id {
            guard entry.statement == statement else { throw .sequenceReused(statement.id) }
            return true
        }
        return false
    }

    func hasTaken(_ id: LetterEventID) -> Bool {
        entries.contains { $0.statement.id == id }
    }

    /// The state after a statement, or why it may not be made now.
    func nextState(
        _ statement: LetterStatement, from state: LetterState
    ) throws(LetterError) -> LetterState {
        let act = statement.act
        guard let next = state.after(act) else { throw refusal(of: act, in: state) }
        if act.isNote {
            let notes = entries.count { $0.statement.act.isNote }
            guard notes < LetterLimits.notes else {
                throw .tooManyMessages(limit: LetterLimits.notes)
            }
        }
        let saysMoneyCame = next == .completed || next == .completedAfterNegotiation
        if saysMoneyCame, statement.reconciliation == nil { throw .moneyMissing }
        if !saysMoneyCame, statement.reconciliation != nil { throw .moneyUnexpected }
        return next
    }

    private func refusal(of act: LetterAct, in state: LetterState) -> LetterError {
        switch act {
        case .withdrawal:
            if let position = position(of: .acceptance) { return .acceptedFirst(at: position) }
        case .acceptance:
            if state == .withdrawn, let position = position(of: .withdrawal) {
                return .withdrawnFirst(at: position)
            }
        case .application where !state.isTerminal: return .inProcess(state)
        default: break
        }
        return state.isTerminal ? .closed(state) : .wrongState(act, state)
    }

    /// The other side has taken our word.
    mutating func settle(_ moment: Moment) -> [LetterEffect] {
        guard let waiting = pending else { return [] }
        pending = nil
        lastRefusal = nil
        if waiting.statement.act == .application { isDelivered = true }
        // A note that is answered late must not take the letter back.
        return move(
            waiting.statement, to: waiting.statement.act.isNote ? state : waiting.to,
            Moment(height: waiting.height, now: moment.now))
    }

    mutating func move(
        _ statement: LetterStatement, to next: LetterState, _ moment: Moment
    ) -> [LetterEffect] {
        let from = state
        entries.append(
            LetterEntry(
                statement: statement, height: moment.height, time: moment.now, from: from,
                to: next))
        switch statement.act {
        case .hold: clock.pause(at: moment.now)
        case .progress: clock.resume(at: moment.now)
        default: break
        }
        guard next != from else { return [] }
        state = next
        clock = LetterClock(started: moment.now)
        var effects: [LetterEffect] = [.stateChanged(from: from, to: next)]
        switch (side, next) {
        case (.transferOut, .informed): effects.append(.accountTransferredOut)
        case (.transferIn, .completed), (.transferIn, .completedAfterNegotiation):
            effects.append(.accountTransferredIn)
        default: break
        }
        effects.append(.tellCitizen(next))
        return effects
    }
}
