// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

extension `Relays among peers` {
    /// Two cities' halls change and move licences, through two whole relays, offices and chains.
    @Suite(.serialized) struct `Licences of a city` {
        static let shared = Result<LicenceRig, any Error> { try LicenceRig() }

        private func rig() throws -> LicenceRig { try Self.shared.get() }

        @Test func `a new licence can be proven to another city`() async throws {
            let rig = try rig()
            let identifier = try rig.identifier(1)
            let made = try await rig.issue(identifier, key: "issue-1")
            try #require(made.status == 201, "\(made.text)")
            #expect(made.body["status"]?["code"]?.string == "01")
            #expect(made.body["status"]?["inForce"]?.bool == true)
            #expect(made.body["move"] == nil)
            let proof = try await rig.proof(of: identifier)
            #expect(proof.outcome == "present", "\(proof.text)")
            #expect(proof.first?["status"]?["code"]?.string == "01")
            let again = try await rig.issue(identifier, key: "issue-1")
            #expect(again.status == 201 && again.body["id"] == made.body["id"])
            let twice = try await rig.issue(identifier, key: "issue-1b")
            #expect(twice.status == 409)
            #expect(twice.code == "licence/already-issued", "\(twice.text)")
            #expect(twice.body["counterChinese"]?.string == LicenceErrorCode.alreadyIssued.chinese)
            let other = try await rig.issue(try rig.identifier(2), key: "issue-1")
            #expect(other.code == "idempotency/other-body")
        }

        @Test func `it is renewed, suspended, given back and revoked, and then nothing more`()
            async throws
        {
            let rig = try rig()
            let made = try await rig.issue(try rig.identifier(3), key: "issue-3")
            let id = try #require(made.body["id"]?.string, "\(made.text)")
            func act(_ act: String, _ more: String = "") async throws -> DisclosureRig.Answer {
                try await rig.act(act, on: id, more: more)
            }
            let renewed = try await act(
                "renew", ",\"fields\":{\"certificateExpiringDate\":\"20350101\"}")
            #expect(renewed.body["revision"]?.int64 == 2, "\(renewed.text)")
            #expect(try await act("suspend").body["status"]?["code"]?.string == "02")
            for refused in ["suspend", "renew"] {
                #expect(try await act(refused).code == "licence/wrong-status", "\(refused)")
            }
            #expect(try await act("transfer-out", ",\"city\":\"110000\"").code == "licence/no-end")
            #expect(try await act("cancel-transfer").code == "licence/no-such-move")
            #expect(try await act("resume").body["status"]?["code"]?.string == "01")
            let revoked = try await act("revoke")
            #expect(revoked.body["status"]?["code"]?.string == "07", "\(revoked.text)")
            #expect(revoked.body["status"]?["final"]?.bool == true)
            for refused in ["renew", "suspend", "resume", "revoke", "surrender"] {
                let answer = try await act(refused)
                #expect(answer.status == 409 && answer.code == "licence/ended", "\(answer.text)")
            }
            let seen = try await rig.get(id)
            #expect(seen.body["status"] == revoked.body["status"])
        }

        @Test func `it moves: 06 for good where it was, in force where it is now`() async throws {
            let rig = try rig()
            let old = try rig.identifier(4)
            let made = try await rig.issue(old, key: "issue-4")
            let id = try #require(made.body["id"]?.string, "\(made.text)")
            let offered = try await rig.act(
                "transfer-out", on: id, key: "offer-4", more: ",\"city\":\"110000\"")
            try #require(offered.status == 200, "\(offered.text)")
            #expect(offered.body["status"]?["code"]?.string == "06")
            #expect(offered.body["status"]?["final"]?.bool == false)
            #expect(offered.body["move"]?["phase"]?.string == "offered")
            let packet = offered.body["move"]?["packets"]?.array?.first?["id"]?.string ?? ""
            #expect(packet.hasPrefix("out/07-tendermint-"), "\(offered.text)")
            try await rig.until("the offer has arrived") {
                try await rig.get(id).body["move"]?["waiting"] == nil
            }
            let new = try rig.identifier(5, of: rig.beijing)
            let taking = try await rig.take(new, replacing: old, key: "take-4")
            try #require(taking.status == 201, "\(taking.text)")
            #expect(taking.body["status"] == nil, "\(taking.text)")
            #expect(taking.body["move"]?["side"]?.string == "destination")
            let there = try #require(taking.body["id"]?.string)
            try await rig.until("the new licence is in force") {
                let seen = try await rig.get(there, at: rig.beijing)
                return seen.body["status"]?["code"]?.string == "01"
            }
            let here = try await rig.get(id)
            #expect(here.body["move"]?["phase"]?.string == "taken", "\(here.text)")
            #expect(here.body["status"]?["final"]?.bool == true)
            let proof = try await rig.proof(of: old)
            #expect(proof.first?["status"]?["code"]?.string == "06", "\(proof.text)")
            let late = try await rig.act("cancel-transfer", on: id)
            #expect(late.code == "licence/taken-first", "\(late.text)")
            // A repeated call says what became of it, and sends nothing.
            let again = try await rig.act(
                "transfer-out", on: id, key: "offer-4", more: ",\"city\":\"110000\"")
            #expect(again.status == 200 && again.body["move"]?["phase"]?.string == "taken")
            let packets = again.body["move"]?["packets"]?.array ?? []
            #expect(packets.count == 2, "\(again.text)")
        }

