// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayConnectors
import RelayStore
import TestSupport

extension Act {
    static let fork = Act(
        name: "fork", title: "Nanjing's chain forks; every relay freezes it within two blocks",
        asserts: "evidence kept and told, clients frozen, nothing lost",
        needs: ["registration"], mendedBy: "rescue"
    ) { stage in
        let world = stage.world
        let city = City.nanjing
        let others = world.cities.filter { $0 != city }
        let node = try world.node(city)
        try stage.wait(forPart: 1, of: 1)
        let height = try showToOne(stage)
        let forged = try Fork.show(at: height, on: node)
        say("· Nanjing's validators signed a second header \(height); its node shows that one now")
        // In flight while nothing of Nanjing is believed: their receipts cannot be proven.
        for other in others where other != witness { try stage.send(3, from: other, to: city) }
        try world.relays[city.code]?.start()
        let begun = ContinuousClock.now
        var visibleAt: UInt64?
        var frozenAt: UInt64 = 0
        try world.wait(90, "every relay has frozen Nanjing's chain") {
            let isFrozen = try others.map { try frozenReason($0, world) != nil }
            if visibleAt == nil,
                try isFrozen.contains(true)
                    || others.contains(where: { other in
                        try holds(forged, other, world)
                    })
            {
                visibleAt = try node.height()
            }
            frozenAt = try node.height()
            return isFrozen.allSatisfy { $0 }
        }
        try stage.require(
            frozenAt <= (visibleAt ?? 0) + 2,
            "the fork is frozen everywhere within two blocks",
            shown: "visible at height \(visibleAt ?? 0), frozen everywhere at \(frozenAt)")
        stage.measured(
            "fork visible → frozen at every relay (at most 2 blocks)",
            "\(frozenAt - (visibleAt ?? frozenAt)) blocks")
        stage.measured(
            "relay with the fork starts → frozen at every relay",
            "\(World.milliseconds(since: begun)) ms")
        try requireEvidence(others, stage)
        try requireSentences(others, stage)
        try sendIntoTheFreeze(stage)
    }

    /// Whose relay sees the first of the two headers.
    private static let witness = City.hangzhou

    /// One relay sees a header of Nanjing's while the others are halted; Nanjing's relay is stopped
    /// before they can ask it for the same one. The header's height.
    private static func showToOne(_ stage: Stage) throws -> UInt64 {
        let world = stage.world
        let halted = world.cities.filter { $0 != witness && $0 != .nanjing }
        for city in halted { world.relays[city.code]?.signal(SIGSTOP) }
        defer { for city in halted { world.relays[city.code]?.signal(SIGCONT) } }
        let before = try newest(witness, world)
        try stage.send(1, from: .nanjing, to: witness)
        try world.wait(30, "\(witness.name)'s relay has seen a new header") {
            try newest(witness, world) > before
        }
        let height = try newest(witness, world)
        world.relays[City.nanjing.code]?.killNow()
        return height
    }

    private static func newest(_ city: City, _ world: World) throws -> UInt64 {
        try world.journal(city).headers(chainID: City.nanjing.chainID, limit: 1_000)
            .map(\.height.height).max() ?? 0
    }

    private static func holds(_ hash: [UInt8], _ city: City, _ world: World) throws -> Bool {
        try world.journal(city).headers(chainID: City.nanjing.chainID, limit: 1_000)
            .contains { $0.headerHash == hash }
    }

    /// Why a relay's client of Nanjing's chain is frozen; nil: it is not.
    static func frozenReason(_ city: City, _ world: World) throws -> String? {
        try world.journal(city).clients().first { $0.chainID == City.nanjing.chainID }
            .flatMap { $0.isFrozen ? $0.frozenReason : nil }
    }

    /// Each relay keeps the evidence, has told the others, and its chain's own client is frozen.
    private static func requireEvidence(_ others: [City], _ stage: Stage) throws {
        let world = stage.world
        for city in others {
            let evidence = try world.journal(city).evidence().filter {
                $0.chainID == City.nanjing.chainID && $0.kind == "client/conflicting-header"
            }
            try stage.require(
                evidence.count == 1, "\(city.name) keeps one piece of evidence",
                shown: "\(evidence.count)")
        }
        try world.wait(60, "the evidence is told, and the chains' own clients are frozen") {
            try others.allSatisfy {
                try world.mentions("misbehaviour/told", in: $0) > 0
                    && world.mentions("hosted-client/frozen", in: $0) > 0
            }
        }
        try world.wait(60, "Nanjing's own relay says what its chain is accused of") {
            try world.mentions("evidence/own-chain", in: .nanjing) > 0
        }
        say(
            "· each relay keeps the evidence and told it; each chain froze its client of Nanjing too"
        )
    }

    private static func requireSentences(_ others: [City], _ stage: Stage) throws {
        for city in others {
            let person = Operator(world: stage.world, city: city)
            try person.ask(["status"], until: [City.nanjing.chainID, "frozen", "CRITICAL"])
            try person.ask(
                ["why", "client", City.nanjing.chainID],
                until: ["is frozen", "has two signed headers", "Only a new anchor in the manifest"])
        }
        say("· status and why say so everywhere, and what to do: a new anchor in the manifest")
    }

    /// Letters of Nanjing's that nobody can verify now: they wait.
    private static func sendIntoTheFreeze(_ stage: Stage) throws {
        let before = stage.packets.count
        for other in stage.world.cities where other != .nanjing {
            try stage.send(3, from: .nanjing, to: other)
        }
        let ledger = try Ledger(stage.packets, world: stage.world)
        try stage.require(
            ledger.open >= stage.packets.count - before && ledger.wrong == 0,
            "what was sent into the freeze waits, and nothing ended wrongly",
            shown: "\(ledger.open) open, \(ledger.wrong) ended wrongly")
        say("· \(ledger.open) packets are in flight and wait; none is lost")
    }
}
