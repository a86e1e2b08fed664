// SPDX-License-Identifier: Apache-2.0

import Federation

extension Act {
    static let cutLink = Act(
        name: "cut-link", title: "a link is cut; why says so, a packet is parked and released",
        asserts: "status and why name the link; park, release and trace"
    ) { stage in
        let (city, far) = (City.hangzhou, City.loudi)
        let near = Operator(world: stage.world, city: city)
        stage.world.relays[far.code]?.killNow()
        let sent = stage.packets.count
        try stage.send(3, from: city, to: far)
        let packet = stage.packets[sent].id.description
        try near.ask(
            ["why", "packet", packet],
            until: ["is not connected", "look the network", "turn peer"])
        try near.ask(["status"], until: [far.chainID, "lost", "CRITICAL"])
        try near.waitForStatus(1)
        say("· \(city.name)'s status is critical and says which link is cut")

        try near.order(["queue", "park", packet], because: "held for the other city")
        try near.ask(
            ["why", "packet", packet], until: ["Parked", "held for the other city"])
        try near.order(["queue", "release", packet], because: "the other city is back")
        try stage.world.relays[far.code]?.start()
        try stage.wait(forPart: 1, of: 1)
        try near.ask(
            ["packet", "trace", packet],
            until: ["person/operator/wang", "acknowledged", far.chainID])
        say("· the parked packet was released, ended well, and its trace names who did what")
    }
}
