// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Shows progress until enough packets have ended, or patience has.
struct Watch {
    let world: World
    /// Seconds.
    let patience: Int

    func until(_ wanted: Int, of packets: [Tracked]) throws {
        for second in 0..<patience {
            let ledger = try Ledger(packets, world: world)
            if second % 5 == 0 || ledger.ended >= wanted {
                say("· \(ledger.ended) of \(packets.count) ended, \(ledger.open) on their way")
            }
            if ledger.ended >= wanted { return }
            for relay in world.relays.values where relay.exitStatus == nil && !relay.isRunning {
                throw World.Failure(description: "\(relay.name) has ended; see \(relay.logPath)")
            }
            sleep(1)
        }
    }
}