        @Test func `taken or cancelled, never both, when both halls call at once`() async throws {
            let rig = try rig()
            let old = try rig.identifier(6)
            let made = try await rig.issue(old, key: "issue-6")
            let id = try #require(made.body["id"]?.string, "\(made.text)")
            _ = try await rig.act(
                "transfer-out", on: id, key: "offer-6", more: ",\"city\":\"110000\"")
            try await rig.until("the offer has arrived") {
                try await rig.get(id).body["move"]?["waiting"] == nil
            }
            let new = try rig.identifier(7, of: rig.beijing)
            async let taking = rig.take(new, replacing: old, key: "take-6")
            async let cancelling = rig.act("cancel-transfer", on: id, key: "cancel-6")
            let (taken, cancelled) = try await (taking, cancelling)
            try await rig.until("the race is decided") {
                let move = try await rig.get(id).body["move"]
                return move?["waiting"] == nil && move?["phase"]?.string != "offered"
            }
            let phase = try await rig.get(id).body["move"]?["phase"]?.string
            if phase == "cancelled" {
                try await rig.until("it is in force again") {
                    try await rig.get(id).body["status"]?["code"]?.string == "01"
                }
                let there = try await rig.find(new, at: rig.beijing)
                #expect(there.body["status"] == nil, "\(taken.text)")
            } else {
                #expect(phase == "taken", "\(cancelled.text)")
                try await rig.until("the new licence is in force") {
                    try await rig.find(new, at: rig.beijing).body["status"]?["code"]?.string
                        == "01"
                }
                #expect(try await rig.get(id).body["status"]?["code"]?.string == "06")
            }
        }

        @Test func `who follows a licence hears every change, each with its entry in the log`()
            async throws
        {
            let rig = try rig()
            let made = try await rig.issue(try rig.identifier(12), key: "issue-12")
            let id = try #require(made.body["id"]?.string, "\(made.text)")
            let path = "/v1/licences/\(id)/events"
            let headers = [
                HTTPHeader("cityrelay-officer", "window-3"),
                HTTPHeader("cityrelay-case", "HZ-2026-12"),
            ]
            let silent = try await rig.call(.get, path, at: rig.hangzhou)
            #expect(silent.code == "request/malformed", "\(silent.text)")
            let nowhere = "/v1/licences/\(SHA256.hash([12]))/events"
            let none = try await rig.call(.get, nowhere, headers: headers, at: rig.hangzhou)
            #expect(none.code == "licence/not-found", "\(none.text)")

            func entries() throws -> Int {
                var query = AccessQuery()
                query.caseNumber = "HZ-2026-12"
                query.record = Digest(hex: id)
                return try AccessLogReader(path: rig.hangzhou.folder.file("access.db"))
                    .entries(query).count
            }
            // It ends by itself: nothing follows a revocation.
            async let following = rig.call(.get, path, headers: headers, at: rig.hangzhou)
            for (number, act) in ["suspend", "revoke"].enumerated() {
                try await rig.until("it was told \(number + 1) times") {
                    try entries() == number + 1
                }
                let done = try await rig.act(act, on: id)
                #expect(done.status == 200, "\(done.text)")
            }
            let told = try await following.text
            let codes = told.split(separator: "\n").compactMap { line -> String? in
                guard line.hasPrefix("data: ") else { return nil }
                let view = try? JSON.parse(Array(line.dropFirst(6).utf8))
                return view?["status"]?["code"]?.string
            }
            #expect(codes == ["01", "02", "07"], "\(told)")
            #expect(try entries() == 3)
        }

