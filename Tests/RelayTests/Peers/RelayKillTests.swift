// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import RelayLaboratory
import TestSupport
import Testing

/// Real processes, ended by SIGKILL while letters travel: two chains and two relays from the
/// binaries beside the test bundle.
@Suite(.serialized) struct `Relays that are killed` {
    /// The folder that the build leaves its programs in; nil when they are not built.
    static let programs = Program.folder(with: ["cityrelay", "citychain"])

    @Test(
        .enabled(if: programs != nil, "cityrelay and citychain are not built beside the tests"),
        .timeLimit(.minutes(10)))
    func `every packet ends well and nothing is paid twice, whenever a relay dies`() throws {
        let seed =
            ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) } ?? 20_261_126
        var generator = Generator(seed: seed)
        let world = try KilledWorld(programs: try #require(Self.programs))
        defer { world.stop() }
        try world.link(seconds: 120)
        var sent = 0
        for round in 0..<6 {
            sent += try world.sendBothWays(8, round: round)
            // At any moment of the letters' lives: from unseen to acknowledged.
            usleep(useconds_t(generator.next() % 2_500_000))
            let victim = Int(generator.next() % 2)
            world.kill(victim)
            usleep(useconds_t(generator.next() % 800_000))
            try world.startRelay(victim)
        }
        #expect(world.kills >= 5)
        try world.untilAllEnded(sent, seconds: 240, seed: seed)
        // What left one city for good arrived in the other once, and nothing stays locked.
        let money = try world.cities.map { try world.money($0) }
        #expect(money.map(\.locked) == [0, 0], "SEED=\(seed)")
        #expect(
            money.reduce(0) { $0 + $1.received } == money.reduce(0) { $0 + $1.settled },
            "SEED=\(seed)")
        #expect(
            money.reduce(0) { $0 + $1.settled } == UInt64(sent) * KilledWorld.fen, "SEED=\(seed)")
    }
}
