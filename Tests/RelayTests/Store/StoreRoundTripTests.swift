// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayLaboratory
import RelayStore
import TestSupport
import Testing

@Suite struct StoreRoundTripTests {
    static let owner = "330100/330100000000000"

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `a store reads back what a model of plain dictionaries holds`(seed: UInt64) throws {
        let folder = try ScratchFolder()
        let path = folder.file("relay.db")
        var model = JournalModel()
        var generator = EntryGenerator(seed: seed)
        for round in 0..<8 {
            let journal = try SQLiteJournal(path: path, owner: Self.owner)
            #expect(try journal.load().sorted == model.snapshot, "seed \(seed), round \(round)")
            for _ in 0..<12 {
                let entries = generator.commit()
                try journal.commit(entries)
                model.apply(entries)
            }
            #expect(try journal.load().sorted == model.snapshot, "seed \(seed), round \(round)")
        }
        let reader = try JournalReader(path: path)
        try compare(reader, model)
        #expect(try reader.commits() == 96)
    }

    private func compare(_ reader: JournalReader, _ model: JournalModel) throws {
        for (id, record) in model.packets {
            #expect(try reader.packet(id) == record)
            for transaction in try reader.transactions(of: record) {
                #expect(transaction.packets.contains(id))
            }
        }
        for (id, attempts) in model.attempts { #expect(try reader.attempts(of: id) == attempts) }
        #expect(try reader.counters() == model.counters)
        #expect(try reader.evidence() == model.evidence)
        #expect(try reader.cursors() == model.cursors)
        #expect(
            try reader.links()
                == model.links.values
                .sorted { $0.counterpartyChain < $1.counterpartyChain })
        #expect(try reader.clients() == model.clients.values.sorted { $0.chainID < $1.chainID })
        for (chainID, headers) in model.headers {
            #expect(Set(try reader.headers(chainID: chainID)) == Set(headers.values))
            #expect(try reader.headerCount(chainID: chainID) == headers.count)
        }
        let transactions = try reader.transactions(limit: 1000)
        #expect(transactions.count == model.transactions.count)
        for transaction in transactions {
            let expected = model.transactions[transaction.hash]
            #expect(transaction.log == expected?.log)
            #expect(transaction.packets == expected?.packets)
        }
    }

    @Test(arguments: [11, 12] as [UInt64])
    func `every filter finds what the model's filter finds`(seed: UInt64) throws {
        let folder = try ScratchFolder()
        let path = folder.file("relay.db")
        let journal = try SQLiteJournal(path: path, owner: Self.owner)
        var model = JournalModel()
        var generator = EntryGenerator(seed: seed)
        for _ in 0..<40 {
            let entries = generator.commit()
            try journal.commit(entries)
            model.apply(entries)
        }
        let reader = try JournalReader(path: path)
        var random = Generator(seed: seed)
        for _ in 0..<200 {
            let query = Self.query(&random)
            let expected = Set(model.packets.values.filter { Self.matches($0, query) }.map(\.id))
            var all = query
            all.limit = PacketQuery.maxLimit
            all.offset = 0
            #expect(Set(try reader.packets(all).map(\.id)) == expected, "\(query)")
            #expect(try reader.count(query) == expected.count, "\(query)")
            let rows = try reader.packets(query)
            #expect(rows.count == min(query.limit, max(0, expected.count - query.offset)))
            #expect(rows.map(\.firstSeen) == rows.map(\.firstSeen).sorted())
        }
        let total = try reader.stateCounts().reduce(0) { $0 + $1.count }
        #expect(total == model.packets.count)
    }

    private static func query(_ random: inout Generator) -> PacketQuery {
        var query = PacketQuery()
        if random.oneIn(3) { query.direction = random.oneIn(2) ? .outgoing : .incoming }
        if random.oneIn(3) { query.client = "07-tendermint-\(random.next() % 3)" }
        if random.oneIn(3) { query.counterpartyChain = "chain-\(random.next() % 3)" }
        if random.oneIn(2) {
            query.states = PacketState.allCases.shuffled(using: &random)
                .prefix(Int(random.next() % 4)).map { $0 }
        }
        query.isOpen = random.oneIn(4)
        if random.oneIn(3) {
            query.seenBefore = Timestamp(unixNanoseconds: Int64(random.next() >> 2))
        }
        if random.oneIn(4) {
            query.reason = ["o", "ok", "娄底", "'", "ended/"].randomElement(using: &random)
        }
        query.limit = Int(random.next() % 20)
        query.offset = random.oneIn(2) ? 0 : Int(random.next() % 10)
        return query
    }

    private static func matches(_ record: PacketRecord, _ query: PacketQuery) -> Bool {
        (query.direction.map { $0 == record.id.direction } ?? true)
            && (query.client.map { $0 == record.id.client } ?? true)
            && (query.counterpartyChain.map { $0 == record.counterpartyChain } ?? true)
            && (query.states.isEmpty || query.states.contains(record.state))
            && (!query.isOpen || !record.state.isTerminal)
            && (query.seenBefore.map { record.firstSeen <= $0 } ?? true)
            && (query.reason.map { reason(record).hasPrefix($0) } ?? true)
    }

    /// Of a packet that ended badly, its end.
    private static func reason(_ record: PacketRecord) -> String {
        record.state.failureCode ?? record.reasonCode
    }

    @Test func `an empty commit writes nothing`() throws {
        let folder = try ScratchFolder()
        let journal = try SQLiteJournal(path: folder.file("relay.db"), owner: Self.owner)
        try journal.commit([])
        #expect(try JournalReader(path: journal.path).commits() == 0)
    }

    @Test func `bytes that a later state no longer has are not read back`() throws {
        let folder = try ScratchFolder()
        let journal = try SQLiteJournal(path: folder.file("relay.db"), owner: Self.owner)
        var record = PacketRecord(
            id: PacketID(direction: .outgoing, client: "07-tendermint-0", sequence: 1),
            counterpartyChain: "chain-1", packet: [1, 2, 3], state: .proven, timeoutSeconds: 9,
            committedHeight: Height(revision: 1, height: 2), now: .unixEpoch)
        record.proof = [4, 5]
        try journal.commit([.packet(record)])
        record.proof = []
        record.state = .forwarded
        try journal.commit([.packet(record)])
        let reader = try JournalReader(path: journal.path)
        #expect(try reader.packet(record.id) == record)
        record.state = .acknowledged
        try journal.commit([.packet(record)])
        #expect(try reader.packet(record.id) == record)
        #expect(try journal.load().packets.isEmpty)
    }
}
