// SPDX-License-Identifier: Apache-2.0

extension LetterKey {
    /// Nil unless the text is in the form of `description`.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let institution = try? InstitutionCode(String(parts[0])),
            let number = try? LetterNumber(String(parts[1])),
            let key = try? LetterKey(institution: institution, number: number)
        else { return nil }
        self = key
    }
}

/// Names one statement about one letter: nothing happens twice under the same name. The letter's
/// own key is understood.
public struct LetterEventID: Hashable, Sendable, Comparable {
    public let code: LetterCode
    /// `TxFunc`.
    public let function: UInt8
    /// `SendSeqNo` of the sender.
    public let sequence: UInt64

    public init(code: LetterCode, function: UInt8, sequence: UInt64) {
        self.code = code
        self.function = function
        self.sequence = sequence
    }

    public init(_ act: LetterAct, sequence: UInt64) {
        self.init(code: act.code, function: act.function, sequence: sequence)
    }

    public static func < (left: LetterEventID, right: LetterEventID) -> Bool {
        (left.sequence, left.code.rawValue, left.function)
            < (right.sequence, right.code.rawValue, right.function)
    }
}

extension LetterEventID: CustomStringConvertible {
    /// "BDC905/0#7".
    public var description: String { "\(code.rawValue)/\(function)#\(sequence)" }
}

/// Where on the chain of the side that speaks, or of the side that listens, something was decided.
public struct ChainPosition: Hashable, Sendable {
    public var height: UInt64
    /// Whether the chain can no longer take the height back. Only final heights count.
    public var isFinal: Bool

    public init(height: UInt64, isFinal: Bool = true) {
        self.height = height
        self.isFinal = isFinal
    }
}
