// SPDX-License-Identifier: Apache-2.0

import LightClient

/// What the receiving chain answers to a word: whether the letter took it, or why not.
/// Source: FORMATS.md "Letter packets".
public struct LetterAnswer: Hashable, Sendable {
    public var key: LetterKey
    public var id: LetterEventID
    /// The receiver's state afterwards; nil when it has no such letter.
    public var state: LetterState?
    /// Nil when the word was taken.
    public var refusal: LetterErrorCode?
    /// For a lost race: where the receiver's chain had decided.
    public var decidedAt: UInt64?

    public init(_ key: LetterKey, _ id: LetterEventID) {
        self.key = key
        self.id = id
    }

    public var encoded: [UInt8] {
        let json = StrictJSON.object([
            ("result", .string(refusal == nil ? "taken" : "refused")),
            ("code", refusal.map { .string($0.rawValue) }),
            ("institution", .string(key.institution.text)),
            ("ConNum", .string(key.number.text)), ("id", .string(id.description)),
            ("state", state.map { .string($0.rawValue) }),
            ("decidedAt", decidedAt.map { .string("\($0)") }),
        ])
        return Array(json.line.utf8)
    }

    /// Why an acknowledgement says that our word was not taken; nil when it was. The one reader of
    /// chains and relays: both must say the same of the same bytes.
    public static func refusal(in acknowledgement: [UInt8]) -> LetterErrorCode? {
        PacketAnswer.refusal(in: acknowledgement, unread: .notRead)
    }
}
