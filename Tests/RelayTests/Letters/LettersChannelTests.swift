// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import FoundationEssentials
import LightClient
import RelayAPI
import RelayLaboratory
import RelayStore
import RelayTransport
import TestSupport
import Testing

/// What happens around letters: a chain that forks, an institution that ends, blocks that are
/// gone, a calendar that is missing. Each with relays of its own.
extension `Relays among peers` {
    @Suite(.serialized) struct `Letters and the world around them` {
        @Test func `a fork of the other chain freezes its letters, also after a restart`()
            async throws
        {
            let rig = try LettersRig()
            defer { rig.harness.stop() }
            try await rig.introduce()
            let opened = try await rig.apply(0)
            try #require(opened.status == 202, "\(opened.text)")
            try await rig.until(opened.letter, is: "01")
            #expect(
                try await rig.get(rig.hangzhou, opened.letter).body["channelFrozen"] == .bool(false)
            )
            try await fork(rig.harness)
            try await rig.until("the letter is frozen") {
                try await rig.get(rig.hangzhou, opened.letter).body["channelFrozen"]?.bool == true
            }
            let said = rig.harness.hangzhou.said("letters/channel-frozen")
            #expect(said.count == 1, "\(said)")
            let height = rig.harness.hangzhou.city.height
            let word = try await rig.say(rig.hangzhou, "withdrawal", opened.letter)
            #expect(word.status == 503 && word.code == "letter/channel-frozen", "\(word.text)")
            #expect(word.body["counterChinese"]?.string == "对方链已被冻结，待联盟处理")
            let other = try await rig.apply(1)
            #expect(other.status == 503 && other.code == "letter/channel-frozen", "\(other.text)")
            rig.harness.hangzhou.stop()
            try rig.start(rig.harness.hangzhou)
            try await rig.until("the relay answers") {
                try await rig.get(rig.hangzhou, opened.letter).status == 200
            }
            let after = try await rig.get(rig.hangzhou, opened.letter)
            #expect(after.body["channelFrozen"]?.bool == true, "\(after.text)")
            #expect(after.state == "01" && rig.harness.hangzhou.city.height >= height)
        }

