// SPDX-License-Identifier: Apache-2.0

import Glibc

extension Act {
    static let traffic = Act(
        name: "traffic", title: "letters and licences between all pairs",
        asserts: "each is acknowledged or refused, as it should be"
    ) { stage in
        for sender in stage.senders {
            for other in stage.world.cities where other != sender.city {
                try stage.send(
                    stage.mix.next(from: sender.city, to: other), by: sender, to: other)
            }
        }
        say("· \(stage.packets.count) letters sent between all pairs")
        try stage.wait(forPart: 1, of: 1)
        let ledger = try Ledger(stage.packets, world: stage.world)
        try stage.require(
            ledger.wrong == 0, "every packet ended as it should",
            shown: ledger.problems.prefix(5).joined(separator: "\n"))
    }

    static let killedRelay = Act(
        name: "killed-relay",
        title: "a relay is killed, letters to it miss their deadline, and it comes back",
        asserts: "letters that missed their deadline are refunded"
    ) { stage in
        guard let victim = stage.world.cities.last else { return }
        say("· \(victim.name)'s relay is killed; letters to it get a deadline that it will miss")
        stage.world.relays[victim.code]?.killNow()
        for sender in stage.senders where sender.city != victim {
            try stage.send(
                stage.mix.doomed(from: sender.city, to: victim, seconds: 6), by: sender,
                to: victim)
        }
        sleep(8)
        try stage.world.relays[victim.code]?.start()
        say("· \(victim.name)'s relay is back")
        try stage.wait(forPart: 1, of: 1)
        say("· everything has ended: what missed its deadline was refunded")
    }
}
