// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// A transaction that is journaled and whose outcome is not known yet.
struct PendingTransaction: Hashable, Sendable {
    var record: TransactionRecord
    let plan: SubmissionPlan
    /// It may be in some mempool although no node said so: only blocks decide.
    var isUncertain: Bool
    /// Next look at it, nanoseconds.
    var resolveDue: Int64
}

/// The signing account and what is under way with it. One process a key: sequences follow each
/// other.
struct Submitter: Sendable {
    enum Account: Hashable, Sendable {
        case unknown(notBefore: Int64)
        case reading
        case known(next: UInt64)
    }

    var account = Account.unknown(notBefore: 0)
    /// The one submission whose sequence is reserved and whose bytes are not broadcast yet.
    var preparing: JobID?
    /// Ascending by sequence.
    var pending: [PendingTransaction] = []
    /// A sequence did not fit: nothing new until everything pending is decided.
    var isSettling = false
    var sequenceTroubles = 0
    var nextRoute = 0

    func place(of hash: [UInt8]) -> Int? { pending.firstIndex { $0.record.hash == hash } }
}
