// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import TestSupport

/// Two fund centres whose systems send each other transfer letters, each through its own city's
/// relay.
struct FundCentres {
    let world: World
    let links: Links
    /// Where the account moves to: it opens letters.
    let near: City
    /// Where the account is.
    let far: City

    /// Seconds in which a word must have its answer from the other chain.
    private static let patience = 180

    /// The sum that every account here has, in yuan: with interest, without, and the interest.
    static let sum = (told: "10300.25", original: "10000.00", interest: "300.25")

    /// The national number in a letter's name.
    static func number(of letter: String) -> Substring { letter.suffix(16) }

    /// Waits until each chain knows the other's centre and the key that letters are sealed to.
    func introduce() throws {
        for (city, other) in [(near, far), (far, near)] {
            try wait("\(city.name) knows the centre of \(other.name)") {
                let others = try? call(city, "/v1/letters/institutions")["others"]?.array
                let entry = others?.first { $0["code"]?.string == other.institution }
                return entry?["isKnown"] == .bool(true) && entry?["isAnnounced"] == .bool(true)
            }
        }
    }

    // MARK: Words

    /// A person applies at the near centre; gives the letter's name once both sides have it.
    func apply(for person: String) throws -> String {
        let answer = try say(
            near, .application,
            fields: [
                ("TranCenName", "转出中心"), ("EmpName", "甲某"), ("DocType", "01"),
                ("IdNum", person), ("TranRefAcctNo", "6220001"), ("TranRefAcctName", "转入中心"),
                ("TranBank", "某银行"),
            ], more: [("to", .string(far.institution)), ("account", .string("01"))])
        guard let letter = answer["letter"]?.string else {
            throw World.Failure(description: "\(near.name)'s application: \(answer.line)")
        }
        _ = try settle(letter, in: [.sent])
        return letter
    }

    /// Says a word that the relay must take.
    func post(
        _ city: City, _ act: LetterAct, _ letter: String, _ fields: [(String, String)] = []
    ) throws {
        let answer = try say(city, act, letter, fields: fields)
        guard answer["code"] == nil, answer["letter"]?.string == letter else {
            throw World.Failure(
                description: "\(city.name)'s \(act.rawValue) is not taken: \(answer.line)")
        }
    }

    /// Says a word that must be taken, and waits until both sides show the state.
    func step(
        _ city: City, _ act: LetterAct, _ letter: String, _ fields: [(String, String)] = [],
        to state: LetterState
    ) throws {
        try post(city, act, letter, fields)
        _ = try settle(letter, in: [state])
    }

    /// Says a word that must be refused: by the relay at once, or by a chain later. Its code, and
    /// its text for the counter.
    func refusal(
        of act: LetterAct, by city: City, _ letter: String
    ) throws -> (code: String, text: String) {
        var refusal = try say(city, act, letter)
        let isAtOnce = refusal["code"] != nil
        if !isAtOnce {
            try wait("\(city.name)'s \(act.rawValue) of \(letter) is refused") {
                let shown = try get(city, letter)
                refusal = shown["lastRefusal"] ?? .null
                return shown["waiting"] == nil && refusal != .null
            }
        }
        let text = refusal[isAtOnce ? "counterEnglish" : "english"]?.string ?? refusal.line
        return (refusal["code"]?.string ?? "", text)
    }

    /// What a relay answers to a word.
    func say(
        _ city: City, _ act: LetterAct, _ letter: String? = nil,
        fields: [(String, String)] = [], more: [(String, StrictJSON)] = []
    ) throws -> StrictJSON {
        try call(city, "/v1/letters", body(act, letter, fields, more))
    }

    /// Two words, one of each centre, posted in the same moment; both relays must take theirs.
    func postAtOnce(_ words: [(city: City, act: LetterAct)], _ letter: String) throws {
        var arguments = ["curl", "--parallel", "--parallel-immediate"]
        let outputs = words.indices.map { "\(world.directory)/word-\($0).json" }
        for (index, word) in words.enumerated() {
            if index > 0 { arguments.append("--next") }
            arguments += ["--output", outputs[index]]
            arguments += application(word.city).words("/v1/letters", body(word.act, letter))
        }
        let done = try world.capture("/usr/bin/env", arguments)
        guard done.status == 0 else {
            throw World.Failure(description: "curl ended with \(done.status): \(done.output)")
        }
        for output in outputs {
            let text = try Corpus.read(output)
            guard try StrictJSON(reading: text)["letter"]?.string == letter else {
                throw World.Failure(description: String(decoding: text, as: UTF8.self))
            }
        }
    }

