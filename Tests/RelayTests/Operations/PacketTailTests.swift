// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayCommand
import RelayLaboratory
import RelayStore
import TestSupport
import Testing

/// What `queue tail` tells of packets that move.
@Suite struct `Packets as they move` {
    private typealias Sample = OperationsCommandTests

    private static func moved(
        _ sequence: UInt64, _ state: PacketState, at seconds: Int64,
        chain: String = "beijing-110000-1"
    ) -> JournalEntry {
        var record = Sample.record(sequence, state, chain: chain)
        record.lastChanged = Sample.at(seconds)
        return .packet(record)
    }

    private static func words(_ rows: [PacketRow]) -> [String] {
        rows.map { "\($0.id.sequence) \($0.state.name)" }
    }

    @Test func `each change is told once, an end too, and one that came and went in between`()
        throws
    {
        let folder = try ScratchFolder()
        let path = folder.file("relay.db")
        let journal = try SQLiteJournal(path: path, owner: "330100/330100000000000")
        try journal.commit([
            Self.moved(1, .forwarded, at: 5), Self.moved(2, .observed, at: 58),
            Self.moved(3, .acknowledged, at: 59),
        ])
        let reader = try JournalReader(path: path)
        var tail = try PacketTail(PacketQuery(), reader, since: Sample.at(50))
        #expect(try Self.words(tail.look(reader)) == ["2 observed"])
        #expect(try tail.look(reader).isEmpty)
        try journal.commit([
            Self.moved(1, .acknowledged, at: 61), Self.moved(2, .proven, at: 60),
            Self.moved(4, .timedOut, at: 62), Self.moved(5, .observed, at: 63),
        ])
        #expect(
            try Self.words(tail.look(reader)) == [
                "2 proven", "1 acknowledged", "4 timed-out", "5 observed",
            ])
        #expect(try tail.look(reader).isEmpty)
    }

    @Test func `nothing is skipped however much moves at once, and conditions hold`() throws {
        let folder = try ScratchFolder()
        let path = folder.file("relay.db")
        let journal = try SQLiteJournal(path: path, owner: "330100/330100000000000")
        let reader = try JournalReader(path: path)
        var all = try PacketTail(PacketQuery(), reader, since: Sample.at(0))
        var query = PacketQuery()
        query.counterpartyChain = "nanjing-320100-1"
        query.states = [.proven]
        var some = try PacketTail(query, reader, since: Sample.at(0))
        try journal.commit(
            (1...2_500).map { sequence in
                Self.moved(
                    sequence, sequence % 2 == 0 ? .proven : .observed, at: 10,
                    chain: sequence % 5 == 0 ? "nanjing-320100-1" : "beijing-110000-1")
            })
        #expect(try all.look(reader).count == 2_500)
        #expect(try some.look(reader).count == 250)
    }

    @Test func `the command writes an object a line`() throws {
        let folder = try ScratchFolder()
        try Sample.store(folder)
        let journal = try SQLiteJournal(
            path: folder.file("relay.db"), owner: "330100/330100000000000")
        try journal.commit([Self.moved(3, .acknowledgementVerified, at: 59)])
        let result = Sample.run("queue tail --rounds 1 --json", folder)
        let row = try JSON.parse(Array(result.output.utf8))
        #expect(row["packet"]?.string == "out/07-tendermint-0/3", "\(result.output)")
        #expect(row["state"]?.string == "acknowledgement-verified")
    }
}
