// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import FoundationEssentials
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// A whole run between two cities whose every connection is written down in clear: proofs, a letter
/// from its beginning to its end, a licence that is issued and moves.
final class CapturedRun: Sendable {
    let licences: LicenceRig
    let letters: LettersRig

    var rig: DisclosureRig { licences.disclosure }
    var harness: PeerHarness { rig.harness }

    init() throws {
        licences = try LicenceRig(isTapped: true)
        letters = try LettersRig(beside: licences.disclosure)
    }

    func stop() { rig.stop() }

    // MARK: What is done

    /// Answers of every kind; their outcomes.
    func proofs(_ planted: inout PlantedValues) async throws -> [String] {
        for number in 0..<10 {
            planted.add("an identity number", rig.people.person(number))
            if let licence = rig.people.licenceIdentifier(number) {
                planted.add("a licence's number", licence)
            }
        }
        let licence = try #require(rig.people.licenceIdentifier(2))
        let questions = [
            DisclosureRig.source(
                "fund-account", rig.people.person(0), fields: ["GRZHYE", "GRZHZT", "JZNY"],
                predicates: ["{\"id\":\"monthsGE\",\"atLeast\":12}"],
                more: ",\"fieldReason\":\"value-required\""),
            DisclosureRig.source(
                "fund-account", rig.people.person(SyntheticRecords.absentPerson),
                fields: ["JZNY"]),
            DisclosureRig.source("licence", licence, fields: ["certificate_name"]),
            DisclosureRig.source("resident-points", rig.people.person(0), fields: ["JFZF"]),
        ]
        var outcomes: [String] = []
        for question in questions {
            let answer = try await rig.call(
                .post, "/v1/proofs", json: DisclosureRig.body([question]))
            outcomes.append(answer.outcome ?? "")
            CapturedRun.plant(answer, in: &planted)
        }
        return outcomes
    }

    /// Values and salts as the application got them.
    private static func plant(_ answer: DisclosureRig.Answer, in planted: inout PlantedValues) {
        for (id, value) in answer.first?["fields"]?.object ?? [:] {
            // A status, or a month, is a word of every day.
            if ["GRZHZT", "JZNY"].contains(id) { continue }
            planted.add("the value of \(id)", value.string ?? "")
        }
        for part in answer.body["bundle"]?["parts"]?.array ?? [] {
            if let salt = Hex.decode(part["referenceSalt"]?.string ?? ""), salt.count == 16 {
                planted.add("a salt", bytes: salt)
            }
            for leaf in part["disclosure"]?["leaves"]?.array ?? [] {
                if let salt = Hex.decode(leaf["salt"]?.string ?? "") {
                    planted.add("a salt", bytes: salt)
                }
            }
        }
    }

    static let applicant = "欧阳卡样"
    /// Of a packet that no relay has seen: a row that is written past them.
    static let leakedSequence: UInt64 = 1_880
    private static let application = [
        "TranCenName": "北京中心", "EmpName": applicant, "DocType": "01",
        "TranRefAcctNo": "62280018800042", "TranRefAcctName": "杭州样户样",
        "TranBank": "植卡银行样",
    ]
    private static let sums = [
        "TranAmt": "18812.34", "OrAcctAmt": "18500.09", "Yinter": "312.25",
    ]

    /// A letter from 01 to 00, with the bank's money. What a centre is shown of it at the end.
    func letter(_ planted: inout PlantedValues) async throws -> LettersRig.Answer {
        try await letters.introduce()
        var fields = CapturedRun.application
        fields["IdNum"] = letters.person(31)
        for id in ["EmpName", "IdNum", "TranRefAcctNo", "TranRefAcctName", "TranBank"] {
            planted.add("the letter's \(id)", fields[id] ?? "")
        }
        let opened = try await letters.say(
            letters.hangzhou, "application", fields: fields,
            more: ",\"to\":\"\(letters.beijing.code)\",\"account\":\"01\"")
        try #require(opened.status == 202, "\(opened.text)")
        let letter = opened.letter
        try await letters.until(letter, is: "01")
        _ = try await letters.say(letters.beijing, "acceptance", letter)
        try await letters.until(letter, is: "02")
        for (id, sum) in CapturedRun.sums { planted.add("the letter's \(id)", sum) }
        let told = try await letters.say(
            letters.beijing, "information", letter,
            fields: LettersRig.information.merging(CapturedRun.sums) { $1 })
        try #require(told.status == 202, "\(told.text)")
        try await letters.until(letter, is: "08")
        let (serial, remark) = ("HX1880SERIAL77", "植卡备注样")
        planted.add("the bank's serial", serial)
        planted.add("the bank's remark", remark)
        let filed = try await letters.call(
            letters.hangzhou, .post, "/v1/letters/arrivals",
            "{\"serial\":\"\(serial)\",\"amount\":\"\(CapturedRun.sums["TranAmt"] ?? "")\","
                + "\"remark\":\"\(remark) \(letter.suffix(16))\","
                + "\"time\":\"2026-11-26T10:00:00+08:00\"}")
        try #require(filed.body["reconciled"]?.bool == true, "\(filed.text)")
        _ = try await letters.say(letters.hangzhou, "completion", letter)
        try await letters.until(letter, is: "00")
        return try await letters.get(letters.beijing, letter)
    }