    /// The far centre tells the sum: state 08.
    func inform(_ letter: String) throws {
        try step(
            far, .information, letter,
            [
                ("TranAmt", FundCentres.sum.told), ("OrAcctAmt", FundCentres.sum.original),
                ("Yinter", FundCentres.sum.interest), ("OAcctDate", "201001"),
                ("PayEndDate", "202610"), ("SixMconFlag", "1"), ("LoanNum", "0"),
                ("LoanEndFlag", "2"), ("FrLoanFlag", "2"),
            ], to: .informed)
    }

    /// The near centre's bank has the told sum, with the letter's number in the remark.
    func arrive(_ letter: String, serial: String) throws -> StrictJSON {
        try call(
            near, "/v1/letters/arrivals",
            .object([
                ("serial", .string(serial)), ("amount", .string(FundCentres.sum.told)),
                ("remark", .string("转移接续 \(FundCentres.number(of: letter))")),
                ("time", .string("2026-11-26T10:00:00+08:00")),
            ]))
    }

    private func body(
        _ act: LetterAct, _ letter: String?, _ fields: [(String, String)] = [],
        _ more: [(String, StrictJSON)] = []
    ) -> StrictJSON {
        .object(
            [
                ("idempotencyKey", Application.freshKey("fund")),
                ("act", .string(act.rawValue)), ("letter", letter.map { .string($0) }),
                ("fields", .object(fields.map { ($0.0, .string($0.1)) })),
            ] + more.map { ($0.0, $0.1) })
    }

    // MARK: States

    func get(_ city: City, _ letter: String) throws -> StrictJSON {
        try call(city, "/v1/letters/\(letter)")
    }

    /// Waits until both sides show one of the states and no word is on its way; gives the state.
    func settle(_ letter: String, in states: [LetterState]) throws -> LetterState {
        var settled = LetterState.sent
        try wait("\(letter) comes to \(states.map(\.rawValue).joined(separator: " or "))") {
            let sides = [try? get(near, letter), try? get(far, letter)].compactMap { $0 }
            let shown = sides.compactMap { $0["state"]?["code"]?.string }
                .compactMap { LetterState(rawValue: $0) }
            guard shown.count == 2, shown[0] == shown[1], states.contains(shown[0]),
                sides.allSatisfy({ $0["waiting"] == nil })
            else { return false }
            settled = shown[0]
            return true
        }
        return settled
    }

    /// The letter as a city's chain itself keeps it; nil while it has none.
    func onChain(_ city: City, _ letter: String) throws -> Federation.Letter? {
        guard let key = LetterKey(letter.replacing("-", with: "/")) else { return nil }
        let client = links.client(on: city, of: city == near ? far : near)
        let value = try world.node(city).value(
            store: LetterPacket.port, key: Letters.letterKey(client, key))
        return try value.flatMap { $0.isEmpty ? nil : try Federation.Letter(reading: $0) }
    }

    /// Each look may be two calls: not more often than needed.
    private static let lookMilliseconds: UInt32 = 250

    private func wait(_ what: String, _ holds: () throws -> Bool) throws {
        try world.wait(
            FundCentres.patience, what, everyMilliseconds: FundCentres.lookMilliseconds,
            until: holds)
    }

    /// Waits until a city's chain has the letter as it should be, and tells it at once.
    func waitOnChain(
        _ city: City, _ letter: String, _ what: String, file: String = #fileID,
        line: Int = #line, until holds: (Federation.Letter) -> Bool
    ) throws {
        try world.wait(
            FundCentres.patience, "\(city.name)'s chain has \(what) of \(letter)", file: file,
            line: line
        ) {
            try onChain(city, letter).map(holds) ?? false
        }
    }

    func call(_ city: City, _ path: String, _ body: StrictJSON? = nil) throws -> StrictJSON {
        try application(city).call(path, body)
    }

    private func application(_ city: City) -> Application {
        Application(world: world, city: city, name: .fundCentre)
    }
}

extension Stage {
    /// The fund centres of Hangzhou and Beijing.
    func centres() throws -> FundCentres {
        let centres = FundCentres(world: world, links: links, near: .hangzhou, far: .beijing)
        try centres.introduce()
        return centres
    }
}
