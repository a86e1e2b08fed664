// SPDX-License-Identifier: Apache-2.0

extension Act {
    static let traffic = Act(
        name: "traffic", title: "letters and licences between all pairs",
        asserts: "each is acknowledged or refused, as it should be"
    ) { stage in
        let cities = stage.world.cities
        for city in cities {
            for other in cities where other != city { try stage.sendMix(from: city, to: other) }
        }
        say("· \(stage.packets.count) letters sent between all pairs")
        try stage.wait(forPart: 1, of: 1)
        let ledger = try Ledger(stage.packets, world: stage.world)
        try stage.require(
            ledger.wrong == 0, "every packet ended as it should",
            shown: ledger.problems.prefix(5).joined(separator: "\n"))
    }
}
