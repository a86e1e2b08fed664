// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Ways in which a chain can break the rules of letters and licences: for tests that must fail.
enum LetterDefect: Hashable {
    /// OUT writes a letter that was completed down as withdrawn.
    case withdrawsBehindCompletion
    /// IN books its money twice.
    case creditsTwice
    /// OUT tells IN that a withdrawal was taken which came behind its acceptance.
    case takesLateWithdrawals
    /// IN counts a letter as completed once its application was taken.
    case completesUntold
    /// What became of our words is forgotten.
    case losesAnswers
    /// The destination tells the source that a cancellation was taken which came behind its word.
    case takesLateCancellations
    /// The destination counts a licence as its own once it has said so, whatever the source says.
    case takesUntold
    /// The destination cancels what it has taken when the source says so too late.
    case cancelsWhatWasTaken
    /// OUT writes a letter that was withdrawn down as failed.
    case failsWithdrawals
}

extension LetterDefect {
    /// What the chain keeps of a letter after a word of the other side, or an answer to ours.
    func kept(_ letter: Letter, done: [LetterEffect]) -> Letter {
        switch self {
        case .withdrawsBehindCompletion where letter.side == .transferOut && letter.isDone:
            letter.rewritten(as: .withdrawn)
        case .completesUntold
        where letter.side == .transferIn && letter.state == .sent && letter.isDelivered:
            letter.rewritten(as: .completed)
        case .failsWithdrawals where letter.side == .transferOut && letter.state == .withdrawn:
            letter.rewritten(as: .failed)
        default: letter
        }
    }

    /// Whether a refusal is told as its opposite.
    func hides(_ error: LetterError) -> Bool {
        guard self == .takesLateWithdrawals, case .acceptedFirst = error else { return false }
        return true
    }

    /// What the chain keeps of a move after a word of its own.
    func kept(_ move: LicenceMove, said act: LicenceMove.Act, at position: ChainPosition)
        -> LicenceMove
    {
        var kept = move
        if self == .takesUntold, act == .take {
            _ = kept.answer(act, refusal: nil, at: position)
        }
        return kept
    }

    /// What the chain keeps of a move after a word of the other side that it refused.
    func kept(_ move: LicenceMove, refused act: LicenceMove.Act, at position: ChainPosition)
        -> LicenceMove
    {
        guard self == .cancelsWhatWasTaken, act == .cancel, move.phase == .taken else {
            return move
        }
        var kept = LicenceMove(move.key, side: move.side)
        _ = try? kept.hear(act, at: position)
        return kept
    }

    func hides(_ error: LicenceError, of act: LicenceMove.Act) -> Bool {
        switch (self, error, act) {
        case (.takesLateCancellations, .takenFirst, .cancel): true
        default: false
        }
    }
}

extension Letter {
    var isDone: Bool { state == .completed || state == .completedAfterNegotiation }

    /// The same letter with another state, as only a store that is written past the rules has it.
    func rewritten(as other: LetterState) -> Letter {
        let old = [0x2a, 0x02] + Array(state.rawValue.utf8)
        var bytes = encoded
        guard let place = bytes.firstRange(of: old) else { return self }
        bytes.replaceSubrange(place, with: [0x2a, 0x02] + Array(other.rawValue.utf8))
        return (try? Letter(reading: bytes)) ?? self
    }
}