    /// A licence that is issued, proven, offered to the other city and taken there.
    func licence(_ planted: inout PlantedValues) async throws {
        let (old, new) = (
            try licences.identifier(40), try licences.identifier(41, of: licences.beijing)
        )
        for identifier in [old, new] {
            planted.add("a new licence's number", identifier)
            let serial = try LicenceIdentifier(identifier).serial
            planted.add("a new licence's serial", serial)
        }
        planted.add("a holder", LicenceRig.holder)
        let made = try await licences.issue(old, key: "captured-issue")
        let id = try #require(made.body["id"]?.string, "\(made.text)")
        let proof = try await licences.proof(of: old)
        try #require(proof.outcome == "present", "\(proof.text)")
        CapturedRun.plant(proof, in: &planted)
        let offered = try await licences.act(
            "transfer-out", on: id, key: "captured-offer", more: ",\"city\":\"110000\"")
        try #require(offered.status == 200, "\(offered.text)")
        try await licences.until("the offer has arrived") {
            try await licences.get(id).body["move"]?["waiting"] == nil
        }
        let taking = try await licences.take(new, replacing: old, key: "captured-take")
        let there = try #require(taking.body["id"]?.string, "\(taking.text)")
        try await licences.until("the new licence is in force") {
            let seen = try await licences.get(there, at: licences.beijing)
            return seen.body["status"]?["code"]?.string == "01"
        }
    }

    // MARK: What is left of it

    struct Place {
        let name: String
        let bytes: [UInt8]
    }

    /// What passed between the two relays, and between each and its chain's node. Ends neither.
    func heard() throws -> [Place] {
        let taps = try #require(rig.taps)
        return (taps.peers + taps.nodes).map { Place(name: $0.name, bytes: $0.heard) }
    }

    /// What the two relays keep, have said, and show to people.
    func remains() async throws -> [Place] {
        var places: [Place] = []
        for relay in [harness.hangzhou, harness.beijing] {
            let city = relay.city.chainID
            for name in try FileManager.default.contentsOfDirectory(atPath: relay.folder.path) {
                places.append(Place(name: "\(city) \(name)", bytes: try relay.folder.read(name)))
            }
            let said = relay.notes.withLock { $0.map { "\($0.code) \($0.detail)" } }
            places.append(
                Place(name: "\(city) log", bytes: Array(said.joined(separator: "\n").utf8)))
            for path in try pages(of: relay) {
                let answer = try await rig.call(.get, path, as: relay.credentials, at: relay)
                // A page that says no shows nothing, and would be found clean.
                try #require(answer.status == 200, "\(path): \(answer.text)")
                places.append(Place(name: "\(city) \(path)", bytes: Array(answer.text.utf8)))
            }
        }
        return places
    }

    private static let queues = [
        "", "?open=true", "?dead=true", "?state=acknowledged", "?state=parked",
    ]

    /// Everything that operations, monitors and the console read.
    private func pages(of relay: PeerHarness.Relay) throws -> [String] {
        let base = "/v1/operations"
        let other = relay === harness.hangzhou ? harness.beijing : harness.hangzhou
        var pages = ["\(base)/status", "\(base)/actions", "/metrics", "/routez", "/livez"]
        pages += ["route", "client", "peer"].map { "\(base)/why/\($0)/\(other.city.chainID)" }
        pages += CapturedRun.queues.map { "\(base)/queue\($0)" }
        let packets = try relay.journal().packets(PacketQuery())
        for row in packets where row.id.sequence != CapturedRun.leakedSequence {
            pages.append("\(base)/packets/\(row.id)")
            pages.append("\(base)/packets/\(row.id)/trace")
            pages.append("\(base)/why/packet/\(row.id)")
        }
        return pages
    }
}
