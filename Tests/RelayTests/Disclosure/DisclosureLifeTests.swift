// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import Glibc
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

extension `Relays among peers`.`Proofs about records` {
    @Test func `an answer is no older than the matter allows, and comes right with the next block`()
        async throws
    {
        let rig = try Self.shared.get()
        let city = rig.harness.hangzhou.city
        try rig.harness.until("the newest block is old", makesBlocks: false) {
            Timestamp.wallClock.unixSeconds > city.time + 3
        }
        func ask() async throws -> DisclosureRig.Answer {
            let body = DisclosureRig.body(
                [DisclosureRig.source("fund-account", rig.people.person(0), fields: ["JZNY"])],
                maxAgeSeconds: 2)
            return try await rig.call(.post, "/v1/proofs", json: body)
        }
        let stale = try await ask()
        #expect(stale.code == "proof/stale", "\(stale.text)")
        #expect(stale.outcome == "failed")
        city.makeBlocks(2)
        let fresh = try await ask()
        #expect(fresh.outcome == "present", "\(fresh.text)")
    }

    @Test func `a revocation is told as soon as the chain shows it, within three blocks`()
        async throws
    {
        let rig = try Self.shared.get()
        let city = rig.harness.hangzhou.city
        let licence = try #require(rig.people.licenceIdentifier(5))
        let asked = "{\"id\":\"inForce\"}"
        let before = try await rig.ask("licence", licence, predicates: [asked])
        #expect(before.first?["status"]?["code"]?.string == "01", "\(before.text)")
        try rig.update(
            "{\"kind\":\"licence\",\"reference\":\"\(licence)\",\"status\":\"07\"}")
        let waiting = try await rig.ask("licence", licence, predicates: [asked])
        // What is proven is what the chain holds; the office answers from that revision.
        #expect(waiting.first?["status"]?["code"]?.string == "01", "\(waiting.text)")
        city.makeBlocks(3)
        let after = try await rig.ask("licence", licence, predicates: [asked])
        #expect(after.first?["status"]?["code"]?.string == "07", "\(after.text)")
    }

    @Test func `a consent that is taken back ends the next request`() async throws {
        let rig = try Self.shared.get()
        let office = try rig.application(of: rig.harness.hangzhou, "fund-hall")
        func ask() async throws -> DisclosureRig.Answer {
            try await rig.ask(
                "marriage", rig.people.person(0), predicates: ["{\"id\":\"married\"}"],
                more: ",\"consent\":\"C-2026-1\"")
        }
        let given = try await ask()
        #expect(given.outcome == "present", "\(given.text)")
        #expect(given.first?["status"]?["chinese"]?.string == "结婚", "\(given.text)")
        #expect(given.first?["status"]?["inForce"]?.bool == true, "\(given.text)")
        let taken = try await rig.call(
            .post, "/v1/consents/withdrawn", json: "{\"consent\":\"C-2026-1\"}",
            as: office, at: rig.harness.hangzhou)
        #expect(taken.status == 200, "\(taken.text)")
        let refused = try await ask()
        #expect(refused.code == "policy/consent-withdrawn", "\(refused.text)")
    }

    @Test func `the person concerned sees who asked, for which matter`() async throws {
        let rig = try Self.shared.get()
        let office = try rig.application(of: rig.harness.hangzhou, "fund-hall")
        _ = try await rig.ask("fund-account", rig.people.person(3), fields: ["JZNY"])
        let question =
            "{\"kind\":\"fund-account\",\"reference\":\"\(rig.people.person(3))\"}"
        let answer = try await rig.call(
            .post, "/v1/accesses", json: question, as: office, at: rig.harness.hangzhou)
        let accesses = answer.body["accesses"]?.array ?? []
        #expect(accesses.count == 1, "\(answer.text)")
        #expect(accesses.first?["caseNumber"]?.string == "BJ-2026-0001")
        #expect(accesses.first?["requester"]?.string == "110000/110000000000000")
        #expect(accesses.first?["outcome"]?.string == "released")
    }

