// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Shows progress until enough packets have ended, or patience has.
struct Watch {
    let world: World
    /// Seconds.
    let patience: Int

    /// False when patience has ended first.
    func until(_ wanted: Int, of packets: [Tracked]) throws -> Bool {
        guard wanted > 0 else { return true }
        var told = -1
        for second in 0..<patience {
            let ledger = try Ledger(packets, world: world)
            if ledger.ended != told, second % 5 == 0 || ledger.ended >= wanted {
                told = ledger.ended
                say("· \(ledger.ended) of \(packets.count) ended, \(ledger.open) on their way")
            }
            if ledger.ended >= wanted { return true }
            try world.requireRelays()
            sleep(1)
        }
        return false
    }
}
