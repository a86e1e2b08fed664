// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayAPI
import RelayLaboratory
import RelayStore
import RelayTransport
import TestSupport
import Testing

/// Licences that are read or given away stand in the access log, refusals too.
extension `Relays among peers`.`Licences of a city` {
    private func entries(
        _ relay: PeerHarness.Relay, _ change: (inout AccessQuery) -> Void
    ) throws -> [FoundAccess] {
        var query = AccessQuery()
        change(&query)
        return try AccessLogReader(path: relay.folder.file("access.db")).entries(query)
            .filter { $0.entry.access.resource.text == "licence" }
    }

    private func isSigned(_ found: FoundAccess, by relay: PeerHarness.Relay) -> Bool {
        var signatures = SignatureVerifier()
        return EvidenceSignature.request.isValid(
            found.entry.access.requestSignature, of: found.entry.access.ticket.bytes,
            keys: [relay.evidenceKey.publicKey], &signatures)
    }

    @Test func `an application that is no licence hall reads and changes none`() async throws {
        let rig = try Self.shared.get()
        let made = try await rig.issue(try rig.identifier(77), key: "named-77")
        let id = try #require(made.body["id"]?.string, "\(made.text)")
        let stranger = try rig.disclosure.application(of: rig.hangzhou, "parking-desk")
        let calls: [(HTTPMethod, String, String?)] = [
            (.post, "/v1/licences", "{}"), (.post, "/v1/licences/find", "{}"),
            (.get, "/v1/licences/\(id)", nil), (.get, "/v1/licences/\(id)/events", nil),
            (.post, "/v1/licences/\(id)/acts", "{}"),
        ]
        for (method, path, body) in calls {
            let answer = try await rig.disclosure.call(
                method, path, json: body, as: stranger, at: rig.hangzhou)
            #expect(answer.status == 403, "\(path): \(answer.text)")
            #expect(answer.code == "access/not-admitted", "\(path): \(answer.text)")
        }
    }

    @Test func `a look at a licence, and at none, has its entry before it is answered`()
        async throws
    {
        let rig = try Self.shared.get()
        let identifier = try rig.identifier(40)
        let made = try await rig.issue(identifier, key: "seen-40")
        let id = try #require(made.body["id"]?.string, "\(made.text)")
        let index = try #require(Digest(hex: id))
        func looks() throws -> [FoundAccess] {
            try entries(rig.hangzhou) { $0.record = index }
        }
        // Whoever issues it has said all of it.
        #expect(try looks().isEmpty)
        _ = try await rig.find(identifier, at: rig.hangzhou)
        _ = try await rig.get(id)
        let found = try looks()
        try #require(found.count == 2)
        for look in found {
            let access = look.entry.access
            #expect(access.outcome.name == "released" && access.purpose.text == "licence-read")
            #expect(access.requester.member == access.provider)
            #expect(access.caseNumber.text == LicenceRig.caseNumber)
            #expect(access.requester.application.text == "licence-hall")
            #expect(access.items.map(\.text) == ["status"] && access.basis == .statutoryDuty)
            #expect(isSigned(look, by: rig.hangzhou))
        }
        // As an auditor looks for them: by officer, purpose and case.
        let officer = found[0].entry.access.requester.officer
        let same = try entries(rig.hangzhou) {
            $0.officer = officer
            $0.purpose = "licence-read"
            $0.caseNumber = LicenceRig.caseNumber
        }
        #expect(same.contains { $0.entry.access.record == index })
        try await rig.until("the receipts are there") { try looks().allSatisfy(\.hasReceipt) }

        let nowhere = SHA256.hash([40]).description
        let none = try await rig.get(nowhere)
        #expect(none.status == 404)
        let absent = try entries(rig.hangzhou) { $0.record = Digest(hex: nowhere) }
        #expect(absent.map(\.entry.access.outcome.name) == ["absent"])
    }

    @Test func `a look without officer and case is refused`() async throws {
        let rig = try Self.shared.get()
        let nowhere = SHA256.hash([41]).description
        for headers in [[], [HTTPHeader("cityrelay-officer", "window-3")]] {
            let answer = try await rig.call(
                .get, "/v1/licences/\(nowhere)", headers: headers, at: rig.hangzhou)
            #expect(answer.status == 400 && answer.code == "request/malformed", "\(answer.text)")
        }
        let named = try await rig.call(
            .get, "/v1/licences/\(nowhere)",
            headers: [
                HTTPHeader("cityrelay-officer", "431302188001010014"),
                HTTPHeader("cityrelay-case", "C-1"),
            ],
            at: rig.hangzhou)
        #expect(named.code == "request/malformed")
        #expect(!named.text.contains("431302188001010014"))
    }

