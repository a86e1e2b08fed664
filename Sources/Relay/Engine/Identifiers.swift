// SPDX-License-Identifier: Apache-2.0

/// Names one piece of work that the engine handed out and awaits an answer to. An answer to a job
/// that the engine no longer knows (answered, given up, or of a process before this one) changes
/// nothing.
package struct JobID: Hashable, Sendable, Comparable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (left: JobID, right: JobID) -> Bool { left.rawValue < right.rawValue }
}

/// Names one call of a peer that awaits its answer. Chosen by the shell, returned with `.answer`.
package struct AnswerToken: Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }
}
