// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayAPI
import RelayLaboratory
import RelayTransport
import Synchronization
import TestSupport
import Testing

extension `Relays among peers` {
    /// A manifest that lives ten minutes, and two relays whose clocks go past its end. What a
    /// packet is told then is the engine's own test.
    @Suite(.serialized) struct `Doors after the manifest ran out` {
        static let life: Int64 = 600
        static let code = "manifest/expired"

        private func outlive(_ rig: DisclosureRig) {
            for relay in [rig.harness.hangzhou, rig.harness.beijing] {
                relay.clockOffset.withLock { $0 = Self.life + 1 }
            }
        }

        private func refused(_ answer: DisclosureRig.Answer, _ status: Int = 503) {
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.body["code"]?.string == Self.code, "\(answer.text)")
            #expect(answer.body["counterChinese"]?.string?.contains("有效期") == true)
            #expect(answer.body["next"]?.string?.isEmpty == false)
        }

        @Test func `no proof is asked for, and those that were can be fetched`() async throws {
            let rig = try DisclosureRig(withManifest: true, lifeSeconds: Self.life)
            defer { rig.stop() }
            func ask(_ key: String) async throws -> DisclosureRig.Answer {
                try await rig.ask(
                    "fund-account", rig.people.person(1),
                    predicates: ["{\"id\":\"SixMconFlag\"}"], key: key)
            }
            let before = try await ask("one")
            try #require(before.outcome == "present", "\(before.text)")
            let id = try #require(before.body["id"]?.string)
            outlive(rig)
            refused(try await ask("two"))
            // The same key again is no new question.
            #expect(try await ask("one").body["id"]?.string == id)
            #expect(try await rig.call(.get, "/v1/proofs/\(id)").outcome == "present")
        }

        @Test func `no question of another city is answered, and the log says so`() async throws {
            let rig = try DisclosureRig(withManifest: true, lifeSeconds: Self.life)
            defer { rig.stop() }
            let wire = try PeerWire(to: rig.harness.hangzhou, as: rig.harness.beijing.credentials)
            defer { wire.stop() }
            let person = rig.people.person(1)
            let first = try await rig.disclose(rig.request(person), wire)
            #expect(first.code.isEmpty, "\(first.code) \(first.detail)")
            rig.harness.hangzhou.clockOffset.withLock { $0 = Self.life + 1 }
            let late = try await rig.disclose(
                rig.request(person, madeSecondsAgo: -Self.life - 1), wire)
            #expect(late.code == Self.code, "\(late.detail)")
            #expect(try rig.entries("BJ-2026-0002").count == 2)
            // It was asked before the manifest ran out, and is on its way since.
            let open = try await rig.disclose(
                rig.request(person, madeSecondsAgo: 200 - Self.life), wire)
            #expect(open.code.isEmpty, "\(open.code) \(open.detail)")
        }

        @Test func `no licence is issued, and one that is there can be suspended`() async throws {
            let rig = try DisclosureRig(
                chainPatienceMilliseconds: 15_000, withManifest: true, lifeSeconds: Self.life)
            defer { rig.stop() }
            let relay = rig.harness.hangzhou
            let hall = try rig.application(of: relay, "licence-hall")
            let numbers = try [91, 92].map {
                try LicenceRig.identifier($0, code: relay.city.code)
            }
            func issue(_ number: Int, _ key: String) async throws -> DisclosureRig.Answer {
                let body =
                    "{\"idempotencyKey\":\"\(key)\",\"officer\":\"window-3\","
                    + "\"caseNumber\":\"HZ-2026-1\",\"identifier\":\"\(numbers[number])\","
                    + "\"fields\":{\"certificate_name\":\"操作资格证书\","
                    + "\"certificate_holder\":\"甲某\",\"certificateExpiringDate\":\"20300101\"}}"
                return try await rig.call(.post, "/v1/licences", json: body, as: hall, at: relay)
            }
            try await rig.harness.whileBlocksGoOn {
                let made = try await issue(0, "one")
                try #require(made.status == 201, "\(made.text)")
                let id = try #require(made.body["id"]?.string)
                outlive(rig)
                refused(try await issue(1, "two"))
                #expect(try await issue(0, "one").body["id"]?.string == id)
                func act(_ act: String, _ more: String = "") async throws -> DisclosureRig.Answer {
                    try await rig.call(
                        .post, "/v1/licences/\(id)/acts",
                        json: LicenceRig.actBody(act, key: "act-\(act)", more: more), as: hall,
                        at: relay)
                }
                refused(try await act("transfer-out", ",\"city\":\"110000\""))
                let suspended = try await act("suspend")
                #expect(suspended.body["status"]?["code"]?.string == "02", "\(suspended.text)")
            }
        }

        @Test func `no letter is opened, and open ones may be spoken of`() async throws {
            let rig = try DisclosureRig(withManifest: true, lifeSeconds: Self.life)
            defer { rig.stop() }
            let relay = rig.harness.hangzhou
            let fund = try rig.application(of: relay, "fund")
            func say(_ act: String, _ more: String) async throws -> DisclosureRig.Answer {
                let key = "key-\(UInt64.random(in: .min ... .max))"
                return try await rig.call(
                    .post, "/v1/letters",
                    json: "{\"idempotencyKey\":\"\(key)\",\"act\":\"\(act)\"\(more)}", as: fund,
                    at: relay)
            }
            let new =
                ",\"to\":\"110000000000000\",\"account\":\"01\",\"fields\":{\"TranCenName\":\"北京中心\","
                + "\"EmpName\":\"甲某\",\"DocType\":\"01\",\"IdNum\":\""
                + SyntheticPeople.identityNumber(division: "330100", index: 1)
                + "\",\"TranRefAcctNo\":\"6220001\",\"TranRefAcctName\":\"杭州中心\","
                + "\"TranBank\":\"某银行\"}"
            let before = try await say("application", new)
            #expect(before.code != Self.code, "\(before.text)")
            outlive(rig)
            refused(try await say("application", new))
            let word = try await say(
                "withdrawal", ",\"letter\":\"330100000000000-3301002611270001\",\"fields\":{}")
            #expect(word.code != Self.code && word.status != 200, "\(word.text)")
        }
    }
}