    @Test func `nothing is disclosed to a peer, or asked of one, that a person has paused`()
        async throws
    {
        let rig = try DisclosureRig()
        defer { rig.stop() }
        let harness = rig.harness
        func ask() async throws -> DisclosureRig.Answer {
            try await rig.call(
                .post, "/v1/proofs",
                json: DisclosureRig.body(
                    [DisclosureRig.source("fund-account", rig.people.person(1), fields: ["JZNY"])],
                    patienceSeconds: 0))
        }
        #expect(try await ask().outcome == "present")
        for relay in [harness.hangzhou, harness.beijing] {
            let other = relay === harness.hangzhou ? harness.beijing : harness.hangzhou
            relay.daemon.withLock {
                $0?.submit(.pause(chainID: other.city.chainID, reason: "test"))
            }
            try harness.until("a person's pause holds") { !relay.said("route/paused").isEmpty }
            var paused = try await ask()
            for _ in 0..<20 where paused.outcome == "present" { paused = try await ask() }
            let code = relay === harness.hangzhou ? "city/busy" : "city/unreachable"
            #expect(paused.code == code, "\(paused.text)")
            relay.daemon.withLock { $0?.submit(.resume(chainID: other.city.chainID)) }
            var resumed = try await ask()
            for _ in 0..<200 where resumed.outcome != "present" { resumed = try await ask() }
            #expect(resumed.outcome == "present", "\(resumed.text)")
        }
    }

    @Test func `a number that is not reached is no unknown field, and counts as an answer`()
        async throws
    {
        let rig = try Self.shared.get()
        let refused = try await rig.ask(
            "fund-account", rig.people.person(1),
            predicates: ["{\"id\":\"monthsGE\",\"atLeast\":600}"])
        #expect(refused.code == "proof/not-reached", "\(refused.text)")
    }

    @Test func `a field that a record does not hold is no unknown field, and counts as an answer`()
        async throws
    {
        let rig = try DisclosureRig()
        defer { rig.stop() }
        let policy = try rig.policy(of: rig.harness.hangzhou)
        let oneADay = try DisclosurePolicy(
            provider: policy.provider, resources: Array(policy.resources.values),
            grants: policy.grants.map { grant in
                var grant = grant
                grant.dailyCap = 1
                return grant
            })
        try rig.restart(rig.harness.hangzhou) { $0.policy = oneADay }
        // An account that is open holds no date of its closing.
        func ask(_ person: Int) async throws -> DisclosureRig.Answer {
            try await rig.ask("fund-account", rig.people.person(person), fields: ["XHRQ"])
        }
        let first = try await ask(1)
        #expect(first.code == "proof/not-held" && first.outcome == "failed", "\(first.text)")
        let second = try await ask(2)
        #expect(second.code == "policy/cap-reached", "\(second.text)")
    }

    @Test func `a city whose office is down says that it cannot answer, until it can`()
        async throws
    {
        let rig = try DisclosureRig()
        defer { rig.stop() }
        func city(until code: String?) async throws -> JSON? {
            var city: JSON?
            for _ in 0..<150 {
                city = try await rig.call(.get, "/v1/cities").body["cities"]?.array?.first
                if city?["code"]?.string == code { return city }
                try await Task.sleep(for: .milliseconds(100))
            }
            return city
        }
        let nobody = "http://127.0.0.1:1"
        try rig.restart(rig.harness.hangzhou) { $0.office = nobody }
        let down = try await city(until: "city/office-failed")
        #expect(down?["canAnswer"]?.bool == false, "\(String(describing: down))")
        #expect(down?["code"]?.string == "city/office-failed")
        #expect(down?["counter"]?["chinese"]?.string?.isEmpty == false)
        try rig.restart(rig.harness.hangzhou)
        let back = try await city(until: nil)
        #expect(back?["canAnswer"]?.bool == true, "\(String(describing: back))")
    }

    @Test func `a use-code opens nothing again when its answer is no longer held`() async throws {
        let rig = try DisclosureRig()
        defer { rig.stop() }
        let licence = try #require(rig.people.licenceIdentifier(0))
        let made = try await rig.call(
            .post, "/v1/presentations",
            json: """
                {"kind":"licence","reference":"\(licence)","serviceItem":"110000-LOAN-01",
                "caseNumber":"BJ-2026-0001","officer":"window-3","mode":"holder"}
                """)
        let code = try #require(made.body["code"]?.string, "\(made.text)")
        let body = DisclosureRig.body(
            [
                DisclosureRig.source(
                    "licence", licence, predicates: ["{\"id\":\"inForce\"}"],
                    more: ",\"presentation\":\"\(code)\"")
            ])
        let opened = try await rig.call(.post, "/v1/proofs", json: body)
        #expect(opened.outcome == "present", "\(opened.text)")
        try rig.restart(rig.harness.beijing)
        let again = try await rig.call(.post, "/v1/proofs", json: body)
        #expect(again.code == "proof/replayed", "\(again.text)")
        #expect(try rig.entries("BJ-2026-0001").count == 1)
    }

