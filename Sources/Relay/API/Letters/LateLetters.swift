// SPDX-License-Identifier: Apache-2.0

package import Federation
import Synchronization

/// How many letters are late, by whose turn it is: for status and metrics, which must not wait for
/// the letters' thread.
package final class LateLetters: Sendable {
    private let counts = Mutex<[LetterSide: Int]>([:])

    package init() {}

    func set(_ late: [LetterSide: Int]) { counts.withLock { $0 = late } }

    package func count(_ side: LetterSide) -> Int { counts.withLock { $0[side] ?? 0 } }
}
