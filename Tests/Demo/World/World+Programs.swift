// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import TestSupport

/// Programs that people run beside the federation, and what they say.
extension World {
    /// What a command of `cityrelay` says on a city's machine, as one of its people.
    func command(
        _ city: City, _ words: [String], as person: String = "wang"
    ) throws -> (status: Int32, output: String) {
        let certificate = "\(directory)/certs/\(person)-\(city.code)"
        return try tool(
            words + [
                "--config", configurationPath(city), "--certificate", "\(certificate).crt",
                "--key", "\(certificate).key",
            ])
    }

    /// What `cityrelay` says on a machine that belongs to no city.
    func tool(_ words: [String]) throws -> (status: Int32, output: String) {
        try capture(program("cityrelay"), words)
    }

    /// What a script of the repository says.
    func python(_ words: [String]) throws -> (status: Int32, output: String) {
        try capture(
            "/usr/bin/env", ["python3", "\(Corpus.root)/\(words[0])"] + words.dropFirst())
    }

    /// Runs a program to its end: its exit status, and what it wrote to both outputs.
    func capture(
        _ program: String, _ arguments: [String]
    ) throws -> (status: Int32, output: String) {
        let log = "\(logs)/command.txt"
        try write("", to: log, mode: 0o600)
        let status = try ChildProcess.run(program, arguments, log: log)
        return (status, String(decoding: try Corpus.read(log), as: UTF8.self))
    }

    /// The federation's manifest, where it has one: whoever verifies offline has it at home.
    var roots: [String] {
        let path = "\(directory)/\(cities[0].code)/federation.manifest"
        return FileManager.default.fileExists(atPath: path) ? ["--roots", path] : []
    }
}
