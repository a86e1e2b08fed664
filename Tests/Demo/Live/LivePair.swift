// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import LightClient
import RelayStore
import TestSupport

/// `make live`: two real ibc-go chains of four nodes each, two relays of ours between them, letters
/// both ways; a relay and the node that a relay talks to are killed on the way.
struct LivePair {
    /// Letters each way besides those whose deadline passes.
    let letters: Int
    let blockPause: String
    let patience: Int

    private static let port = 26_000
    private static let hangzhou = City(
        name: "Hangzhou", code: "330100", chainID: "hangzhou-330100-1", rpcPort: port,
        relayPort: 27500)
    private static let beijing = City(
        name: "Beijing", code: "110000", chainID: "beijing-110000-1", rpcPort: port + 100,
        relayPort: 27600)
    /// Nodes that the relays talk to: not node 0, which the senders need, and not node 1 of
    /// Hangzhou, which prunes.
    private static let relayNodes = [2, 3]

    static func full() -> LivePair { LivePair(letters: 110, blockPause: "900ms", patience: 600) }
    static func short() -> LivePair { LivePair(letters: 24, blockPause: "300ms", patience: 100) }

    /// The unpacked `ibcgo`, nil where the program is absent.
    static func program(in directory: String) throws -> String? {
        guard let folder = Corpus.live else { return nil }
        let files = FileManager.default
        let packed = "\(folder)/ibcgo.xz"
        if files.fileExists(atPath: "\(folder)/ibcgo") { return "\(folder)/ibcgo" }
        guard files.fileExists(atPath: packed) else { return nil }
        let target = "\(directory)/ibcgo"
        if !files.fileExists(atPath: target) {
            let code = try ChildProcess.run(
                "/bin/sh", ["-c", "xz -dc '\(packed)' > '\(target)' && chmod +x '\(target)'"],
                log: "/dev/null")
            guard code == 0 else { throw World.Failure(description: "cannot unpack \(packed)") }
        }
        return target
    }

    func run(ibcgo: String, directory: String) throws -> Int32 {
        let cities = [LivePair.hangzhou, LivePair.beijing]
        let world = try World(
            topology: "\(Corpus.root)/topology/live-pair.yaml", cities: cities,
            directory: "\(directory)/run")
        let chains = ChildProcess(
            name: "ibcgo", program: ibcgo,
            arguments: [
                "live", "-root", "\(directory)/chains", "-port", "\(LivePair.port)", "-nodes", "4",
                "-block", blockPause, "-link=false",
            ], logPath: "\(world.directory)/log/ibcgo.log")
        let pins = try world.issueCertificates()
        try chains.start()
        defer {
            world.stop()
            chains.stop()
        }
        for city in cities { try world.connect(city) }
        say("· two ibc-go chains make blocks; clients and counterparties are made by the relays")
        try world.writeAnchors(pins: pins)
        try world.writeConfigurations(nodes: nodes())
        try world.startRelays()
        let links = try Links.wait(for: world, seconds: 120) { say("· \($0)") }
        say("· both clients are made and registered")
        return try traffic(world, links, directory) ? 0 : 1
    }

    // MARK: Acts

    private func traffic(_ world: World, _ links: Links, _ directory: String) throws -> Bool {
        var packets: [Tracked] = []
        var mix = ParcelMix(count: letters)
        let senders = try world.cities.map { city -> Sender in
            try Sender(city: city, role: "bureau", node: try world.node(city))
        }
        for (sender, other) in zip(senders, world.cities.reversed()) {
            packets += try sender.track(
                mix.next(from: sender.city, to: other), to: other,
                client: links.client(on: sender.city, of: other))
        }
        say("· \(packets.count) letters sent both ways")
        let watch = Watch(world: world, patience: patience)
        _ = try watch.until(packets.count / 4, of: packets)

        say("· node 2 of Hangzhou, which its relay talks to, is killed")
        killNode(index: 2, home: "\(directory)/chains/chain-330100/node2")
        say("· Beijing's relay is killed; letters to it are sent with a deadline that it will miss")
        world.relays[LivePair.beijing.code]?.killNow()
        packets += try senders[0].track(
            mix.doomed(from: LivePair.hangzhou, to: LivePair.beijing, seconds: 8),
            to: LivePair.beijing,
            client: links.client(on: LivePair.hangzhou, of: LivePair.beijing))
        sleep(12)
        try world.relays[LivePair.beijing.code]?.start()
        say("· Beijing's relay is back")
        // What has not ended by then stands in the closing table.
        _ = try watch.until(packets.count, of: packets)
        return try conclude(packets, world, links)
    }

    private func conclude(_ packets: [Tracked], _ world: World, _ links: Links) throws -> Bool {
        let ledger = try Ledger(packets, world: world)
        say("\n\(ledger.table)\n")
        for problem in ledger.problems.prefix(20) { say("WRONG: \(problem)") }
        // Stores are read while the relays still run; their figures stand in their logs.
        say(try LiveFigures(packets, world: world).table)
        var disagreements: [String] = []
        for city in world.cities {
            disagreements += try ChainAgreement(world: world, city: city).check(
                packets.filter { $0.from == city }, links: links)
        }
        for line in disagreements.prefix(20) { say("DISAGREES: \(line)") }
        let isGood = ledger.open == 0 && ledger.wrong == 0 && disagreements.isEmpty
        say(
            isGood
                ? "Both chains and both stores agree on all \(packets.count) packets."
                : "NOT GOOD: \(ledger.open) open, \(ledger.wrong) ended wrongly, "
                    + "\(disagreements.count) disagreements")
        return isGood
    }

    private func nodes() -> [String: [String]] {
        [
            LivePair.hangzhou.code: LivePair.relayNodes.map {
                "http://127.0.0.1:\(LivePair.port + 10 * $0)"
            },
            LivePair.beijing.code: LivePair.relayNodes.map {
                "http://127.0.0.1:\(LivePair.port + 100 + 10 * $0)"
            },
        ]
    }

    /// Kills one node of ours by its own pid: the process whose arguments name its home.
    private func killNode(index: Int, home: String) {
        for entry in (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let pid = pid_t(entry),
                let arguments = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline"),
                String(decoding: arguments, as: UTF8.self).contains("\(home)\0")
            else { continue }
            kill(pid, SIGKILL)
        }
    }
}
