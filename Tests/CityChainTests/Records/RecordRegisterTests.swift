// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

/// States of records on a chain, as a light client elsewhere sees them.
@Suite struct `Records on the chain` {
    private let city: TestCity
    private let office: RecordOffice
    private let people: SyntheticRecords

    init() throws {
        let asOf = try #require(Timestamp(seconds: 1_793_491_200))
        office = try RecordOffice(
            code: "431300", people: 0, asOf: asOf, salts: .seeded(Array("test".utf8)))
        city = try TestCity(code: "431300", name: "loudi", records: try office.entries())
        people = SyntheticRecords(code: "431300")
    }

    private func index(_ kind: String, _ reference: String) throws -> RecordIndex {
        try office.find(kind: kind, reference: reference).index
    }

    /// The state under the root of a header, proven: nil when its absence is.
    private func proven(_ index: RecordIndex, under height: UInt64) throws -> RecordState? {
        let (value, proof) = try city.prove(index.stateKey, under: height, store: "records")
        let root = try #require(city.chain.block(at: height)).block.header.appHash
        let path = [Array("records".utf8), index.stateKey]
        let decoded = try MerkleProof(reading: proof)
        var anchor: StoreAnchor?
        guard let value, !value.isEmpty else {
            try decoded.verifyNonMembership(
                specs: ProofSpec.cosmosSDK, root: root, path: path, &anchor)
            return nil
        }
        try decoded.verifyMembership(
            specs: ProofSpec.cosmosSDK, root: root, path: path, value: value, &anchor)
        #expect(throws: ProofError.self) {
            var anchor: StoreAnchor?
            try decoded.verifyNonMembership(
                specs: ProofSpec.cosmosSDK, root: root, path: path, &anchor)
        }
        return try RecordState(stored: value)
    }

    private func put(
        _ entries: [RecordEntry], by role: String = "records", inBlock: Bool = false
    ) throws -> TransactionResult {
        let message = MsgPutRecords(signer: try city.account(role).address, entries: entries)
        return inBlock
            ? try city.runInBlock(message, by: role) : try city.run(message, by: role)
    }

    private func next(_ index: RecordIndex, status: String, revision: UInt64 = 2) throws
        -> RecordEntry
    {
        var state = try #require(try proven(index, under: city.chain.latestHeight))
        state.status = status
        state.revision = revision
        state.statusAsOf = state.statusAsOf.adding(nanoseconds: 1)
        return RecordEntry(index: index, state: state)
    }

    @Test func `what the office keeps is present from the first version on`() throws {
        for (number, status) in [(0, "01"), (1, "02"), (2, "06"), (6, "05"), (8, "04")] {
            let index = try index("fund-account", people.person(number))
            let state = try #require(try proven(index, under: city.chain.latestHeight))
            #expect(state.status == status)
            #expect(state.schemaID == "frr.fund-account")
            #expect(state.revision == 1)
        }
        let licence = try #require(people.licenceIdentifier(1))
        let suspended = try proven(
            try index("licence", licence), under: city.chain.latestHeight)
        #expect(suspended?.status == LicenceStatus.suspended.code)
    }

    @Test func `a person without a record is provably without`() throws {
        let person = people.person(SyntheticRecords.absentPerson)
        for kind in ["fund-account", "drivers-licence", "marriage", "resident-points"] {
            let index = try index(kind, person)
            #expect(try proven(index, under: city.chain.latestHeight) == nil)
        }
    }

    @Test func `a chain without an office proves absence all the same`() throws {
        let empty = try TestCity(code: "330100", name: "hangzhou")
        let index = try index("fund-account", people.person(0))
        let height = empty.chain.latestHeight
        let (value, proof) = try empty.prove(index.stateKey, under: height, store: "records")
        #expect(value?.isEmpty ?? true)
        let root = try #require(empty.chain.block(at: height)).block.header.appHash
        var anchor: StoreAnchor?
        try MerkleProof(reading: proof).verifyNonMembership(
            specs: ProofSpec.cosmosSDK, root: root,
            path: [Array("records".utf8), index.stateKey], &anchor)
    }

    @Test func `a revocation is proven by the state alone, the state before stays provable`()
        throws
    {
        let licence = try #require(people.licenceIdentifier(0))
        let index = try index("licence", licence)
        let before = city.chain.latestHeight
        let result = try put([try next(index, status: LicenceStatus.revoked.code)])
        #expect(result.code == 0, "\(result.log)")
        let event = try #require(result.events.first { $0.type == "record_state" })
        #expect(event.value("index") == index.description)
        #expect(event.value("revision") == "2")
        try city.makeBlocks()
        let state = try #require(try proven(index, under: city.chain.latestHeight))
        #expect(state.status == "07")
        #expect(state.revision == 2)
        #expect(try proven(index, under: before)?.status == "01")
    }

    @Test func `only the record office's account puts states`() throws {
        let index = try index("fund-account", people.person(0))
        let entry = try next(index, status: "06")
        for role in ["operator", "bureau", "licensing", "tester"] {
            let result = try put([entry], by: role, inBlock: true)
            #expect(result.codespace == "records" && result.code == 2, "\(result.log)")
        }
        #expect(try proven(index, under: city.chain.latestHeight)?.status == "01")
        // Signed by one account, said in the name of another.
        let message = MsgPutRecords(
            signer: try city.account("records").address, entries: [entry])
        let forged = try city.chain.submit(try city.sign([message], by: "tester").bytes).result
        #expect(forged.code != 0)
    }

    @Test func `revisions rise by one and a status does not get older`() throws {
        let index = try index("fund-account", people.person(0))
        for revision: UInt64 in [1, 3, .max] {
            let entry = try next(index, status: "06", revision: revision)
            let result = try put([entry], inBlock: true)
            #expect(result.codespace == "records" && result.code == 6, "\(result.log)")
        }
        var older = try next(index, status: "06")
        older.state.statusAsOf = older.state.statusAsOf.adding(nanoseconds: -2)
        #expect(try put([older], inBlock: true).code == 7)
        let absent = try self.index("fund-account", people.person(SyntheticRecords.absentPerson))
        let first = RecordEntry(index: absent, state: try next(index, status: "01").state)
        #expect(try put([first], inBlock: true).code == 6)
        // All entries or none.
        let good = try next(index, status: "06")
        #expect(try put([good, first], inBlock: true).code == 6)
        try city.makeBlocks()
        #expect(try proven(index, under: city.chain.latestHeight)?.revision == 1)
    }

    @Test func `a message that no chain should take is refused before any state is asked`() throws {
        let index = try index("fund-account", people.person(0))
        let good = try next(index, status: "06")
        func refused(_ entries: [RecordEntry]) throws -> UInt32 {
            let message = MsgPutRecords(
                signer: try city.account("records").address, entries: entries)
            let result = try city.chain.submit(
                try city.sign([message], by: "records").bytes
            ).result
            return result.codespace == "records" ? result.code : 0
        }
        #expect(try refused([]) == 3)
        #expect(try refused([good, good]) == 4)
        var bad = good
        bad.state.status = ""
        #expect(try refused([bad]) == 5)
        bad = good
        bad.state.schemaVersion = 0
        #expect(try refused([bad]) == 5)
        var many = MsgPutRecords(signer: "x", entries: [])
        many.entries = [RecordEntry](repeating: good, count: 257)
        #expect(throws: WireError.self) { try MsgPutRecords(reading: many.encoded) }
        #expect(try MsgPutRecords(reading: many.encoded(of: 256)).entries.count == 256)
    }

    @Test func `records are not listed`() throws {
        let answer = city.chain.query(
            ApplicationQuery(path: "/store/records/subspace", data: Array("record/".utf8)))
        #expect(answer.code == 6)
        #expect(answer.value == nil)
    }

    @Test func `nothing of a person stands in the store`() throws {
        let planted = SyntheticRecords(code: "431300").all(people: 0)
            .flatMap { draft in draft.values.map(\.text) + [draft.reference] }
            .filter { $0.utf8.count >= 6 && !["frr.licence"].contains($0) }
        try #require(planted.count > 100)
        for entry in try office.entries() {
            let bytes = entry.index.stateKey + entry.state.encoded
            let text = String(decoding: bytes, as: UTF8.self)
            for value in planted { #expect(!text.contains(value), "\(value)") }
        }
    }
}

extension MsgPutRecords {
    /// The message with the first entries alone.
    fileprivate func encoded(of count: Int) -> [UInt8] {
        MsgPutRecords(signer: signer, entries: Array(entries.prefix(count))).encoded
    }
}