        @Test func `an offer is taken back, and may be made again`() async throws {
            let rig = try rig()
            let old = try rig.identifier(8)
            let made = try await rig.issue(old, key: "issue-8")
            let id = try #require(made.body["id"]?.string, "\(made.text)")
            _ = try await rig.act("transfer-out", on: id, more: ",\"city\":\"110000\"")
            try await rig.until("the offer has arrived") {
                try await rig.get(id).body["move"]?["waiting"] == nil
            }
            let cancelled = try await rig.act("cancel-transfer", on: id)
            #expect(cancelled.status == 200, "\(cancelled.text)")
            try await rig.until("it is in force again") {
                try await rig.get(id).body["status"]?["code"]?.string == "01"
            }
            let late = try await rig.take(
                try rig.identifier(9, of: rig.beijing), replacing: old, key: "take-8")
            #expect(late.code == "licence/cancelled-first", "\(late.text)")
            let none = try await rig.take(
                try rig.identifier(9, of: rig.beijing), replacing: try rig.identifier(10),
                key: "take-none")
            #expect(none.status == 404 && none.code == "licence/no-such-move", "\(none.text)")
        }

        static let malformed: [(body: String, code: String)] = [
            ("{", "request/malformed"),
            ("{\"idempotencyKey\":\"m1\"}", "request/malformed"),
            (LicenceRig.actBody("fly", key: "m2"), "request/malformed"),
            (LicenceRig.actBody("transfer-out", key: "m3"), "request/malformed"),
            (
                LicenceRig.actBody("renew", key: "m4", more: ",\"city\":\"110000\""),
                "request/malformed"
            ),
            (
                LicenceRig.actBody("suspend", key: "m5", more: ",\"fields\":{\"a\":\"b\"}"),
                "request/malformed"
            ),
            (
                LicenceRig.actBody("suspend", key: "m6", more: ",\"identifier\":\"x\""),
                "request/malformed"
            ),
            (
                LicenceRig.actBody("transfer-out", key: "m7", more: ",\"city\":\"999999\""),
                "city/unknown"
            ),
            (LicenceRig.actBody("suspend", key: "m8"), "licence/not-found"),
        ]

        @Test func `what is not in form, or not there, is refused by its own code`() async throws {
            let rig = try rig()
            let nowhere = SHA256.hash([9]).description
            for (body, code) in Self.malformed {
                let answer = try await rig.call(
                    .post, "/v1/licences/\(nowhere)/acts", json: body, at: rig.hangzhou)
                #expect(answer.code == code, "\(body): \(answer.text)")
            }
            let bad = try await rig.call(
                .get, "/v1/licences/\(try rig.identifier(1))", at: rig.hangzhou)
            #expect(bad.code == "request/malformed")
            #expect(!bad.text.contains("1.2.156"))
            let none = try await rig.get(nowhere)
            #expect(none.status == 404 && none.code == "licence/not-found")
            let foreign = try await rig.disclosure.call(
                .get, "/v1/licences/\(nowhere)", as: rig.hall(of: rig.beijing),
                at: rig.hangzhou)
            #expect(foreign.status == 403 && foreign.code == "identity/foreign-member")
        }

        @Test func `no number and no holder is in a store, in a log or in a listing`() async throws
        {
            let rig = try rig()
            let identifier = try rig.identifier(11)
            let made = try await rig.issue(identifier, key: "issue-11")
            let id = try #require(made.body["id"]?.string, "\(made.text)")
            _ = try await rig.act("transfer-out", on: id, more: ",\"city\":\"110000\"")
            try await rig.until("the offer has arrived") {
                try await rig.get(id).body["move"]?["waiting"] == nil
            }
            let planted = [identifier, "20261127000000001011", LicenceRig.holder]
            let shown = try await rig.get(id)
            for text in planted { #expect(!shown.text.contains(text)) }
            for relay in [rig.hangzhou, rig.beijing] {
                var texts: [(String, [UInt8])] = []
                for name in ["relay.db", "relay.db-wal", "access.db", "access.db-wal"] {
                    if let bytes = try? Corpus.read(relay.folder.file(name)) {
                        texts.append((name, bytes))
                    }
                }
                #expect(texts.count >= 2)
                let said = relay.notes.withLock { $0.map { "\($0.code) \($0.detail)" } }
                texts.append(("log", Array(said.joined(separator: "\n").utf8)))
                for (name, bytes) in texts {
                    for value in planted {
                        #expect(
                            bytes.firstRange(of: Array(value.utf8)) == nil,
                            "\(relay.city.chainID): \(name) holds \(value)")
                    }
                }
            }
        }
    }
}
