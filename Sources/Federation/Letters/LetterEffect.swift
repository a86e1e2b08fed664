// SPDX-License-Identifier: Apache-2.0

/// A fact that follows from an event, for the centre's own systems. The relay moves no money: what
/// is booked, remitted or given back is the centre's and its bank's doing.
public enum LetterEffect: Hashable, Sendable {
    /// Our word is to be carried to the other side.
    case deliver(LetterStatement)
    case stateChanged(from: LetterState, to: LetterState)
    /// OUT: the account is closed as 04 外部转出销户, by entry 07.
    case accountTransferredOut
    /// IN: the account receives its money, by entry 08.
    case accountTransferredIn
    /// The citizen hears of a new state, at this side.
    case tellCitizen(LetterState)
    /// Our word was refused or never heard; the letter is as before.
    case unchanged(LetterEventID, LetterErrorCode)
    /// OUT: 转账失败; send the money again or reject.
    case remittanceReturned(serial: String)
    /// What the other side says contradicts what its chain has proven: evidence to be kept.
    case contradiction(LetterEventID)
    /// The step's time ends today.
    case chase(LetterSide, LetterState)
    /// The step is late by so many working days: to the regulator's list.
    case escalate(LetterSide, LetterState, workingDaysLate: Int)
    /// IN: bank money found its letter; equal to what the letter says.
    case arrivalMatched(Fen)
    /// IN: money is here, the information about it is not.
    case arrivalBeforeInformation(Fen)
    /// IN: the sum that arrived is not the sum that was told: negotiate.
    case arrivalDiffers(expected: Fen, arrived: Fen)
}