    @Test func `what goes to another city has an entry with its commitment, and so has a refusal`()
        async throws
    {
        let rig = try Self.shared.get()
        let old = try rig.identifier(42)
        let made = try await rig.issue(old, key: "given-42")
        let id = try #require(made.body["id"]?.string, "\(made.text)")
        let index = Digest(hex: id)
        func given() throws -> [FoundAccess] {
            try entries(rig.hangzhou) {
                $0.record = index
                $0.purpose = "licence-transfer-out"
            }
        }
        _ = try await rig.act("suspend", on: id)
        let refused = try await rig.act("transfer-out", on: id, more: ",\"city\":\"110000\"")
        #expect(refused.code == "licence/no-end", "\(refused.text)")
        #expect(try given().map(\.entry.access.outcome.refusal?.text) == ["licence/no-end"])
        _ = try await rig.act("resume", on: id)
        let offered = try await rig.act("transfer-out", on: id, more: ",\"city\":\"110000\"")
        #expect(offered.status == 200, "\(offered.text)")
        let entry = try #require(try given().last?.entry.access)
        #expect(entry.mode == .record && entry.serviceItem.text == "licences:110000000000000")
        #expect(try given().count == 2)
        try await rig.until("the offer has arrived") {
            try await rig.get(id).body["move"]?["waiting"] == nil
        }
        let key = try #require(offered.body["move"]?["key"]?.string)
        guard case .released(let proof, _) = entry.outcome else {
            Issue.record("\(entry.outcome)")
            return
        }
        #expect(commitment(of: key, rig) == proof)
        let new = try rig.identifier(43, of: rig.beijing)
        let taking = try await rig.take(new, replacing: old, key: "given-take-42")
        try #require(taking.status == 201, "\(taking.text)")
        let taken = try entries(rig.beijing) { $0.purpose = "licence-transfer-in" }
        #expect(taken.last?.entry.access.serviceItem.text == "licences:330100000000000")
        #expect(taken.last?.entry.access.items.map(\.text) == ["certificate_identifier"])
        let none = try await rig.take(
            try rig.identifier(44, of: rig.beijing), replacing: try rig.identifier(45),
            key: "given-none")
        #expect(none.code == "licence/no-such-move")
        let last = try entries(rig.beijing) { $0.purpose = "licence-transfer-in" }.last
        #expect(last?.entry.access.outcome.refusal?.text == "licence/no-such-move")
        #expect(last.map { isSigned($0, by: rig.beijing) } == true)
    }

    /// Of the newest offer of a move, as Beijing's chain has received it.
    private func commitment(of key: String, _ rig: LicenceRig) -> Digest? {
        var found: Digest?
        for sequence in 1...300 {
            let place = Array("recv/07-tendermint-0/\(sequence)".utf8)
            let value = rig.beijing.city.node.perform {
                $0.chain.query(ApplicationQuery(path: "/store/licence/key", data: place)).value
            }
            guard let bytes = value ?? nil,
                case .move(let word)? = try? LicencePacket(reading: bytes),
                word.context.key.description == key, word.act == .offer
            else { continue }
            found = word.commitment
        }
        return found
    }

    @Test func `an offer sealed to an office's key before is taken, and the new key is told`()
        async throws
    {
        let rig = try Self.shared.get()
        func move(_ number: Int, rotates: Bool) async throws {
            let old = try rig.identifier(number)
            let made = try await rig.issue(old, key: "rotated-\(number)")
            let id = try #require(made.body["id"]?.string, "\(made.text)")
            _ = try await rig.act("transfer-out", on: id, more: ",\"city\":\"110000\"")
            try await rig.until("the offer has arrived") {
                try await rig.get(id).body["move"]?["waiting"] == nil
            }
            if rotates { try rig.rotateOfficeKey(of: rig.beijing) }
            let new = try rig.identifier(number + 1, of: rig.beijing)
            let taking = try await rig.take(new, replacing: old, key: "rotated-take-\(number)")
            try #require(taking.status == 201, "\(taking.text)")
            try await rig.until("the new licence is in force") {
                try await rig.find(new, at: rig.beijing).body["status"]?["code"]?.string == "01"
            }
        }
        let before = try rig.officeKey(of: "110000", at: rig.hangzhou)
        try await move(46, rotates: true)
        try await rig.until("Hangzhou's chain has the new key") {
            rig.makeBlocks()
            return try rig.officeKey(of: "110000", at: rig.hangzhou) != before
        }
        try await move(48, rotates: false)
    }
}
