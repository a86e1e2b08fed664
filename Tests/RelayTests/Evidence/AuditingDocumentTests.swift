// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayCommand
import RelayLaboratory
import RelayStore
import TestSupport
import Testing

/// Every command of AUDITING.md does what the page says, in the order of the page.
@Suite struct AuditingDocumentTests {
    private func commands() throws -> [String] {
        let text = String(decoding: try Corpus.read("\(Corpus.root)/AUDITING.md"), as: UTF8.self)
        var isCode = false
        var commands: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isCode.toggle()
            } else if isCode {
                commands.append(String(line))
            }
        }
        return commands
    }

    private func fill(_ folder: ScratchFolder, _ range: Range<Int>) throws {
        let store = try AccessLogStore(
            path: folder.file("access.db"), owner: AccessSample.provider,
            key: AccessSample.providerKey)
        for number in range {
            try store.commit(
                [.append(AccessSample.access(number))], at: AccessSample.time(number))
        }
    }

    @Test func `the auditor's page can be followed command by command`() throws {
        let folder = try ScratchFolder()
        let signed = SignedManifest(try BundleSample().manifest(), signatures: [])
        try folder.write(
            Array(Armour.encode(.manifest, signed.encoded).utf8), to: "manifest.txt")
        try folder.write(try BundleSample().bundle([.present]).json(), to: "bundle.json")
        try fill(folder, 0..<20)
        let commands = try commands()
        #expect(commands.count == 13)
        for (number, command) in commands.enumerated() {
            // Between the two visits the log grows.
            if command.contains("--since") { try fill(folder, 170..<175) }
            let words = command.split(separator: " ").map { word in
                word.hasSuffix(".json") || word.hasSuffix(".db") || word.hasSuffix(".txt")
                    ? folder.file(String(word)) : String(word)
            }
            guard words[0] == "cityrelay" else {
                #expect(words[0] == "python3")
                guard IndependentVerifierTests.hasPython else { continue }
                let script = "\(Corpus.root)/\(words[1])"
                #expect(try Spawn.run(["python3", script] + words[2...]) == 0)
                continue
            }
            var console = Console(now: AccessSample.time(21 + 20 * number))
            let status = CommandTree.cityrelay.run(Array(words.dropFirst()), &console)
            #expect(status == .success, "\(command): \(console.errors)\(console.output)")
            #expect(!console.output.isEmpty, "\(command)")
            if command.contains("--record") { #expect(console.output.contains("case-14")) }
        }
    }
}
