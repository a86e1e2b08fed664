// SPDX-License-Identifier: Apache-2.0

import Glibc

extension Act {
    static let stoppedChain = Act(
        name: "stopped-chain",
        title: "a chain loses its quorum, then its node; its relay and its peer say so",
        asserts: "why tells 2 of 3 signatures, at home and at the peer"
    ) { stage in
        let city = City.beijing
        let node = try stage.world.node(city)
        let own = Operator(world: stage.world, city: city)
        let peer = Operator(world: stage.world, city: .hangzhou)
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
