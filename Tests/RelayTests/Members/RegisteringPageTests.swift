// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import LightClient
import RelayCommand
import TestSupport
import Testing

/// The commands of REGISTERING.md, as they stand there.
@Suite struct RegisteringPageTests {
    /// The lines that begin with `cityrelay` in the shell blocks under a heading. A rehearsal asks
    /// a node: it has a test of its own.
    static func commands(_ page: String, under heading: String) -> [String] {
        var isUnder = false
        var found: [String] = []
        var isShell = false
        for line in page.split(separator: "\n") {
            if line.hasPrefix("## ") { isUnder = line.dropFirst(3) == heading }
            let text = line.drop { $0 == " " }
            if text.hasPrefix("```") { isShell = text == "```sh" }
            if isUnder, isShell, text.hasPrefix("cityrelay ") { found.append(String(text)) }
        }
        return found
    }

    /// Runs a line in the bench's folder: words that are files there become paths.
    static func run(_ line: String, _ bench: MemberBench) -> RelayCommand.ExitStatus {
        let files = ["Nanjing", "Hangzhou", "Loudi", "Ministry", "pass", "manifest"]
        var words: [String] = []
        for word in line.split(separator: " ").dropFirst(2).map(String.init) {
            let isFile =
                files.contains { word == $0 || word.hasPrefix($0 + "/") }
                || word.hasSuffix(".txt") || word.hasSuffix(".approval")
                || word.hasSuffix(".founding")
            words.append(isFile && words.last != "--name" ? bench.path(word) : word)
        }
        let answer = bench.run("", words)
        if answer.status != .success { Issue.record("\(line): \(answer.errors)") }
        return answer.status
    }

    /// Two cities that have asked each other to federate.
    private func pair() throws -> MemberBench {
        let bench = try MemberBench()
        for (division, name) in [("330100", "Hangzhou"), ("431300", "Loudi")] {
            try bench.member(division, name)
            bench.run("request @\(name) --federation pair --passphrase-file @pass")
        }
        return bench
    }

    @Test func `a city is registered by the commands of the page`() throws {
        let page = String(
            decoding: try Corpus.read("\(Corpus.root)/REGISTERING.md"), as: UTF8.self)
        let bench = try pair()
        let founding = Self.commands(page, under: "Two cities without a hub")
        #expect(founding.count == 1)
        for line in founding { #expect(Self.run(line, bench) == .success) }
        let joining = Self.commands(page, under: "Come in")
        #expect(joining.count == 7)
        #expect(Self.run(joining[0], bench) == .success)
        try bench.finishDraft("320100", "Nanjing")
        for line in joining.dropFirst() { #expect(Self.run(line, bench) == .success) }
        let supervising = Self.commands(page, under: "A province or the ministry")
        #expect(supervising.count == 2)
        for line in supervising { #expect(Self.run(line, bench) == .success) }
    }

    @Test func `the relay's file of the page is one, and names the account that pays`() throws {
        let page = String(
            decoding: try Corpus.read("\(Corpus.root)/REGISTERING.md"), as: UTF8.self)
        let start = try #require(page.firstRange(of: "```yaml\n")).upperBound
        let end = try #require(page[start...].firstRange(of: "```")).lowerBound
        let bench = try MemberBench()
        try bench.found()
        try bench.member("320100", "Nanjing")
        bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        for (name, more) in [("Hangzhou", ""), ("Loudi", "--with @Hangzhou.approval")] {
            bench.run(
                "approve --file @Nanjing/request.txt --manifest @m1 --key @\(name)/authority.key "
                    + "--passphrase-file @pass --out @\(name).approval "
                    + "--next @manifest-2.txt \(more)")
        }
        let list = bench.run("list --manifest @manifest-2.txt").output
        let digest = try #require(list.split(separator: "\n").first { $0.hasPrefix("digest ") })
        try bench.write(
            "relay.yaml",
            String(page[start..<end]).replacing("5fa1…", with: String(digest.dropFirst(7))))
        for name in ["ca.crt", "Nanjing/relay.crt"] { try bench.write(name, "") }
        try bench.write("account.key", String(repeating: "1", count: 64))
        for (name, mode) in [("account.key", 0o600), ("pass", 0o600)] {
            try FileManager.default.setAttributes(
                [.posixPermissions: mode], ofItemAtPath: bench.path(name))
        }
        try FileManager.default.createDirectory(
            atPath: bench.path("data"), withIntermediateDirectories: true)
        var console = Console(now: bench.now)
        let status = CommandTree.cityrelay.run(
            ["config", "check", bench.path("relay.yaml")], &console)
        #expect(status == .success, "\(console.output)\(console.errors)")
        #expect(console.output.contains(" 0 warning(s)"), "\(console.output)")
        #expect(console.output.contains("\(digest): the same for all members"))
        #expect(console.output.contains("account cosmos1"), "\(console.output)")
    }

    /// Both founders approve what is in a file.
    private func pass(_ bench: MemberBench, _ file: String, _ from: String, _ next: String) {
        let work = "--file @\(file) --manifest @\(from)"
        #expect(bench.approve("Hangzhou", work).status == .success)
        let last = bench.approve("Loudi", work + " --with @Hangzhou.approval --next @\(next)")
        #expect(last.status == .success, "\(last.errors)")
    }

    @Test func `a relay's key is changed, and the dates renewed, by the commands of the page`()
        throws
    {
        let page = String(
            decoding: try Corpus.read("\(Corpus.root)/REGISTERING.md"), as: UTF8.self)
        let bench = try pair()
        for line in Self.commands(page, under: "Two cities without a hub") {
            #expect(Self.run(line, bench) == .success)
        }
        let steps = Self.commands(page, under: "Another key for the relay")
        #expect(steps.count == 3)
        #expect(Self.run(steps[0], bench) == .success)
        #expect(MemberBenchFiles.exists(bench.path("Loudi/relay.next.csr")))
        pass(bench, "Loudi/request.txt", "manifest.txt", "manifest-2.txt")
        #expect(Self.run(steps[1], bench) == .success)
        pass(bench, "Loudi/request.txt", "manifest-2.txt", "manifest-3.txt")
        #expect(Self.run(steps[2], bench) == .success)
        #expect(!MemberBenchFiles.exists(bench.path("Loudi/relay.next.key")))
        let renewal = Self.commands(page, under: "How long it holds")
        #expect(renewal.count == 2)
        for line in renewal { #expect(Self.run(line, bench) == .success) }
        #expect(bench.run("list --manifest @manifest-4.txt").status == .success)
    }

    @Test func `every command that the page names exists`() throws {
        let page = String(
            decoding: try Corpus.read("\(Corpus.root)/REGISTERING.md"), as: UTF8.self)
        let names = Set(CommandTree.cityrelay.commands.map(\.name))
        for part in page.split(separator: "`") where part.hasPrefix("member ") {
            let words = part.split(separator: " ").prefix(2)
            guard words.count == 2, words[1].allSatisfy(\.isLetter) else { continue }
            #expect(names.contains(words.joined(separator: " ")), "\(part)")
        }
    }
}
