// SPDX-License-Identifier: Apache-2.0

import RelayCommand
import RelayLaboratory
import TestSupport
import Testing

/// The commands of OPERATING.md, run as they stand there.
@Suite struct `The page for three in the morning` {
    static func commands() throws -> [String] {
        let bytes = try Corpus.read("\(Corpus.root)/OPERATING.md")
        var isCode = false
        var found: [String] = []
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            if line.hasPrefix("```") {
                isCode = line == "```sh"
            } else if isCode, line.hasPrefix("cityrelay ") {
                found.append(String(line.split(separator: "#").first ?? line[...]))
            }
        }
        return found
    }

    /// Words of a command line, with double quotes.
    static func words(_ line: String) -> [String] {
        var words: [String] = []
        for (index, part) in line.split(separator: "\"", omittingEmptySubsequences: false)
            .enumerated()
        {
            if index % 2 == 1 {
                words.append(String(part))
            } else {
                words += part.split(separator: " ").map(String.init)
            }
        }
        return Array(words.dropFirst())
    }

    @Test func `every command of the page is one, and the reading ones answer`() throws {
        let folder = try ScratchFolder()
        try OperationsCommandTests.store(folder)
        let commands = try Self.commands()
        #expect(commands.count >= 20)
        var read = 0
        for line in commands {
            var words = Self.words(line)
            let acts = words.contains("--reason")
            if acts {
                words += ["--config", "/etc/relay/relay.yaml"]
            } else if words.first == "calendar" {
                // They write and read files of their own, in a test of their own.
                words = Array(words.prefix(2)) + ["--help"]
            } else if words.first != "run" {
                words += ["--store", folder.file("relay.db")]
            } else {
                continue
            }
            if words.starts(with: ["queue", "tail"]) { words += ["--rounds", "1"] }
            var console = Console(
                now: OperationsCommandTests.at(60), files: ConfigurationSamples.files())
            let status = CommandTree.cityrelay.run(words, &console)
            #expect(status != .usage && status != .unavailable, "\(line): \(console.errors)")
            if acts {
                #expect(console.errors.contains("api/not-configured"), "\(line)")
            } else {
                read += 1
                #expect(!console.output.isEmpty || words.contains("tail"), "\(line)")
            }
        }
        #expect(read >= 10)
    }
}
