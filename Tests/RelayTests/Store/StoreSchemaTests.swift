// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayLaboratory
import RelayStore
import TestSupport
import Testing

@Suite struct StoreSchemaTests {
    static let owner = "330100/330100000000000"

    @Test func `a store of version 1 is brought up to date with all it holds`() throws {
        let folder = try ScratchFolder()
        let path = folder.file("relay.db")
        let fixture = "\(Corpus.root)/Tests/Fixtures/store/version-1.sql"
        do {
            let database = try Database(path, .create)
            try database.execute(String(decoding: try Corpus.read(fixture), as: UTF8.self))
            #expect(try database.integer("PRAGMA user_version") == 1)
        }
        // Readers do not migrate: they say what to do.
        let refusal = #expect(throws: StoreError.self) { _ = try JournalReader(path: path) }
        #expect(refusal?.message.contains("older version") == true)

        let journal = try SQLiteJournal(path: path, owner: Self.owner)
        let snapshot = try journal.load()
        #expect(snapshot.packets.map(\.id.description) == ["out/07-tendermint-0/2"])
        #expect(snapshot.packets.first?.state == .parked)
        #expect(snapshot.packets.first?.parkedFrom == .proven)
        #expect(snapshot.packets.first?.packet == [0x08, 0x02])
        #expect(snapshot.packets.first?.proof == [0x0a, 0x00])
        #expect(snapshot.links.first?.remoteClient == "07-tendermint-9")
        #expect(snapshot.cursors == ["hangzhou-330100-1": 77])
        #expect(snapshot.replays.first?.intervals == [1...4, 6...6])
        #expect(snapshot.clients.first?.latestHeight == Height(revision: 1, height: 60))
        #expect(snapshot.accountSequences == ["cosmos1abc": 12])
        let database = try Database(path, .read)
        #expect(try database.integer("PRAGMA user_version") == Int64(Schema.version))
        #expect(
            try database.text("SELECT group_concat(state) FROM packet_view")
                == "acknowledged,parked")
        #expect(try JournalReader(path: path).commits() == 41)
    }

    @Test func `the views name every state as the program does`() throws {
        let folder = try ScratchFolder()
        let journal = try SQLiteJournal(path: folder.file("relay.db"), owner: Self.owner)
        for (index, state) in PacketState.allCases.enumerated() {
            var record = PacketRecord(
                id: PacketID(
                    direction: .incoming, client: "07-tendermint-1", sequence: UInt64(index)),
                counterpartyChain: "c", packet: [], state: state,
                timeoutSeconds: 1_700_000_000, committedHeight: .zero,
                now: Timestamp(unixNanoseconds: 1_700_000_000_999_999_999))
            record.notBefore = .latest
            try journal.commit([.packet(record)])
            let database = try Database(journal.path, .read)
            let query = { (column: String) in
                try database.text(
                    "SELECT \(column) FROM packet_view WHERE packet = '\(record.id.description)'")
            }
            #expect(try query("state") == state.name)
            #expect(try query("first_seen") == "2023-11-14T22:13:20Z")
            #expect(try query("deadline") == "2023-11-14T22:13:20Z")
            #expect(try query("not_before") == "never")
            #expect(PacketState(name: state.name) == state)
        }
    }

    @Test(arguments: [
        (name: "open", plan: "INDEX packet_open"),
        (name: "parked", plan: "INDEX packet_troubled"),
        (name: "forwarded", plan: "INDEX packet_open"),
    ])
    func `listings go through an index`(name: String, plan: String) throws {
        let folder = try ScratchFolder()
        let journal = try SQLiteJournal(path: folder.file("relay.db"), owner: Self.owner)
        var query = PacketQuery()
        if let state = PacketState(name: name) {
            query.states = [state]
        } else {
            query.isOpen = true
        }
        let database = try Database(journal.path, .read)
        var steps = ""
        let statement = try database.prepare(
            "EXPLAIN QUERY PLAN SELECT id FROM packet WHERE \(query.conditions) "
                + "ORDER BY first_seen, id LIMIT 100")
        while try statement.step() { steps += statement.text(3) + "\n" }
        #expect(steps.contains(plan), "\(steps)")
        #expect(!steps.contains("TEMP B-TREE"), "\(steps)")
    }
}
