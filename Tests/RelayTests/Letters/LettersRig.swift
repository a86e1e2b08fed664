// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import Glibc
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// Two laboratory cities with a provident-fund centre each, whose own systems speak through their
/// relays: Hangzhou takes accounts in, Beijing lets them go.
final class LettersRig: Sendable {
    let harness: PeerHarness
    /// The centres' own systems.
    let hangzhou: Centre
    let beijing: Centre

    struct Centre: Sendable {
        let relay: PeerHarness.Relay
        let application: Laboratory.Credentials

        var code: String { "\(relay.city.code)000000000" }
    }

    struct Answer {
        let status: Int
        let body: JSON
        let text: String

        var code: String? { body["code"]?.string }
        var letter: String { body["letter"]?.string ?? "" }
        var state: String? { body["state"]?["code"]?.string }
    }

    init(change: @escaping (inout LettersConfiguration) -> Void = { _ in }) throws {
        harness = try PeerHarness()
        hangzhou = try LettersRig.centre(harness.hangzhou)
        beijing = try LettersRig.centre(harness.beijing)
        for relay in [harness.hangzhou, harness.beijing] { try start(relay, change: change) }
        try harness.link()
    }

    /// Centres at relays that stand already.
    init(beside rig: DisclosureRig) throws {
        harness = rig.harness
        hangzhou = try LettersRig.centre(harness.hangzhou)
        beijing = try LettersRig.centre(harness.beijing)
    }

    deinit { harness.stop() }

    private static func centre(_ relay: PeerHarness.Relay) throws -> Centre {
        Centre(relay: relay, application: try application(of: relay, "fund"))
    }

    static func application(
        of relay: PeerHarness.Relay, _ name: String
    ) throws -> Laboratory.Credentials {
        try Laboratory.issue(
            "app-\(name)-\(UInt32.random(in: .min ... .max))", division: relay.city.code,
            institution: "\(relay.city.code)000000000", role: "app", options: ["--name", name])
    }

    func start(
        _ relay: PeerHarness.Relay, change: (inout LettersConfiguration) -> Void = { _ in }
    ) throws {
        var letters = try relay.lettersConfiguration()
        change(&letters)
        try harness.start(relay) { configuration in
            configuration.letters = letters
            configuration.api = APIConfiguration(
                address: "127.0.0.1", port: 0, tls: relay.credentials.files)
        }
    }

    // MARK: Calls

    func call(
        _ centre: Centre, _ method: HTTPMethod, _ path: String, _ json: String? = nil,
        as caller: Laboratory.Credentials? = nil
    ) async throws -> Answer {
        let port = centre.relay.daemon.withLock { $0?.apiPort } ?? 0
        let city = centre.relay.city
        let answer = try await APICaller.call(
            port: port, caller ?? centre.application,
            expected: ExpectedMember(
                divisionCode: city.code, institutionCode: centre.code,
                pins: [centre.relay.credentials.pin]),
            method, path, json: json)
        return Answer(status: answer.status, body: answer.body, text: answer.text)
    }

    /// Says a word; `more` is further members of the body.
    func say(
        _ centre: Centre, _ act: String, _ letter: String = "", fields: [String: String] = [:],
        key: String? = nil, more: String = ""
    ) async throws -> Answer {
        let key = key ?? "key-\(UInt64.random(in: .min ... .max))"
        let fields = fields.map { "\"\($0.key)\":\"\($0.value)\"" }.sorted()
        var body = "{\"idempotencyKey\":\"\(key)\",\"act\":\"\(act)\""
        if !letter.isEmpty { body += ",\"letter\":\"\(letter)\"" }
        body += ",\"fields\":{\(fields.joined(separator: ","))}\(more)}"
        return try await call(centre, .post, "/v1/letters", body)
    }

    func person(_ index: Int) -> String {
        SyntheticPeople.identityNumber(division: "330100", index: index)
    }

    /// Opens a letter from Hangzhou to Beijing.
    func apply(
        _ index: Int = 0, key: String? = nil, more: String = ""
    ) async throws -> Answer {
        try await say(
            hangzhou, "application",
            fields: [
                "TranCenName": "北京中心", "EmpName": "甲某", "DocType": "01",
                "IdNum": person(index), "TranRefAcctNo": "6220001",
                "TranRefAcctName": "杭州中心", "TranBank": "某银行",
            ], key: key, more: ",\"to\":\"\(beijing.code)\",\"account\":\"01\"" + more)
    }

    static let information = [
        "TranAmt": "10300.25", "OrAcctAmt": "10000.00", "Yinter": "300.25",
        "OAcctDate": "201001", "PayEndDate": "202610", "SixMconFlag": "1", "LoanNum": "0",
        "LoanEndFlag": "2", "FrLoanFlag": "2",
    ]

    func get(_ centre: Centre, _ letter: String) async throws -> Answer {
        try await call(centre, .get, "/v1/letters/\(letter)")
    }

    // MARK: Time

    /// Makes blocks until something holds, asked over and over.
    func until(
        _ what: String, seconds: Int = 60, _ holds: () async throws -> Bool
    ) async throws {
        let deadline = time(nil) + seconds
        while time(nil) < deadline {
            if try await holds() { return }
            harness.hangzhou.city.makeBlocks()
            harness.beijing.city.makeBlocks()
            try await Task.sleep(for: .milliseconds(60))
        }
        let words = [harness.hangzhou, harness.beijing].map { relay in
            let last = relay.notes.withLock { notes in
                notes.filter { $0.level >= .warning || $0.code.hasPrefix("letters/") }.suffix(10)
            }
            return "\(relay.city.chainID): "
                + last.map { "\($0.code) \($0.detail)" }.joined(separator: "; ")
        }
        throw LaboratoryCity.Trouble(
            "not within \(seconds) s: \(what)\n\(words.joined(separator: "\n"))")
    }

    /// Until both sides show a state and nothing of the letter is under way.
    func until(_ letter: String, is state: String) async throws {
        try await until("\(letter) is in state \(state)") {
            for centre in [hangzhou, beijing] {
                let answer = try await get(centre, letter)
                guard answer.status == 200, answer.state == state,
                    answer.body["waiting"] == nil
                else { return false }
            }
            return true
        }
    }

    /// Until both chains know both institutions.
    func introduce() async throws {
        try await until("the institutions are announced") {
            for centre in [hangzhou, beijing] {
                let answer = try await call(centre, .get, "/v1/letters/institutions")
                guard let other = answer.body["others"]?.array?.first,
                    other["isKnown"]?.bool == true, other["isAnnounced"]?.bool == true
                else { return false }
            }
            return true
        }
    }
}
