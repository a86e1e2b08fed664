// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport

/// Two fund centres whose systems send each other transfer letters, each through its own city's
/// relay, as APPLICATIONS.md tells it to.
struct FundCentres {
    let world: World
    /// Where the account moves to: it opens letters.
    let near: City
    /// Where the account is.
    let far: City

    /// Name of the application that a centre's system runs.
    private static let application = "fund-centre"
    /// Seconds in which a word must have its answer from the other chain.
    private static let patience = 90

    /// Both centres' relays take letters from now on: a section more in their configuration.
    func open() throws {
        for city in [near, far] {
            let folder = "\(world.directory)/\(city.code)"
            for (file, role) in [("centre", "bureau"), ("sealing", "sealing")] {
                let key = TestKeys.scalar(role: role, code: city.code)
                try world.write(Hex.encode(key) + "\n", to: "\(folder)/\(file).key", mode: 0o600)
            }
            let issued = try world.capture(
                "\(Corpus.root)/certs/issue.sh",
                [
                    "\(world.directory)/certs", "app", city.code, city.institution, "--name",
                    FundCentres.application, "--as", "\(FundCentres.application)-\(city.code)",
                ])
            guard issued.status == 0 else { throw World.Failure(description: issued.output) }
            try world.writeConfiguration(
                city,
                extra: """
                    letters:
                      account_key_file: \(folder)/centre.key
                      sealing_key_file: \(folder)/sealing.key

                    """)
            world.relays[city.code]?.stop()
            try world.relays[city.code]?.start()
        }
        try introduce()
    }

    /// Waits until each chain knows the other's centre and the key that letters are sealed to.
    private func introduce() throws {
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
            near, "application",
            fields: [
                ("TranCenName", "转出中心"), ("EmpName", "甲某"), ("DocType", "01"),
                ("IdNum", person), ("TranRefAcctNo", "6220001"), ("TranRefAcctName", "转入中心"),
                ("TranBank", "某银行"),
            ], more: [("to", .string(far.institution))])
        guard let letter = answer["letter"]?.string else {
            throw World.Failure(description: "\(near.name)'s application: \(answer.line)")
        }
        _ = try settle(letter, in: ["01"])
        return letter
    }

    /// Says a word that must be taken, and waits until both sides show the state.
    func step(
        _ city: City, _ act: String, _ letter: String, _ fields: [(String, String)] = [],
        to state: String
    ) throws {
        let answer = try say(city, act, letter, fields: fields)
        guard answer["code"] == nil, answer["letter"]?.string == letter else {
            throw World.Failure(description: "\(city.name)'s \(act): \(answer.line)")
        }
        _ = try settle(letter, in: [state])
    }

    /// What a relay answers to a word.
    func say(
        _ city: City, _ act: String, _ letter: String? = nil, fields: [(String, String)] = [],
        more: [(String, StrictJSON)] = []
    ) throws -> StrictJSON {
        try call(city, "/v1/letters", body(act, letter, fields, more))
    }

    /// Two words, one of each centre, posted in the same moment.
    func sayAtOnce(_ words: [(city: City, act: String)], _ letter: String) throws {
        var arguments = ["curl", "--parallel", "--parallel-immediate"]
        for (index, word) in words.enumerated() {
            if index > 0 { arguments.append("--next") }
            arguments +=
                options(word.city) + [
                    "--header", "content-type: application/json", "--output",
                    "\(world.directory)/word-\(index).json", "--data", body(word.act, letter),
                    address(word.city, "/v1/letters"),
                ]
        }
        let done = try world.capture("/usr/bin/env", arguments)
        guard done.status == 0 else {
            throw World.Failure(description: "curl ended with \(done.status): \(done.output)")
        }
        for index in words.indices {
            let text = try Corpus.read("\(world.directory)/word-\(index).json")
            guard try StrictJSON(reading: text)["letter"]?.string == letter else {
                throw World.Failure(description: String(decoding: text, as: UTF8.self))
            }
        }
    }

    private func body(
        _ act: String, _ letter: String?, _ fields: [(String, String)] = [],
        _ more: [(String, StrictJSON)] = []
    ) -> String {
        StrictJSON.object(
            [
                ("idempotencyKey", .string("fund-\(UInt64.random(in: .min ... .max))")),
                ("act", .string(act)), ("letter", letter.map { .string($0) }),
                ("fields", .object(fields.map { ($0.0, .string($0.1)) })),
            ] + more.map { ($0.0, $0.1) }
        ).line
    }

    // MARK: States

    func get(_ city: City, _ letter: String) throws -> StrictJSON {
        try call(city, "/v1/letters/\(letter)")
    }

    /// Waits until both sides show one of the states and no word is on its way; gives the state.
    func settle(_ letter: String, in states: [String]) throws -> String {
        var shown: [String] = []
        try wait("\(letter) comes to \(states.joined(separator: " or "))") {
            let sides = [try? get(near, letter), try? get(far, letter)].compactMap { $0 }
            shown = sides.compactMap { $0["state"]?["code"]?.string }
            return shown.count == 2 && shown[0] == shown[1] && states.contains(shown[0])
                && sides.allSatisfy { $0["waiting"] == nil }
        }
        return shown[0]
    }

    func wait(_ what: String, _ holds: () throws -> Bool) throws {
        for _ in 0..<(FundCentres.patience * 4) {
            if try holds() { return }
            world.pause(milliseconds: 250)
        }
        throw World.Failure(description: "not within \(FundCentres.patience) s: \(what)")
    }

    // MARK: Calls

    func call(_ city: City, _ path: String, _ body: String? = nil) throws -> StrictJSON {
        var words = options(city)
        if let body { words += ["--header", "content-type: application/json", "--data", body] }
        return try world.curl(words + [address(city, path)])
    }

    private func address(_ city: City, _ path: String) -> String {
        "https://127.0.0.1:\(city.apiPort)\(path)"
    }

    private func options(_ city: City) -> [String] {
        let certificate = "\(world.directory)/certs/\(FundCentres.application)-\(city.code)"
        return [
            "--silent", "--show-error", "--http2", "--max-time", "40", "--cacert",
            "\(world.directory)/certs/ca.crt", "--cert", "\(certificate).crt", "--key",
            "\(certificate).key",
        ]
    }
}

extension Stage {
    /// The fund centres of the first two cities.
    func centres() throws -> FundCentres {
        guard world.cities.count >= 2 else {
            throw World.Failure(description: "this act needs two cities")
        }
        let centres = FundCentres(world: world, near: world.cities[0], far: world.cities[1])
        let isOpen = (try? centres.call(centres.near, "/v1/letters/institutions")["own"]) ?? nil
        if isOpen == nil { try centres.open() }
        return centres
    }
}
