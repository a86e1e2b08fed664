// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc

extension Act {
    static let cutLink = Act(
        name: "cut-link", title: "a link is cut; why says so, a packet is parked and released",
        asserts: "status and why name the link; park, release and trace"
    ) { stage in
        guard let far = stage.world.cities.last, let sender = stage.senders.first else { return }
        let near = Operator(world: stage.world, city: sender.city)
        stage.world.relays[far.code]?.killNow()
        let sent = stage.packets.count
        try stage.send(
            stage.mix.plain(from: sender.city, to: far, count: 3), by: sender, to: far)
        let packet = stage.packets[sent].id.description
        try near.ask(
            ["why", "packet", packet],
            until: ["is not connected", "look the network", "turn peer"])
        try near.ask(["status"], until: [far.chainID, "lost", "CRITICAL"])
        try near.waitForStatus(1)
        say("· \(sender.city.name)'s status is critical and says which link is cut")

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

    static let stoppedChain = Act(
        name: "stopped-chain",
        title: "a chain loses its quorum, then its node; its relay and its peer say so",
        asserts: "why tells 2 of 3 signatures, at home and at the peer"
    ) { stage in
        guard stage.world.cities.count > 1, let node = stage.world.node(stage.world.cities[1])
        else { return }
        let city = stage.world.cities[1]
        let own = Operator(world: stage.world, city: city)
        let peer = Operator(world: stage.world, city: stage.world.cities[0])
        let silent = ["val1", "val2"]
        for name in silent { try node.behave("absent", name) }
        let sentence = " carries 2 of "
        try own.ask(
            ["why", "route", peer.city.chainID],
            until: ["Our chain's header", sentence, "code chain/no-quorum", "turn our chain"])
        let told = try peer.ask(
            ["why", "route", city.chainID],
            until: [
                "\(city.name)'s header", sentence, "call \(city.name)",
                "code peer/chain-no-quorum",
            ])
        say("· at \(peer.city.name):\n\(told)")
        for name in silent { try node.behave("votes", name) }
        try own.waitForStatus(0)

        stage.world.chains[city.code]?.signal(SIGSTOP)
        defer { stage.world.chains[city.code]?.signal(SIGCONT) }
        try own.ask(["status"], until: [city.chainID, "CRITICAL"])
        say("· \(city.name)'s status tells that its chain stands still")
        stage.world.chains[city.code]?.signal(SIGCONT)
        try own.waitForStatus(0)
        say("· the chain goes on, and all is well again")
    }
}
