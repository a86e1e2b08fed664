// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayCommand
import RelayLaboratory
import RelayTransport
import TestSupport
import Testing

/// What people hand in wrongly at the first door: each has its code and a next step.
@Suite struct `Bad input when a city registers` {
    private func founded() throws -> MemberBench {
        let bench = try MemberBench()
        try bench.found()
        return bench
    }

    /// A newcomer's request with both founders' approvals, each in a file.
    private func approved() throws -> MemberBench {
        let bench = try founded()
        try bench.member("320100", "Nanjing")
        bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        for name in ["Hangzhou", "Loudi"] {
            let made = bench.approve(
                name, "--file @Nanjing/request.txt --manifest @m1 --next @unused")
            #expect(made.status == .success, "\(made.errors)")
        }
        return bench
    }

    private func refused(
        _ answer: (status: RelayCommand.ExitStatus, output: String, errors: String), _ code: String
    ) {
        #expect(answer.status != .success)
        #expect(answer.errors.contains(code), "\(code) in \(answer.errors)")
        #expect(answer.errors.contains("Next: "), "\(answer.errors)")
    }

    @Test func `an unknown member`() throws {
        let bench = try founded()
        refused(bench.run("show 320100/320100000000000 --manifest @m1"), "member/unknown")
        refused(
            bench.run(
                "suspend 320100/320100000000000 --manifest @m1 --reason x "
                    + "--key @Hangzhou/authority.key --passphrase-file @pass --out @p"),
            "request/not-a-member")
    }

