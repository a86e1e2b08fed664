// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayAPI
import RelayLaboratory
import RelayTransport
import TestSupport
import Testing

/// Hangzhou's centre and Hangzhou's licence hall sign with one account here.
extension `Relays among peers`.`Licences of a city` {
    private func apply(_ rig: LicenceRig, _ index: Int) async throws -> DisclosureRig.Answer {
        let person = SyntheticPeople.identityNumber(division: "330100", index: 40 + index)
        let fields =
            "{\"TranCenName\":\"北京中心\",\"EmpName\":\"甲某\",\"DocType\":\"01\","
            + "\"IdNum\":\"\(person)\",\"TranRefAcctNo\":\"6220001\","
            + "\"TranRefAcctName\":\"杭州中心\",\"TranBank\":\"某银行\"}"
        return try await rig.call(
            .post, "/v1/letters",
            json: "{\"idempotencyKey\":\"shared-\(index)\",\"act\":\"application\","
                + "\"to\":\"110000000000000\",\"account\":\"01\",\"fields\":\(fields)}",
            at: rig.hangzhou)
    }

    @Test func `letters and licences of one account go at once and use no sequence twice`()
        async throws
    {
        let rig = try Self.shared.get()
        try await rig.until("Beijing's centre is known") {
            let known = try await rig.call(.get, "/v1/letters/institutions", at: rig.hangzhou)
            return known.body["others"]?.array?.first?["isKnown"]?.bool == true
        }
        var places: [String] = []
        for number in 20..<24 {
            let made = try await rig.issue(
                try rig.identifier(number), key: "shared-issue-\(number)")
            places.append(try #require(made.body["id"]?.string, "\(made.text)"))
        }
        let before = rig.hangzhou.said("letters/sent-again").count
        let answers = try await withThrowingTaskGroup(of: DisclosureRig.Answer.self) { group in
            for (index, place) in places.enumerated() {
                group.addTask {
                    try await rig.act(
                        "transfer-out", on: place, key: "shared-offer-\(index)",
                        more: ",\"city\":\"110000\"")
                }
                group.addTask { try await self.apply(rig, index) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.map(\.status).sorted() == [200, 200, 200, 200, 202, 202, 202, 202])
        for answer in answers where answer.status == 202 {
            let letter = try #require(answer.body["letter"]?.string)
            try await rig.until("\(letter) is in state 01") {
                let seen = try await rig.call(.get, "/v1/letters/\(letter)", at: rig.hangzhou)
                return seen.body["state"]?["code"]?.string == "01"
            }
        }
        for place in places {
            #expect(try await rig.get(place).body["move"]?["phase"]?.string == "offered")
        }
        // What the chain refuses for its sequence is said again: nothing was.
        #expect(rig.hangzhou.said("letters/sent-again").count == before)
    }
}
