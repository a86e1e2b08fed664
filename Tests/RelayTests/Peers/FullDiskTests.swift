// SPDX-License-Identifier: Apache-2.0

import Glibc
import RelayLaboratory
import Testing

/// A real relay process whose store cannot grow: the largest size of its files is limited, which
/// needs no privileges and fails a commit in the middle as a full disk does.
@Suite(.serialized) struct `A relay whose disk is full` {
    /// Bytes that the store may still grow: some dozens of commits.
    private static let room = 192 << 10
    /// Bytes in the unit of `ulimit -f`.
    private static let block = 512

    @Test(
        .enabled(
            if: `Relays that are killed`.programs != nil,
            "cityrelay and citychain are not built beside the tests"),
        .enabled(if: Program.path("dash") != nil, "dash is not installed"),
        .timeLimit(.minutes(10)))
    func `it ends with status 3, and started again with room it has lost and doubled nothing`()
        throws
    {
        let world = try KilledWorld(programs: try #require(`Relays that are killed`.programs))
        defer { world.stop() }
        try world.link(seconds: 120)
        var sent = try world.sendBothWays(4, round: 0)
        try world.untilAllEnded(sent, seconds: 120, seed: 0)
        world.kill(0)
        let limit = (try world.largestFile(0) + Self.room) / Self.block
        let dash = try #require(Program.path("dash"))
        // The signal of a file that is too large is ignored, so that the write itself fails.
        try world.startRelay(
            0, wrapper: [dash, "-c", "trap '' XFSZ; ulimit -f \(limit); exec \"$@\"", "dash"])
        var status: Int32?
        for round in 1...30 where status == nil {
            sent += try world.sendBothWays(4, round: round)
            for _ in 0..<20 where status == nil {
                usleep(100_000)
                status = world.ended(0)
            }
        }
        let said = try world.said(0)
        #expect(status == 3, "\(said.suffix(2_000))")
        #expect(said.contains("store/halted"))
        try world.startRelay(0)
        try world.untilAllEnded(sent, seconds: 240, seed: 0)
        try Self.isWhole(world, sent)
    }

    @Test(
        .enabled(
            if: `Relays that are killed`.programs != nil,
            "cityrelay and citychain are not built beside the tests"),
        .enabled(if: SmallDisk.isAllowed, "this machine lets no test mount a file system"),
        .timeLimit(.minutes(10)))
    func `on a file system without room it says what is wrong, and goes on when there is some`()
        throws
    {
        let world = try KilledWorld(
            programs: try #require(`Relays that are killed`.programs), diskBytes: 16 << 20)
        defer { world.stop() }
        try world.link(seconds: 120)
        var sent = try world.sendBothWays(4, round: 0)
        try world.untilAllEnded(sent, seconds: 120, seed: 0)
        try world.fillDisk(leaving: Self.room)
        var round = 0
        while try round < 30 && !world.hasEnded(0, with: 3, milliseconds: 2_000) {
            round += 1
            sent += try world.sendBothWays(4, round: round)
        }
        let said = try world.said(0)
        #expect(said.contains("store/full") && said.contains("free space"), "\(said.suffix(2_000))")
        // The store can be read without room for a byte.
        let status = try world.ask(0, ["status"])
        #expect(status.status != 0 && status.output.contains("free (0 %)"), "\(status)")
        #expect(status.output.contains("disk/low"), "\(status)")
        // Started before there is room it ends again, for the same reason.
        try world.startRelay(0)
        #expect(try world.hasEnded(0, with: 3, milliseconds: 30_000))
        #expect(try world.said(0).contains("store/full"))
        try world.fillDisk(leaving: nil)
        try world.startRelay(0)
        try world.untilAllEnded(sent, seconds: 240, seed: 0)
        try Self.isWhole(world, sent)
    }

    /// Nothing is lost, nothing is locked, nothing came twice.
    private static func isWhole(_ world: KilledWorld, _ sent: Int) throws {
        let money = try world.cities.map { try world.money($0) }
        #expect(money.map(\.locked) == [0, 0])
        #expect(money.reduce(0) { $0 + $1.received } == UInt64(sent) * KilledWorld.fen)
        #expect(money.reduce(0) { $0 + $1.settled } == UInt64(sent) * KilledWorld.fen)
    }
}
