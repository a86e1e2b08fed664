// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import RelayStore
import TestSupport

/// `make demo`: three cities, each with an embedded chain and a relay; letters and licences between
/// all pairs; a relay that is killed and comes back; and at the end every packet accounted for.
struct YangtzeDemo {
    let keeps: Bool
    let lettersPerRoute: Int

    private static let hangzhou = City(
        name: "Hangzhou", code: "330100", chainID: "hangzhou-330100-1", rpcPort: 27110,
        relayPort: 27100)
    private static let beijing = City(
        name: "Beijing", code: "110000", chainID: "beijing-110000-1", rpcPort: 27210,
        relayPort: 27200)
    private static let loudi = City(
        name: "Loudi", code: "431300", chainID: "loudi-431300-1", rpcPort: 27310, relayPort: 27300)

    private static let cities = [hangzhou, beijing, loudi]
    /// Seconds after which the run gives up: no packet should take a tenth of it.
    private static let patience = 180

    /// The exit status: 0 only if every packet ended as it should and the money adds up.
    func run() throws -> Int32 {
        let directory = FileManager.default.temporaryDirectory.path + "/cityrelay-demo"
        let world = try World(
            topology: "\(Corpus.root)/topology/yangtze-delta.yaml", cities: YangtzeDemo.cities,
            directory: directory)
        defer { if !keeps { world.stop() } }
        say("· certificates, topology and stores in \(directory)")
        let pins = try world.issueCertificates()
        try world.startChains(blockMilliseconds: 1_000)
        say("· three chains make blocks")
        try world.writeAnchors(pins: pins)
        try world.writeConfigurations()
        try world.startRelays()
        let links = try Links.wait(for: world, seconds: 90) { say("· \($0)") }
        say("· all clients are made and registered")
        let isGood = try traffic(world, links)
        if keeps { keep(world) }
        return isGood ? 0 : 1
    }

    // MARK: Acts

    private func traffic(_ world: World, _ links: Links) throws -> Bool {
        var packets: [Tracked] = []
        let watch = Watch(world: world, patience: YangtzeDemo.patience)
        let senders = try YangtzeDemo.cities.map { city in
            try Sender(city: city, role: "bureau", node: require(world.node(city), city))
        }
        var mix = LetterMix(count: lettersPerRoute)
        for sender in senders {
            for other in YangtzeDemo.cities where other != sender.city {
                packets += try sender.track(
                    mix.next(from: sender.city, to: other), to: other,
                    client: links.client(on: sender.city, of: other))
            }
        }
        say("· \(packets.count) letters sent between all pairs")
        try watch.until(packets.count / 3, of: packets)

        say("· Loudi's relay is killed; letters to it are sent with a deadline that it will miss")
        world.relays[YangtzeDemo.loudi.code]?.killNow()
        for sender in senders where sender.city != YangtzeDemo.loudi {
            packets += try sender.track(
                mix.doomed(from: sender.city, to: YangtzeDemo.loudi, seconds: 6),
                to: YangtzeDemo.loudi, client: links.client(on: sender.city, of: YangtzeDemo.loudi))
        }
        sleep(8)
        try world.relays[YangtzeDemo.loudi.code]?.start()
        say("· Loudi's relay is back")
        try watch.until(packets.count, of: packets)
        return try conclude(packets, world)
    }

    private func conclude(_ packets: [Tracked], _ world: World) throws -> Bool {
        let ledger = try Ledger(packets, world: world)
        say("\n\(ledger.table)\n")
        for problem in ledger.problems.prefix(20) { say("WRONG: \(problem)") }
        let money = try Money(world: world)
        say(money.table)
        let isGood = ledger.open == 0 && ledger.wrong == 0 && money.isConserved
        say(
            isGood
                ? "Every packet ended as it should; no fen was lost or doubled."
                : "NOT GOOD: \(ledger.open) open, \(ledger.wrong) ended wrongly, money "
                    + (money.isConserved ? "conserved" : "NOT conserved"))
        return isGood
    }

    private func keep(_ world: World) {
        let relay = world.program("cityrelay")
        let hangzhou = world.configurationPath(YangtzeDemo.hangzhou)
        say(
            """

            The federation goes on. Five commands worth trying, then Ctrl-C here:
              \(relay) packet list --config \(hangzhou)
              \(relay) packet show out/07-tendermint-0/1 --config \(hangzhou)
              \(relay) client list --config \(hangzhou)
              \(relay) config check --config \(hangzhou)
              curl -s \(YangtzeDemo.hangzhou.rpc)/status
            """)
        while world.relays.values.contains(where: { $0.isRunning }) { sleep(1) }
        world.stop()
    }

    private func require(_ node: NodeClient?, _ city: City) throws -> NodeClient {
        guard let node else { throw World.Failure(description: "\(city.name) has no node") }
        return node
    }

}
