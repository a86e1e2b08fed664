// SPDX-License-Identifier: Apache-2.0

import CityChain
import FoundationEssentials
import LightClient

/// The auditor of a city, on a machine of its own, with copies of the log.
struct Auditor {
    let world: World
    let city: City

    private var folder: String { "\(world.directory)/auditor" }
    private var log: [String] { ["--config", world.configurationPath(city)] }

    /// Everything about one matter, then about its officer and its record; no person is named.
    func search(_ matter: String, outcomes: [String]) throws {
        let entries = try list(["--case", matter])
        let found = entries.map { $0["outcome"]?.string ?? "" }
        guard found == outcomes, let officer = entries.first?["officer"]?.string,
            let record = entries.first?["record"]?.string
        else { throw World.Failure(description: "the log says of \(matter): \(found)") }
        let byOfficer = try list(["--officer", officer])
        let byRecord = try list(["--record", record])
        guard byOfficer.count >= entries.count,
            byRecord.allSatisfy({ $0["record"]?.string == record }), !byRecord.isEmpty,
            try list(["--purpose", "tax"]).isEmpty
        else { throw World.Failure(description: "the log's searches disagree") }
        say(
            "· matter \(matter): \(found.joined(separator: ", ")); its officer asked "
                + "\(byOfficer.count) times, its record was asked for \(byRecord.count) times")
    }

    private func list(_ conditions: [String]) throws -> [StrictJSON] {
        let (status, output) = try world.tool(["audit", "list", "--json"] + conditions + log)
        guard status == 0, let json = try? StrictJSON(reading: Array(output.utf8)),
            let entries = json["entries"]?.array
        else { throw World.Failure(description: "audit list: \(output)") }
        let people = SyntheticRecords(code: city.code)
        for number in 0...SyntheticRecords.absentPerson
        where output.contains(people.person(number)) {
            throw World.Failure(description: "audit list names a person")
        }
        return entries
    }

    /// Takes an export home and verifies it there; keeps the head.
    func visit(_ name: String, since: String? = nil) throws -> (status: Int32, output: String) {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let heads = since.map { "\(folder)/\($0).head" }
        let proven = try world.tool(
            ["audit", "prove", "--out", "\(folder)/\(name).json"]
                + (heads.map { ["--since", $0] } ?? []) + log)
        guard proven.status == 0 else {
            throw World.Failure(description: "audit prove: \(proven.output)")
        }
        return try world.tool(
            ["audit", "verify", "\(folder)/\(name).json", "--save", "\(folder)/\(name).head"]
                + (heads.map { ["--seen", $0] } ?? []) + owner)
    }

    /// Three copies of the log, each changed behind its owner's back.
    func tamper() throws {
        let changes: [(what: String, sql: String, code: String)] = [
            (
                "an entry's purpose is edited",
                "UPDATE access_entry SET leaf = CAST(replace(leaf, CAST('housing' AS BLOB), "
                    + "CAST('housinG' AS BLOB)) AS BLOB) WHERE sequence = 0;", "audit/unsigned"
            ),
            (
                "two entries change places",
                "UPDATE access_entry SET sequence = -1 WHERE sequence = 0; UPDATE access_entry SET "
                    + "sequence = 0 WHERE sequence = 1; UPDATE access_entry SET sequence = 1 WHERE "
                    + "sequence = -1;", "audit/sequence"
            ),
            (
                "an entry is taken out",
                "DELETE FROM access_entry WHERE sequence = 1; UPDATE access_entry SET sequence = "
                    + "sequence - 1 WHERE sequence > 1;", "audit/"
            ),
        ]
        for (number, change) in changes.enumerated() {
            let copy = "\(folder)/copy-\(number).db"
            try sqlite("\(world.directory)/\(city.code)/access.db", "VACUUM INTO '\(copy)';")
            try sqlite(copy, change.sql)
            let export = "\(folder)/copy-\(number).json"
            // The command may see it by itself; the auditor does not rely on that.
            _ = try world.tool(["audit", "prove", "--store", copy, "--out", export])
            let verdict = try world.tool(["audit", "verify", export] + owner)
            guard verdict.status != 0, verdict.output.contains(change.code) else {
                throw World.Failure(
                    description: "\(change.what), and nobody saw it: \(verdict.output)")
            }
            say("· \(change.what): \(Auditor.summary(verdict.output))")
        }
    }

    private func sqlite(_ path: String, _ sql: String) throws {
        let (status, output) = try world.capture("/usr/bin/env", ["sqlite3", path, sql])
        guard status == 0 else {
            throw World.Failure(description: "sqlite3 \(path): \(output)")
        }
    }

    /// Whose log it is.
    private var owner: [String] {
        get throws {
            world.roots.isEmpty
                ? ["--key", String(try Records.publicKey(city).dropFirst("ed25519:".count))]
                : world.roots
        }
    }

    /// The first line, without the head's hash.
    static func summary(_ output: String) -> String {
        let line = output.prefix { $0 != "\n" }
        let parts = line.split(separator: "; ")
        guard line.hasPrefix("log of"), parts.count == 2 else { return String(line) }
        return "\(parts[0].prefix { $0 != "," }); \(parts[1])"
    }
}
