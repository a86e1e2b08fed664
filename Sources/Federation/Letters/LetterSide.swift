// SPDX-License-Identifier: Apache-2.0

/// The two centres of a letter. The side that mints the number is the one the account moves to.
public enum LetterSide: String, Hashable, Sendable, CaseIterable {
    /// The receiving centre, 转入地: it opens, negotiates, withdraws and completes.
    case transferIn = "IN"
    /// The centre the account leaves, 转出地: it accepts, informs and rejects.
    case transferOut = "OUT"

    public var other: LetterSide { self == .transferIn ? .transferOut : .transferIn }
}
