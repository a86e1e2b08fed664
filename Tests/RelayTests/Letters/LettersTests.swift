// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayAPI
import RelayStore
import RelayTransport
import TestSupport
import Testing

extension `Relays among peers` {
    /// Two centres' systems send each other letters, through two whole relays and two chains.
    @Suite(.serialized) struct `Letters of fund centres` {
        static let shared = Result<LettersRig, any Error> { try LettersRig() }

        private func rig() async throws -> LettersRig {
            let rig = try Self.shared.get()
            try await rig.introduce()
            return rig
        }

        @Test func `a letter goes 01, 02, 08, 00, with the bank's money reconciled`() async throws {
            let rig = try await rig()
            let opened = try await rig.apply()
            try #require(opened.status == 202, "\(opened.text)")
            let letter = opened.letter
            #expect(opened.body["type"]?.string == "BDC901/0")
            #expect(opened.body["follow"]?.string == "/v1/letters/\(letter)")
            try await rig.until(letter, is: "01")
            let arrived = try await rig.get(rig.beijing, letter)
            #expect(arrived.body["side"]?.string == "transferOut")
            #expect(arrived.body["turn"]?.string == "ours")
            let received = arrived.body["received"]?.array?.first
            #expect(received?["fields"]?["EmpName"]?.string == "甲某", "\(arrived.text)")
            #expect(arrived.body["deadline"]?["limit"]?.int64 == 3)
            let accepted = try await rig.say(rig.beijing, "acceptance", letter)
            #expect(accepted.status == 202, "\(accepted.text)")
            try await rig.until(letter, is: "02")
            let told = try await rig.say(
                rig.beijing, "information", letter, fields: LettersRig.information)
            #expect(told.status == 202, "\(told.text)")
            try await rig.until(letter, is: "08")
            let early = try await rig.say(rig.hangzhou, "completion", letter)
            #expect(early.code == "letter/money-missing", "\(early.text)")
            let number = letter.split(separator: "-")[1]
            let notice =
                "{\"serial\":\"b1\",\"amount\":\"10300.25\",\"remark\":\"转移接续 \(number)\"}"
            let filed = try await rig.call(rig.hangzhou, .post, "/v1/letters/arrivals", notice)
            #expect(filed.body["filed"]?.string == "letter", "\(filed.text)")
            #expect(filed.body["reconciled"]?.bool == true)
            let again = try await rig.call(rig.hangzhou, .post, "/v1/letters/arrivals", notice)
            #expect(again.body["filed"]?.string == "known")
            let completed = try await rig.say(rig.hangzhou, "completion", letter)
            #expect(completed.status == 202, "\(completed.text)")
            try await rig.until(letter, is: "00")
            let whole = try await rig.get(rig.hangzhou, letter)
            #expect(whole.body["ended"]?.bool == true)
            #expect(whole.body["money"]?["reconciled"]?.bool == true)
            let acts = whole.body["timeline"]?.array?.compactMap { $0["act"]?.string }
            #expect(acts == ["application", "acceptance", "information", "completion"])
            #expect(whole.body["bookings"]?.array?.first?["code"]?.string == "08")
            let packets = whole.body["packets"]?.array?.compactMap(\.string) ?? []
            #expect(packets.count == 4)
            #expect(packets.allSatisfy { PacketID($0) != nil })
        }
    }
}
