// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One accepted statement: what, where, when, and what it did.
public struct LetterEntry: Hashable, Sendable {
    public let statement: LetterStatement
    public let height: UInt64
    public let time: Timestamp
    public let from: LetterState
    public let to: LetterState
}

/// Our word that the other side has not answered yet.
public struct PendingStatement: Hashable, Sendable {
    public let statement: LetterStatement
    /// Where our chain decided it.
    public let height: UInt64
    public let time: Timestamp
    /// The state once the other side has taken it.
    public let to: LetterState
}

/// A statement of the other side that was refused, and why: refused once, refused for good, so that
/// a late copy cannot succeed where the original failed.
public struct RefusedStatement: Hashable, Sendable {
    public let id: LetterEventID
    public let commitment: Digest
    public let code: LetterErrorCode
}

/// The other side's statements that were refused. Bounded: when the oldest are forgotten, their
/// numbers and all below are refused.
struct RefusalMemory: Hashable, Sendable {
    private(set) var refused: [RefusedStatement] = []
    /// Unknown statements up to this sequence are refused.
    private(set) var floor: UInt64 = 0

    init() {}

    init(refused: [RefusedStatement], floor: UInt64) {
        self.refused = refused
        self.floor = floor
    }

    mutating func remember(_ statement: LetterStatement, _ code: LetterErrorCode) {
        refused.append(
            RefusedStatement(id: statement.id, commitment: statement.commitment, code: code))
        guard refused.count > LetterLimits.refusals else { return }
        refused.sort { $0.id < $1.id }
        floor = max(floor, refused.removeFirst().id.sequence)
    }

    /// Throws for a statement that may not be judged again.
    func check(_ statement: LetterStatement) throws(LetterError) {
        for old in refused where old.id == statement.id {
            guard old.commitment == statement.commitment else {
                throw .sequenceReused(statement.id)
            }
            throw .refusedBefore(old.code)
        }
        if statement.id.sequence <= floor {
            throw .tooManyMessages(limit: LetterLimits.refusals)
        }
    }
}
