// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc

/// `make demo`: three cities, each with an embedded chain and a relay, and acts played on them; at
/// the end every packet is accounted for.
struct YangtzeDemo {
    let keeps: Bool
    let lettersPerRoute: Int
    let acts: [Act]

    private static let hangzhou = City(
        name: "Hangzhou", code: "330100", chainID: "hangzhou-330100-1", rpcPort: 27110,
        relayPort: 27100)
    private static let beijing = City(
        name: "Beijing", code: "110000", chainID: "beijing-110000-1", rpcPort: 27210,
        relayPort: 27200)
    private static let loudi = City(
        name: "Loudi", code: "431300", chainID: "loudi-431300-1", rpcPort: 27310, relayPort: 27300)

    private static let cities = [hangzhou, beijing, loudi]

    /// The exit status: 0 only if every act went as it should, every packet ended as it should and
    /// the money adds up.
    func run() throws -> Int32 {
        let directory = FileManager.default.temporaryDirectory.path + "/cityrelay-demo"
        let world = try World(topology: nil, cities: YangtzeDemo.cities, directory: directory)
        defer { if !keeps { world.stop() } }
        say("· certificates, manifest and stores in \(directory)")
        try world.startChains(blockMilliseconds: 1_000)
        say("· three chains make blocks")
        let registry = try Registry(
            federation: "yangtze-delta", folder: "\(directory)/members",
            program: world.program("cityrelay"))
        try world.found(registry)
        say("· three cities and the ministry have signed the first manifest")
        try world.startRelays()
        let links = try Links.wait(for: world, seconds: 90) { say("· \($0)") }
        say("· all clients are made and registered")
        let stage = try Stage(world: world, links: links, lettersPerRoute: lettersPerRoute)
        for act in acts {
            say("\n== \(act.name): \(act.title)")
            try act.play(stage)
        }
        try stage.wait(forPart: 1, of: 1)
        let isGood = try stage.conclude()
        if keeps { keep(world) }
        return isGood ? 0 : 1
    }

    private func keep(_ world: World) {
        let relay = world.program("cityrelay")
        let hangzhou = world.configurationPath(YangtzeDemo.hangzhou)
        say(
            """

            The federation goes on. Five commands worth trying, then Ctrl-C here:
              \(relay) status --config \(hangzhou)
              \(relay) queue list --config \(hangzhou)
              \(relay) packet trace out/07-tendermint-0/1 --config \(hangzhou)
              \(relay) console link --name you --role operator --config \(hangzhou)
              curl -s \(YangtzeDemo.hangzhou.rpc)/status
            """)
        while world.relays.values.contains(where: { $0.isRunning }) { sleep(1) }
        world.stop()
    }
}