    @Test func `a signed request is answered once, and only by its signer`() async throws {
        let rig = try Self.shared.get()
        let harness = rig.harness
        let wire = try PeerWire(to: harness.hangzhou, as: harness.beijing.credentials)
        defer { wire.stop() }
        let message = try rig.request(rig.people.person(0))
        func disclose(_ message: DiscloseRequest) async throws -> DiscloseResponse {
            try await rig.disclose(message, wire)
        }
        let first = try await disclose(message)
        #expect(first.code == "" && !first.entry.isEmpty)
        #expect(try await disclose(message).code == "request/replayed")
    }

    @Test func `a refusal before the policy has its entry, once it is certain who asked`()
        async throws
    {
        let rig = try Self.shared.get()
        let wire = try PeerWire(
            to: rig.harness.hangzhou, as: rig.harness.beijing.credentials)
        defer { wire.stop() }
        var forged = try rig.request(rig.people.person(1))
        forged.signature[0] ^= 1
        let unsigned = try await rig.disclose(forged, wire)
        #expect(unsigned.code == "request/bad-signature" && unsigned.entry.isEmpty)
        var other = try rig.request(rig.people.person(1))
        other.reference = rig.people.person(2)
        let mismatched = try await rig.disclose(other, wire)
        #expect(mismatched.code == "request/malformed" && !mismatched.entry.isEmpty)
        let old = try rig.request(rig.people.person(1), madeSecondsAgo: 3_600)
        let late = try await rig.disclose(old, wire)
        #expect(late.code == "request/clock-skew" && !late.entry.isEmpty)
        #expect(try await rig.disclose(old, wire).code == "request/replayed")
    }

    @Test func `nothing that names or describes a person is in a store or in what was said`()
        async throws
    {
        let rig = try Self.shared.get()
        _ = try await rig.ask(
            "fund-account", rig.people.person(0), fields: ["GRZHYE", "GRZHZT"],
            sourceMore: ",\"fieldReason\":\"value-required\"")
        var planted = ["王小明", "800000", "2026-000000", "9600.00"]
        planted += (0..<10).map { rig.people.person($0) }
        planted += (0..<10).compactMap { rig.people.licenceIdentifier($0) }
        for relay in [rig.harness.hangzhou, rig.harness.beijing] {
            var texts: [(String, [UInt8])] = []
            for name in ["relay.db", "relay.db-wal", "access.db", "access.db-wal"] {
                let path = relay.folder.file(name)
                if let bytes = try? Corpus.read(path) { texts.append((name, bytes)) }
            }
            #expect(texts.count >= 2)
            let said = relay.notes.withLock { $0.map { "\($0.code) \($0.detail)" } }
            texts.append(("log", Array(said.joined(separator: "\n").utf8)))
            for (name, bytes) in texts {
                for value in planted {
                    #expect(
                        !bytes.contains(Array(value.utf8)),
                        "\(relay.city.chainID): \(name) holds \(value)")
                }
            }
        }
    }

    @Test func `a city that is away is asked again, and the answer waits under its number`()
        async throws
    {
        let rig = try Self.shared.get()
        rig.harness.hangzhou.stop()
        let body = DisclosureRig.body(
            [DisclosureRig.source("fund-account", rig.people.person(0), fields: ["JZNY"])],
            waitMilliseconds: 200, patienceSeconds: 60)
        let working = try await rig.call(.post, "/v1/proofs", json: body)
        #expect(working.status == 202, "\(working.text)")
        #expect(working.outcome == "working")
        let id = try #require(working.body["id"]?.string)
        // Beijing's relay hears of it when its connection ends.
        var away = try await rig.call(.get, "/v1/cities")
        for _ in 0..<500 where away.body["cities"]?.array?.first?["canAnswer"]?.bool == true {
            usleep(20_000)
            away = try await rig.call(.get, "/v1/cities")
        }
        let city = away.body["cities"]?.array?.first
        #expect(city?["canAnswer"]?.bool == false, "\(away.text)")
        #expect(city?["counter"]?["chinese"]?.string?.isEmpty == false)
        try rig.start(rig.harness.hangzhou)
        let events = try await rig.call(.get, "/v1/proofs/\(id)/events")
        #expect(events.text.contains("event: answer"), "\(events.text)")
        #expect(events.text.contains("event: complete"))
        let done = try await rig.call(.get, "/v1/proofs/\(id)")
        #expect(done.status == 200)
        #expect(done.outcome == "present", "\(done.text)")
    }
}

extension [UInt8] {
    /// Whether the bytes stand somewhere in these.
    fileprivate func contains(_ part: [UInt8]) -> Bool {
        guard let first = part.first, count >= part.count else { return false }
        var index = startIndex
        while let found = self[index...].firstIndex(of: first), found + part.count <= count {
            if self[found..<found + part.count].elementsEqual(part) { return true }
            index = found + 1
        }
        return false
    }
}
