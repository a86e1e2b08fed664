// SPDX-License-Identifier: Apache-2.0

import Glibc

extension Act {
    static let killedRelay = Act(
        name: "killed-relay",
        title: "a relay is killed, letters to it miss their deadline, and it comes back",
        asserts: "letters that missed their deadline are refunded"
    ) { stage in
        let victim = City.loudi
        say("· \(victim.name)'s relay is killed; letters to it get a deadline that it will miss")
        stage.world.relays[victim.code]?.killNow()
        for city in stage.world.cities where city != victim {
            try stage.send(
                stage.mix.doomed(from: city, to: victim, seconds: 6), from: city, to: victim)
        }
        sleep(8)
        try stage.world.relays[victim.code]?.start()
        say("· \(victim.name)'s relay is back")
        try stage.wait(forPart: 1, of: 1)
        say("· everything has ended: what missed its deadline was refunded")
    }
}
