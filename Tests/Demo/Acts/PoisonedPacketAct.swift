// SPDX-License-Identifier: Apache-2.0

import Federation

extension Act {
    static let poisonedPacket = Act(
        name: "poisoned-packet",
        title: "a packet that its destination can never take is parked alone and put aside",
        asserts: "one packet parked alone, discarded by role, refunded"
    ) { stage in
        let (city, far) = (City.beijing, City.loudi)
        let there = Operator(world: stage.world, city: far)
        let sent = stage.packets.count
        let good = stage.mix.plain(from: city, to: far, count: 4)
        let poison = stage.mix.poisoned(from: city, to: far, seconds: 45)
        try stage.send(Array(good[..<2]) + [poison] + Array(good[2...]), from: city, to: far)
        let client = stage.links.client(on: far, of: city)
        let packet = "in/\(client)/\(stage.packets[sent + 2].id.sequence)"

        try there.ask(
            ["why", "packet", packet],
            until: [
                "No application of our chain listens at the port that it names.",
                "look the application", "code chain/unknown-port",
            ])
        try there.ask(["status"], until: ["1 packet is parked and waits for a person."])
        try there.waitForStatus(4)
        try there.ask(["dead", "list"], until: [packet, "parked", "chain/unknown-port"])
        try stage.wait(forPart: stage.packets.count - 1, of: stage.packets.count)
        say("· \(far.name): why, status and dead list name one packet; the others went through")

        let order = ["dead", "discard", packet]
        let refused = try stage.world.command(far, order + ["--reason", "nobody will take it"])
        try stage.require(
            refused.status != 0 && refused.output.contains("access/role-too-small"),
            "an operator may not put a packet aside", shown: refused.output)
        try there.order(order, because: "its sender is refunded", as: "zhao")
        try there.waitForStatus(0)
        try there.ask(["queue", "actions"], until: ["administrator/zhao", "is refunded"])
        say("· an operator may not put it aside, an administrator may; all is well again")
        try stage.wait(forPart: 1, of: 1)
        say("· its sender was refunded at the deadline")
    }
}
