// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The right to use an account's next sequence. It ends when it is given back, or with whoever
/// holds it: a holder that is gone keeps nobody waiting.
package final class AccountTurn: Sendable {
    private let giveBack: @Sendable () -> Void
    private let isOver = Atomic<Bool>(false)

    init(_ giveBack: @escaping @Sendable () -> Void) { self.giveBack = giveBack }

    deinit { end() }

    /// The transaction is in a block, or can be in none any more. Any thread, any number of times.
    package func end() {
        guard !isOver.exchange(true, ordering: .relaxed) else { return }
        giveBack()
    }
}
