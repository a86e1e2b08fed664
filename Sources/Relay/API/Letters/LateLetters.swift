// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How many letters are late, by whose turn it is: for status and metrics, which must not wait for
/// the letters' thread.
package final class LateLetters: Sendable {
    package struct Counts: Hashable, Sendable {
        /// Letters for which this centre is late.
        package var ours = 0
        /// Letters for which the other centre is late.
        package var theirs = 0
        /// Years without a signed calendar in which clocks of letters count, or soon will.
        package var missingCalendars: [Int] = []
    }

    private let counts = Mutex(Counts())

    package init() {}

    func set(_ late: Counts) { counts.withLock { $0 = late } }

    package var now: Counts { counts.withLock { $0 } }
}
