// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One side's signed word about a letter, as the order of a letter needs it: what is done, not what
/// is in it. Names, numbers, reasons and amounts stay sealed; a chain sees their commitment.
public struct LetterStatement: Hashable, Sendable {
    public var id: LetterEventID
    public var act: LetterAct
    /// Salted commitment to the message's fields. Tells a repetition from another message.
    public var commitment: Digest
    /// By a completion that says money arrived: salted commitment to the bank's arrival notices
    /// that IN matched with the letter. Nil otherwise.
    public var reconciliation: Digest?

    /// `sequence` is the sender's `SendSeqNo`.
    public init(
        _ act: LetterAct, sequence: UInt64, commitment: Digest, reconciliation: Digest? = nil
    ) {
        id = LetterEventID(act, sequence: sequence)
        self.act = act
        self.commitment = commitment
        self.reconciliation = reconciliation
    }
}

/// What can happen to a letter.
public enum LetterEvent: Hashable, Sendable {
    /// Either side speaks: our own side's word goes out, the other side's word has come in.
    case statement(LetterStatement)
    /// The other side took our word.
    case taken(LetterEventID)
    /// The other side refused our word, and why.
    case refused(LetterEventID, LetterErrorCode)
    /// The other side provably never heard our word.
    case timedOut(LetterEventID)
    /// The bank sent OUT's remittance back. A fact about money: the letter stays where it is.
    case bankReturned(serial: String)
}
