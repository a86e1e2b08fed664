// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayStore

extension Act {
    static let registration = Act(
        name: "registration",
        title: "a fourth city registers by three of four approvals while letters flow",
        asserts: "two approvals refused, three enough; no relay restarted"
    ) { stage in
        let world = stage.world
        let registry = try world.papers()
        let nanjing = City.nanjing
        try world.prepareNewcomer(nanjing)
        try stage.require(
            world.node(nanjing).wait(forHeight: 10, seconds: 30), "Nanjing's chain makes blocks")
        say("· Nanjing's chain makes blocks; its keys and its draft are made")
        for line in try registry.rehearse(nanjing) { say("    \(line)") }
        let request = try registry.request(nanjing.name)
        let review = try registry.review(request)
        try stage.require(
            review.contains("Nanjing") && review.contains("comes in"),
            "the review says that Nanjing comes in", shown: review)
        try sendAmongFounders(stage)
        try gather(request, registry, stage)
        let begun = ContinuousClock.now
        let others = world.cities.filter { $0 != nanjing }
        let processes = others.compactMap { world.relays[$0.code]?.pid }
        try world.give(to: .hangzhou)
        try world.startNewcomer(nanjing)
        try world.waitForVersion()
        say("· every relay has version 2 after \(World.milliseconds(since: begun)) ms")
        try stage.welcome(nanjing)
        let linked = World.milliseconds(since: begun)
        say("· every relay is connected to Nanjing's, clients are registered, after \(linked) ms")
        try sendToAndFrom(nanjing, stage)
        try world.wait(60, "Nanjing's relay has verified a packet") {
            var incoming = PacketQuery()
            incoming.direction = .incoming
            return try world.journal(nanjing).count(incoming) > 0
        }
        let verified = World.milliseconds(since: begun)
        stage.measured("last approval → first verified packet", "\(verified) ms")
        try stage.require(
            processes == others.compactMap { world.relays[$0.code]?.pid },
            "no relay was started again")
        try stage.wait(forPart: 1, of: 1)
    }

    /// Two approvals are too few, the third one makes the version.
    private static func gather(
        _ request: String, _ registry: Registry, _ stage: Stage
    ) throws {
        var approvals: [String] = []
        for name in ["Hangzhou", "Beijing"] {
            approvals.append(
                try registry.approve([request], by: name, with: approvals, isFounding: false))
        }
        let refusal = try registry.assembleRefused(request, with: approvals)
        try stage.require(
            refusal.contains("manifest/not-enough-signatures"),
            "two approvals are refused by their code", shown: refusal)
        say("· two approvals of four: refused, manifest/not-enough-signatures")
        try registry.approveLast(request, by: Registry.ministry, with: approvals)
        say("· the ministry's approval is the third of four: version 2 is signed")
    }

    private static func sendAmongFounders(_ stage: Stage) throws {
        for city in City.founders {
            for other in City.founders where other != city {
                try stage.send(5, from: city, to: other)
            }
        }
    }

    private static func sendToAndFrom(_ city: City, _ stage: Stage) throws {
        for other in stage.world.cities where other != city {
            try stage.send(4, from: other, to: city)
        }
        for other in stage.world.cities where other != city {
            try stage.sendMix(from: city, to: other)
        }
    }
}
