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
        guard let node = world.node(city) else { return }
        try stage.wait(forPart: 1, of: 1)
        let height = try showToOne(stage)
        let forged = try Fork.show(at: height, on: node)
        say("· Nanjing's validators signed a second header \(height); its node shows that one now")
        // In flight while nothing of Nanjing is believed: their receipts cannot be proven.
        for sender in stage.senders where sender.city != city && sender.city != others.first {
            try stage.send(
                stage.mix.plain(from: sender.city, to: city, count: 3), by: sender, to: city)
        }
        try world.relays[city.code]?.start()
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
            "visible at height \(visibleAt ?? 0), frozen everywhere at \(frozenAt) only")
        stage.measured(
            "fork visible → frozen at every relay (at most 2 blocks)",
            "\(frozenAt - (visibleAt ?? frozenAt)) blocks")
        try requireEvidence(others, stage)
        try requireSentences(others, stage)
        try sendIntoTheFreeze(stage)
    }

    /// One relay sees a header of Nanjing's while the others are halted; Nanjing's relay is stopped
    /// before they can ask it for the same one. The header's height.
    private static func showToOne(_ stage: Stage) throws -> UInt64 {
        let world = stage.world
        guard let own = stage.senders.first(where: { $0.city == .nanjing }),
            let first = world.cities.first
        else { return 0 }
        let halted = world.cities.filter { $0 != first && $0 != .nanjing }
        for city in halted { world.relays[city.code]?.signal(SIGSTOP) }
        defer { for city in halted { world.relays[city.code]?.signal(SIGCONT) } }
        let before = try newest(first, world)
        try stage.send(stage.mix.plain(from: .nanjing, to: first, count: 1), by: own, to: first)
        try world.wait(30, "\(first.name)'s relay has seen a new header") {
            try newest(first, world) > before
        }
        let height = try newest(first, world)
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
                evidence.count == 1, "\(city.name) keeps \(evidence.count) pieces of evidence")
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
        guard let own = stage.senders.first(where: { $0.city == .nanjing }) else { return }
        let before = stage.packets.count
        for other in stage.world.cities where other != .nanjing {
            try stage.send(
                stage.mix.plain(from: .nanjing, to: other, count: 3), by: own, to: other)
        }
        let ledger = try Ledger(stage.packets, world: stage.world)
        try stage.require(
            ledger.open >= stage.packets.count - before && ledger.wrong == 0,
            "what was sent into the freeze waits, and nothing ended wrongly",
            shown: "\(ledger.open) open, \(ledger.wrong) ended wrongly")
        say("· \(ledger.open) packets are in flight and wait; none is lost")
    }
}

/// The laboratory's hand on a chain that signs two histories.
enum Fork {
    private struct Answer: Decodable {
        let lightBlock: RPCBase64

        private enum CodingKeys: String, CodingKey { case lightBlock = "light_block" }
    }

    private struct Nothing: Decodable {}

    /// The chain's validators sign another header of a height, and its node shows that one from
    /// then on. The forged header's hash.
    static func show(at height: UInt64, on node: NodeClient) throws -> [UInt8] {
        let other = SHA256.hash(Array("another history".utf8))
        let answer = try node.call(
            RPCCall(
                "lab_fork", [("height", "\(height)"), ("app_hash", Hex.encode(other.bytes))],
                flags: [("shown", true)]), as: Answer.self)
        let block = try LightBlock(reading: answer.lightBlock.bytes)
        return try block.signedHeader?.header?.hash().bytes ?? []
    }

    /// The second validators are stopped: the node shows one history again.
    static func end(on node: NodeClient) throws {
        _ = try node.call(RPCCall("lab_heal"), as: Nothing.self)
    }
}
