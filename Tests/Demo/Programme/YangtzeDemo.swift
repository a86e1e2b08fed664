// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc

/// `make demo`: three cities, each with an embedded chain and a relay, and acts played on them; at
/// the end every packet is accounted for.
struct YangtzeDemo {
    let keeps: Bool
    let lettersPerRoute: Int
    let acts: [Act]

    /// The exit status: 0 only if every act went as it should, every packet ended as it should and
    /// the money adds up.
    func run() throws -> Int32 {
        let begun = ContinuousClock.now
        try FreePorts.require(for: City.founders + [.nanjing])
        let directory = FileManager.default.temporaryDirectory.path + "/cityrelay-demo"
        let world = try World(topology: nil, cities: City.founders, directory: directory)
        defer { world.stop() }
        var programme = Programme(acts)
        do {
            let stage = try setUp(world)
            try programme.play(on: stage)
            try stage.wait(forPart: 1, of: 1)
            say("\n\(programme.table(wholeRun: World.milliseconds(since: begun)))")
            if !stage.figureTable.isEmpty { say("\nmeasured\n\(stage.figureTable)") }
            guard try stage.conclude() else { return 1 }
            if keeps { try KeptFederation(stage: stage, city: .hangzhou).wait() }
            return 0
        } catch let broken as Programme.Broken {
            tell(broken, programme, world)
        } catch {
            say(
                "\nFAILED outside of any act: \(YangtzeDemo.text(of: error))\n  logs: \(world.logs)"
            )
        }
        return 1
    }

    private func setUp(_ world: World) throws -> Stage {
        say("· certificates, manifest and stores in \(world.directory)")
        try world.startChains(blockMilliseconds: 1_000)
        say("· three chains make blocks")
        let registry = try Registry(
            federation: "yangtze-delta", folder: "\(world.directory)/members",
            program: world.program("cityrelay"))
        try world.found(registry)
        say("· three cities and the ministry have signed the first manifest")
        try world.startRelays()
        let links = try Links.wait(for: world, seconds: 90) { say("· \($0)") }
        say("· all clients are made and registered")
        return try Stage(world: world, links: links, lettersPerRoute: lettersPerRoute)
    }

    // MARK: When it fails

    /// Which act, which assertion, and where the logs are.
    private func tell(_ broken: Programme.Broken, _ programme: Programme, _ world: World) {
        let before = programme.playedNames
        say(
            """

            FAILED in act \(broken.act.name), \(Programme.seconds(broken.milliseconds)) s after \
            it began
              \(YangtzeDemo.text(of: broken.cause))
              played before it: \(before.isEmpty ? "nothing" : before.joined(separator: ", "))
              logs: \(world.logs) (chain-CODE.log, relay-CODE.log)
              again, alone: make demo ACTS=\(broken.act.name)
            """)
    }

    private static func text(of error: any Error) -> String {
        guard let failure = error as? World.Failure else { return "\(error)" }
        return "\(failure.place): \(failure)"
    }
}
