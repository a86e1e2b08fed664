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
        guard let registry = world.registry, let first = world.cities.first else { return }
        let nanjing = City.nanjing
        try world.prepareNewcomer(nanjing)
        guard world.node(nanjing)?.wait(forHeight: 10, seconds: 30) == true else { return }
        say("· Nanjing's chain makes blocks; its keys and its draft are made")
        for line in try registry.rehearse(nanjing) { say("    \(line)") }
        let request = try registry.request(nanjing.name)
        let review = try registry.review(request)
        try stage.require(
            review.contains("Nanjing") && review.contains("comes in"),
            "the review does not say that Nanjing comes in:\n\(review)")
        try sendAmongFounders(stage)
        try gather(request, registry, stage)
        let begun = ContinuousClock.now
        let others = world.cities.filter { $0 != nanjing }
        let processes = others.compactMap { world.relays[$0.code]?.pid }
        try world.give(to: first)
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
            "a relay was started again")
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
            "two approvals were not refused by their code:\n\(refusal)")
        say("· two approvals of four: refused, manifest/not-enough-signatures")
        try registry.approveLast(request, by: Registry.ministry, with: approvals)
        say("· the ministry's approval is the third of four: version 2 is signed")
    }

    private static func sendAmongFounders(_ stage: Stage) throws {
        for sender in stage.senders {
            for other in stage.world.cities where other != sender.city && other != .nanjing {
                try stage.send(
                    stage.mix.plain(from: sender.city, to: other, count: 5), by: sender, to: other)
            }
        }
    }

    private static func sendToAndFrom(_ city: City, _ stage: Stage) throws {
        for sender in stage.senders where sender.city != city {
            try stage.send(
                stage.mix.plain(from: sender.city, to: city, count: 4), by: sender, to: city)
        }
        guard let own = stage.senders.first(where: { $0.city == city }) else { return }
        for other in stage.world.cities where other != city {
            try stage.send(
                stage.mix.next(from: city, to: other), by: own, to: other)
        }
    }
}
