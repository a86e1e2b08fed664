// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import Glibc
import LightClient
import RelayAPI
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// What both sides keep of an answer, our own city as a source, and an office that runs ahead.
extension `Relays among peers`.`Proofs about records` {
    @Test func `an unknown kind is refused by its own code`() async throws {
        let answer = try await Self.shared.get().ask("tree-identity", "A", fields: ["species"])
        #expect(answer.code == "policy/unknown-kind", "\(answer.text)")
    }

    @Test func `a field that no grant names is refused by its own code`() async throws {
        let rig = try Self.shared.get()
        let answer = try await rig.ask("fund-account", rig.people.person(0), fields: ["ZJHM"])
        #expect(answer.code == "policy/field-not-granted", "\(answer.text)")
    }

    @Test func `an answer is countersigned by the asker, in the source's own log`() async throws {
        let rig = try Self.shared.get()
        let body = DisclosureRig.body(
            [
                DisclosureRig.source("fund-account", rig.people.person(4), fields: ["JZNY"]),
                DisclosureRig.source("resident-points", rig.people.person(4), fields: ["JFZF"]),
            ], caseNumber: "BJ-RECEIPT-1")
        let answer = try await rig.call(.post, "/v1/proofs", json: body)
        try #require(answer.status == 200, "\(answer.text)")
        var found: [FoundAccess] = []
        for _ in 0..<500 {
            found = try rig.entries("BJ-RECEIPT-1")
            if found.count == 2, !found.contains(where: { !$0.hasReceipt }) { break }
            usleep(20_000)
        }
        // The refusal too.
        #expect(found.map(\.hasReceipt) == [true, true])
        let reader = try AccessLogReader(path: rig.harness.hangzhou.folder.file("access.db"))
        var signatures = SignatureVerifier()
        for entry in found {
            let place = entry.entry.sequence
            let signature = try reader.receipts(from: place, below: place + 1)[place] ?? []
            let receipt = AccessReceipt(leafHash: entry.leafHash, signature: signature)
            #expect(
                receipt.isValid(keys: [rig.harness.beijing.evidenceKey.publicKey], &signatures))
        }
    }

    @Test func `a receipt counts for its own entry, from its own asker`() async throws {
        let rig = try Self.shared.get()
        let harness = rig.harness
        let wire = try PeerWire(to: harness.hangzhou, as: harness.beijing.credentials)
        defer { wire.stop() }
        let response = try await rig.disclose(try rig.request(rig.people.person(6)), wire)
        let entry = try SignedAccessEntry(leaf: response.entry)
        let place = try entry.decoded().sequence
        func isOwed() throws -> Bool {
            try rig.entries("BJ-2026-0002").contains {
                $0.entry.sequence == place && !$0.hasReceipt
            }
        }
        func taken(_ receipt: AccessReceipt, _ place: UInt64) async throws -> UInt32 {
            let request = ReceiptsRequest(
                receipts: [EntryReceipt(sequence: place, receipt: receipt)])
            let outcome = await wire.call("Receipts", request.encoded)
            return try ReceiptsResponse(reading: try #require(outcome.message)).taken
        }
        // Nobody has acknowledged this answer: the log says so.
        #expect(try isOwed())
        let genuine = AccessReceipt(
            for: entry.leafHash, signedBy: harness.beijing.evidenceKey)
        let foreign = AccessReceipt(
            for: entry.leafHash, signedBy: harness.hangzhou.evidenceKey)
        #expect(try await taken(foreign, place) == 0)
        #expect(try await taken(genuine, place + 1_000) == 0)
        #expect(try isOwed())
        #expect(try await taken(genuine, place) == 1)
        #expect(try !isOwed())
    }

    @Test func `our own city answers our own applications by the same policy and log`()
        async throws
    {
        let rig = try Self.shared.get()
        let hangzhou = rig.harness.hangzhou
        let hall = try rig.application(of: hangzhou, "fund-hall")
        func ask(_ reference: String, as caller: Laboratory.Credentials) async throws
            -> DisclosureRig.Answer
        {
            let body = DisclosureRig.body(
                [DisclosureRig.source("fund-account", reference, fields: ["JZNY"])],
                caseNumber: "HZ-OWN-1")
            return try await rig.call(.post, "/v1/proofs", json: body, as: caller, at: hangzhou)
        }
        let present = try await ask(rig.people.person(0), as: hall)
        #expect(present.outcome == "present", "\(present.text)")
        #expect(present.first?["fields"]?["JZNY"]?.string == "202610")
        #expect(try rig.words(present) == ["present"])
        let absent = try await ask(
            rig.people.person(SyntheticRecords.absentPerson), as: hall)
        #expect(absent.outcome == "absent", "\(absent.text)")
        let other = try await ask(
            rig.people.person(0), as: try rig.application(of: hangzhou, "kiosk"))
        #expect(other.code == "policy/no-grant", "\(other.text)")
        var found = try rig.entries("HZ-OWN-1")
        for _ in 0..<200 where found.contains(where: { !$0.hasReceipt }) {
            usleep(20_000)
            found = try rig.entries("HZ-OWN-1")
        }
        #expect(found.map(\.entry.access.outcome.name) == ["released", "absent", "refused"])
        #expect(found.allSatisfy { $0.hasReceipt })
        #expect(found.allSatisfy { $0.entry.access.requester.member == hangzhou.city.member })
        let cities = try await rig.call(.get, "/v1/cities", as: hall, at: hangzhou)
        #expect(cities.body["cities"]?[0]?["city"]?.string == hangzhou.city.member.description)
    }

    @Test func `an office that runs ahead of its chain gets city chain-behind, and nothing leaves`()
        async throws
    {
        let rig = try Self.shared.get()
        let hangzhou = rig.harness.hangzhou
        let (zeros, salt) = (String(repeating: "0", count: 64), String(repeating: "0", count: 32))
        let office = try ScriptedNode { connection in
            while connection.request() != nil {
                connection.answer(
                    """
                    {"index":"\(zeros)","found":true,"schemaId":"frr.fund-account",
                    "schemaVersion":1,"root":"\(zeros)","leafCount":32,"fields":[{"id":"JZNY",
                    "value":"209912","salt":"\(salt)","leaf":0,"path":[]}],"predicates":[]}
                    """)
            }
        }
        defer { office.close() }
        try rig.restart(hangzhou) {
            $0.office = "http://127.0.0.1:\(office.port)"
            $0.chainPatienceMilliseconds = 500
        }
        var answer = try await rig.ask("fund-account", rig.people.person(0), fields: ["JZNY"])
        for _ in 0..<50 where ["city/unreachable", "city/trust-lost"].contains(answer.code) {
            usleep(200_000)
            answer = try await rig.ask("fund-account", rig.people.person(0), fields: ["JZNY"])
        }
        #expect(answer.code == "city/chain-behind", "\(answer.text)")
        #expect(answer.outcome == "failed")
        #expect(!answer.text.contains("209912"))
        try rig.restart(hangzhou)
        var again = try await rig.ask("fund-account", rig.people.person(0), fields: ["JZNY"])
        for _ in 0..<50 where again.outcome != "present" {
            usleep(200_000)
            again = try await rig.ask("fund-account", rig.people.person(0), fields: ["JZNY"])
        }
        #expect(again.outcome == "present", "\(again.text)")
    }
}