        /// A second header of Beijing at a height that Hangzhou's relay trusts already.
        private func fork(_ harness: PeerHarness) async throws {
            harness.beijing.stop()
            let wire = try PeerWire(to: harness.hangzhou, as: harness.beijing.credentials)
            defer { wire.stop() }
            let city = harness.beijing.city
            let made = try HandMadeDelivery(harness)
            let base = try #require(
                try harness.hangzhou.journal().headers(chainID: city.chainID).map(\.height.height)
                    .filter { $0 < made.trusted.height }.max())
            let forged = try city.header(at: made.trusted.height, trusted: base) {
                $0.appHash = [UInt8](repeating: 7, count: 32)
            }
            _ = try await wire.deliver(
                DeliverRequest(
                    chainID: city.chainID, update: ClientUpdate(headers: [forged]),
                    proofHeight: made.trusted, packets: []))
            let client = try #require(try harness.hangzhou.journal().clients().first)
            #expect(client.isFrozen)
        }

        @Test func `an institution that has ended gets no letter, and its successor is named`()
            async throws
        {
            let own = "330100000000000@|$杭州中心@|$@|$@|$@|$@|$@|$\n"
            let ended =
                "110000000000000@|$北京旧中心@|$@|$@|$@|$20251231@|$110000000000001@|$\n"
                + "110000000000001@|$北京中心@|$@|$@|$20260101@|$@|$@|$\n"
            let registry = try InstitutionRegistry(reading: Array((own + ended).utf8))
            let rig = try LettersRig { letters in
                guard letters.institution.text.hasPrefix("3301") else { return }
                letters.registry = registry
            }
            defer { rig.harness.stop() }
            try await rig.introduce()
            let refused = try await rig.apply(0)
            #expect(refused.status == 422, "\(refused.text)")
            #expect(refused.code == "letter/institution-ended", "\(refused.text)")
            #expect(refused.body["successor"]?.string == "110000000000001")
            #expect(refused.body["counterChinese"]?.string == "机构代码已停用，请用新代码")
            let list = try await rig.call(rig.hangzhou, .get, "/v1/letters/institutions")
            let others = list.body["others"]?.array ?? []
            #expect(others.count == 2, "\(list.text)")
            #expect(others.first?["name"]?.string == "北京旧中心", "\(list.text)")
            #expect(others.first?["successor"]?.string == "110000000000001", "\(list.text)")
            #expect(others.last?["isKnown"]?.bool == false, "\(list.text)")
        }

        @Test func `after blocks that are gone letters stand where the chain has them`()
            async throws
        {
            let rig = try LettersRig()
            defer { rig.harness.stop() }
            try await rig.introduce()
            let old = try await rig.apply(0)
            try #require(old.status == 202, "\(old.text)")
            try await rig.until(old.letter, is: "01")
            let relay = rig.harness.hangzhou
            relay.stop()
            let kept = try Corpus.read(relay.folder.file("letters.db"))
            try rig.start(relay)
            try await rig.until("the relay answers") {
                try await rig.get(rig.hangzhou, old.letter).status == 200
            }
            // What the store as it was will not have seen.
            _ = try await rig.say(rig.beijing, "acceptance", old.letter)
            try await rig.until(old.letter, is: "02")
            let unseen = try await rig.apply(1)
            try #require(unseen.status == 202, "\(unseen.text)")
            try await rig.until(unseen.letter, is: "01")
            _ = try await rig.say(
                rig.beijing, "information", old.letter, fields: LettersRig.information)
            try await rig.until(old.letter, is: "08")
            relay.stop()
            try restore(kept, at: relay.folder.file("letters.db"))
            rig.harness.hangzhou.city.makeBlocks(3)
            rig.harness.hangzhou.city.prune(below: rig.harness.hangzhou.city.height - 1)
            try rig.start(relay)
            try await rig.until("the letters are where the chain has them") {
                let (one, other) = (
                    try await rig.get(rig.hangzhou, old.letter),
                    try await rig.get(rig.hangzhou, unseen.letter)
                )
                return one.state == "08" && other.state == "01" && other.status == 200
            }
            #expect(!relay.said("letters/blocks-lost").isEmpty)
            #expect(relay.said("letters/reseated").count >= 2)
            // What Beijing wrote in between is lost; the sum is agreed on anew.
            let early = try await rig.say(rig.hangzhou, "completion", old.letter)
            #expect(early.code == "letter/money-missing", "\(early.text)")
            let agreed = try await rig.say(
                rig.hangzhou, "negotiation", old.letter,
                fields: [
                    "EmpName": "甲某", "DocType": "01", "IdNum": rig.person(0),
                    "TranAmt": "10300.25", "OrAcctAmt": "10000.00", "Yinter": "300.25",
                ])
            #expect(agreed.status == 202, "\(agreed.text)")
            try await rig.until(old.letter, is: "06")
            // Another start reads the same letter from the same rows.
            relay.stop()
            try rig.start(relay)
            try await rig.until("the relay answers") {
                try await rig.get(rig.hangzhou, old.letter).state == "06"
            }
        }

        @Test func `a store that was lost learns its letters from the chain`() async throws {
            let rig = try LettersRig()
            defer { rig.harness.stop() }
            try await rig.introduce()
            let opened = try await rig.apply(0)
            try #require(opened.status == 202, "\(opened.text)")
            try await rig.until(opened.letter, is: "01")
            let relay = rig.harness.beijing
            relay.stop()
            try restore(nil, at: relay.folder.file("letters.db"))
            try rig.start(relay)
            try await rig.until("the letter is known again") {
                try await rig.get(rig.beijing, opened.letter).state == "01"
            }
            let letter = try await rig.get(rig.beijing, opened.letter)
            #expect(letter.body["side"]?.string == "transferOut", "\(letter.text)")
            let accepted = try await rig.say(rig.beijing, "acceptance", opened.letter)
            #expect(accepted.status == 202, "\(accepted.text)")
            try await rig.until(opened.letter, is: "02")
        }

        private func restore(_ bytes: [UInt8]?, at path: String) throws {
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: path + suffix)
            }
            if let bytes { try Data(bytes).write(to: URL(filePath: path)) }
        }

        @Test func `a calendar that is missing is told in the log and in the status`()
            async throws
        {
            let rig = try LettersRig()
            defer { rig.harness.stop() }
            try await rig.introduce()
            try await rig.until("the clocks were looked at") {
                !rig.harness.hangzhou.said("letters/calendar-missing").isEmpty
            }
            let own = rig.hangzhou.relay.credentials
            let status = try await rig.call(
                rig.hangzhou, .get, "/v1/operations/status", as: own)
            #expect(status.text.contains("letters/calendar-missing"), "\(status.text)")
            #expect(status.text.contains("calendar check"))
        }
    }
}