    @Test func `a manifest that ran out`() throws {
        var bench = try founded()
        bench.now = bench.now.adding(nanoseconds: 800 * 86_400_000_000_000)
        let list = bench.run("list --manifest @m1")
        #expect(list.output.contains("no new work is taken"), "\(list.output)")
        let json = bench.run("list --manifest @m1 --json")
        #expect(
            json.output.replacing(" ", with: "").contains("\"allows_new_work\":false"),
            "\(json.output)")
    }

    @Test func `one signature too few`() throws {
        let bench = try approved()
        let few = bench.run(
            "assemble --file @Nanjing/request.txt --manifest @m1 --with @Loudi.approval "
                + "--next @m2")
        refused(few, "manifest/not-enough-signatures")
        #expect(few.errors.contains("still open: Hangzhou (Hangzhou, 330100/330100000000000)"))
    }

    @Test func `one key that signs twice`() throws {
        let bench = try approved()
        refused(
            bench.run(
                "assemble --file @Nanjing/request.txt --manifest @m1 --with @Loudi.approval "
                    + "--with @Loudi.approval --next @m2"), "manifest/key-signed-twice")
    }

    @Test func `a wrong passphrase, and a key that cannot be read`() throws {
        let bench = try approved()
        let work = "--file @Nanjing/request.txt --manifest @m1 --next @m2"
        refused(bench.approve("Hangzhou", work, pass: "wrong"), "key/wrong-passphrase")
        let key = Array(try bench.read("Hangzhou/authority.key").utf8)
        try bench.folder.write(Array(key.prefix(key.count / 2)), to: "Hangzhou/authority.key")
        refused(bench.approve("Hangzhou", work), "key/unreadable")
    }

    @Test func `a clock that is ahead by more than the limit`() throws {
        var bench = try founded()
        try bench.member("320100", "Nanjing")
        let right = bench.now
        let limit = RegistrationRequest.maxClockAheadSeconds
        for (seconds, isTaken) in [(limit, true), (limit + 1, false)] {
            bench.now = right.adding(nanoseconds: seconds * 1_000_000_000)
            bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
            bench.now = right
            let review = bench.run("review --file @Nanjing/request.txt --manifest @m1")
            if isTaken {
                #expect(review.status == .success, "\(review.errors)")
            } else {
                refused(review, "request/clock-ahead")
                #expect(review.errors.contains("(asked by 320100/320100000000000)"))
            }
        }
    }

    @Test func `a chain id that another member has, and a code that is not in form`() throws {
        let bench = try founded()
        try bench.member("320100", "Nanjing")
        let draft = try bench.read("Nanjing/member.yaml")
        try bench.write(
            "Nanjing/member.yaml", draft.replacing("nanjing-320100-1", with: "loudi-431300-1"))
        let taken = bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        refused(taken, "member/chain-id-taken")
        // Whoever had it has it, whichever of the two stands first in the list.
        #expect(
            taken.errors.contains(
                "431300/431300000000000 has it, and 320100/320100000000000 claims it"),
            "\(taken.errors)")
        refused(
            bench.run(
                "init @x --division 320100 --institution 32-01 --name x --endpoint a.example:1 "
                    + "--passphrase-file @pass"), "member/institution-code")
        refused(
            bench.run(
                "init @x --division 32010 --institution 320100000000000 --name x "
                    + "--endpoint a.example:1 --passphrase-file @pass"), "member/division-code")
    }

    @Test func `an anchor that verifies no more`() throws {
        let city = try LaboratoryCity(code: "320100", name: "nanjing")
        defer { city.stop() }
        city.makeBlocks(6)
        var bench = try founded()
        try bench.member("320100", "Nanjing")
        var draft = try bench.read("Nanjing/member.yaml")
        draft = draft.replacing("nanjing-320100-1", with: city.chainID)
        try bench.write("Nanjing/member.yaml", draft)
        bench.now = Timestamp(unixNanoseconds: Int64(city.time + 2) * 1_000_000_000)
        let wrong = bench.run(
            "rehearse @Nanjing --passphrase-file @pass --node \(city.address)")
        #expect(wrong.status == .negative)
        #expect(
            wrong.output.contains("FAULT the trust anchor at height 7 does not verify"),
            "\(wrong.output)")
        #expect(wrong.output.contains("the node's header has the hash"), "\(wrong.output)")
        #expect(wrong.output.contains("rehearse/anchor. Next: "), "\(wrong.output)")
        // It is the chain's own, and older than the trusting period.
        draft = draft.replacing(
            SHA256.hash(Array("Nanjing".utf8)).description,
            with: city.anchor.headerHash.description
        ).replacing("height: 7", with: "height: 1")
        try bench.write("Nanjing/member.yaml", draft)
        bench.now = bench.now.adding(nanoseconds: 15 * 86_400_000_000_000)
        let old = bench.run(
            "rehearse @Nanjing --passphrase-file @pass --node \(city.address)")
        #expect(old.output.contains("its trusting period ended at"), "\(old.output)")
        #expect(old.output.contains("rehearse/anchor-expired. Next: "), "\(old.output)")
    }

    @Test func `a certificate without the URI name`() throws {
        let nameless = try Laboratory.issue(
            "rehearsal-nameless", division: "320100", institution: "320100000000000",
            options: ["--nameless"])
        let error = #expect(throws: TransportError.self) {
            _ = try TLSContext(files: nameless.files) { _ in .accept }
        }
        #expect(error?.code == .noIdentity)
        #expect(error?.description.contains("tls.no-identity") == true)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a file that is far too large, or has no end, is refused before it is read`() throws {
        let bench = try founded()
        try bench.write("huge", "")
        // A file with a hole: no disk holds it, and no memory would.
        try #require(unsafe truncate(bench.path("huge"), 1 << 40) == 0)
        for file in ["@huge", "/dev/zero"] {
            refused(bench.run("list --manifest \(file)"), "file/too-large")
        }
        for path in [bench.path("huge"), "/dev/zero"] {
            for words in [["verify", path], ["audit", "verify", path, "--roots", path]] {
                var console = Console(now: bench.now)
                _ = CommandTree.cityrelay.run(words, &console)
                #expect(console.errors.contains("file/too-large"), "\(words): \(console.errors)")
            }
        }
        #expect(ConfigurationFiles.disk.bytes(bench.path("huge"), atMost: 100) == nil)
    }

    @Test func `a byte order mark before a block is no part of it`() throws {
        let bench = try founded()
        let marked = "\u{feff}" + (try bench.read("m1"))
        try bench.write("marked", marked)
        let list = bench.run("list --manifest @marked")
        #expect(list.status == .success, "\(list.errors)")
        #expect(ManifestFile.versions(Array((marked + marked).utf8)).count == 2)
        #expect(Armour.blocks(marked + marked, limit: 9).count == 2)
    }

    @Test func `what an argument says is repeated as one line that nothing turns`() throws {
        let bench = try founded()
        let name = "\u{202e}x\u{1b}[2J"
        let answer = bench.run("show --manifest @m1", [name])
        refused(answer, "member/")
        #expect(answer.errors.contains("\\u{202e}x\\u{1b}[2J"), "\(answer.errors)")
        #expect(PlainText.isLine(answer.errors.replacing("\n", with: "")))
    }
}
