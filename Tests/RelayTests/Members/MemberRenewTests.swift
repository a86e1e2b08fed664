// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayCommand
import TestSupport
import Testing

/// A version moved on while something was asked for; a quorum is chosen; names look alike.
@Suite struct `Members while versions move on` {
    private func manifest(_ bench: MemberBench, _ name: String) throws -> Manifest {
        try SignedManifest(reading: #require(Armour.decode(bench.read(name))).bytes).manifest
    }

    /// Hangzhou's proposal, with its approval in `NAME.approval`.
    private func propose(
        _ bench: MemberBench, _ words: String, on version: String, to name: String,
        because reason: String = "the voters agreed"
    ) -> (status: RelayCommand.ExitStatus, output: String, errors: String) {
        bench.run(
            "\(words) --manifest @\(version) --key @Hangzhou/authority.key "
                + "--passphrase-file @pass --out @\(name) --reason", [reason])
    }

    private func pass(_ bench: MemberBench, _ name: String, on version: String, to next: String) {
        let made = bench.approve(
            "Loudi",
            "--file @\(name) --manifest @\(version) --with @\(name).approval --next @\(next)")
        #expect(made.status == .success, "\(made.errors)")
    }

    @Test func `a quorum is chosen, approved by the present rule, and counts after it`() throws {
        let bench = try MemberBench()
        try bench.foundWithMinistry()
        let few = propose(bench, "quorum 1", on: "m1", to: "p")
        #expect(few.status == .negative && few.errors.contains("member/quorum"), "\(few.errors)")
        #expect(few.errors.contains("1 of 3 voters is not more than half"))
        let many = propose(bench, "quorum 4", on: "m1", to: "p")
        #expect(many.errors.contains("4 signatures are needed and 3 member(s) vote"))
        for word in ["0", "two", "-1"] {
            let odd = propose(bench, "quorum \(word)", on: "m1", to: "p")
            #expect(odd.status != .success, "\(word)")
        }
        let same = propose(bench, "quorum 2", on: "m1", to: "p")
        #expect(same.errors.contains("member/quorum-unchanged"), "\(same.errors)")
        let silent = bench.run(
            "quorum 3 --manifest @m1 --key @Hangzhou/authority.key --passphrase-file @pass")
        #expect(silent.errors.contains("member/no-reason"))

        let made = propose(bench, "quorum 3", on: "m1", to: "p")
        #expect(made.status == .success, "\(made.errors)")
        let review = bench.run("review --file @p --manifest @m1")
        #expect(review.output.contains("2 of the voting members and becomes 3"), "\(review.output)")
        #expect(review.output.contains("before: 2 of 3 must sign; any 1 may be absent"))
        #expect(review.output.contains("from then on: 3 of 3 must sign; nobody may be absent"))
        // Two of three, the rule of version 1, decide on version 2.
        let assembled = bench.approve("Loudi", "--file @p --manifest @m1 --next @none")
        #expect(assembled.status == .success, "\(assembled.errors)")
        let done = bench.run(
            "assemble --file @p --manifest @m1 --with @p.approval --with @Loudi.approval "
                + "--next @m2")
        #expect(done.status == .success, "\(done.errors)")
        #expect(try manifest(bench, "m2").quorum.rule == .atLeast(3))

        // Three of three, the rule of version 2, decide on version 3.
        #expect(propose(bench, "quorum all", on: "m2", to: "q").status == .success)
        bench.approve("Loudi", "--file @q --manifest @m2 --next @none")
        let two = bench.run(
            "assemble --file @q --manifest @m2 --with @q.approval --with @Loudi.approval "
                + "--next @m3")
        #expect(two.errors.contains("manifest/not-enough-signatures"), "\(two.errors)")
        bench.approve("Ministry", "--file @q --manifest @m2 --next @none")
        let three = bench.run(
            "assemble --file @q --manifest @m2 --with @q.approval --with @Loudi.approval "
                + "--with @Ministry.approval --next @m3")
        #expect(three.status == .success, "\(three.errors)")
        #expect(try manifest(bench, "m3").quorum.rule == .all)
    }

    @Test func `what was overtaken is told as that, and made again with one command`() throws {
        let bench = try MemberBench()
        try bench.foundWithMinistry()
        try bench.member("320100", "Nanjing")
        let asked = bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        #expect(asked.status == .success, "\(asked.errors)")
        bench.run("rotate relay @Loudi --manifest @m1 --passphrase-file @pass")
        #expect(
            propose(
                bench, "suspend 100000/100000000000000", on: "m1", to: "s",
                because: "the seal was lost").status == .success)
        // Another change is faster.
        #expect(
            bench.run(
                "quorum 3 --manifest @m1 --key @Ministry/authority.key --passphrase-file @pass "
                    + "--reason all --out @p").status == .success)
        pass(bench, "p", on: "m1", to: "m2")

        let stale = bench.run("review --file @Nanjing/request.txt --manifest @m2")
        #expect(stale.errors.contains("request/stale"), "\(stale.errors)")
        #expect(stale.errors.contains("cityrelay member renew"), "\(stale.errors)")
        let join = bench.run(
            "renew @Nanjing --file @Nanjing/request.txt --manifest @m2 --passphrase-file @pass")
        #expect(join.status == .success, "\(join.errors)")
        let review = bench.run("review --file @Nanjing/request.txt --manifest @m2")
        #expect(review.status == .success, "\(review.errors)")
        let twice = bench.run(
            "renew @Nanjing --file @Nanjing/request.txt --manifest @m2 --passphrase-file @pass")
        #expect(twice.errors.contains("renew/not-overtaken"), "\(twice.errors)")

        // A key's change needs the version that it was made from; the new key's proof is made too.
        let rotation =
            "renew @Loudi --file @Loudi/request.txt --manifest @m2 --passphrase-file @pass"
        #expect(bench.run(rotation).errors.contains("renew/earlier-version-needed"))
        let rotated = bench.run(rotation + " --was @m1")
        #expect(rotated.status == .success, "\(rotated.errors)")
        #expect(rotated.output.contains("new relay key sha256:"), "\(rotated.output)")
        #expect(bench.run("review --file @Loudi/request.txt --manifest @m2").status == .success)

        let old = bench.run("review --file @s --manifest @m2")
        #expect(old.errors.contains("proposal/overtaken"), "\(old.errors)")
        let approval = bench.approve("Loudi", "--file @s --manifest @m2")
        #expect(approval.errors.contains("proposal/overtaken"), "\(approval.errors)")
        let again = bench.run(
            "renew --file @s --was @m1 --manifest @m2 --key @Hangzhou/authority.key "
                + "--passphrase-file @pass --out @s2")
        #expect(again.status == .success, "\(again.errors)")
        #expect(again.output.contains("is now suspended: the seal was lost"), "\(again.output)")
        // The old approval is of other bytes.
        let carried = bench.run(
            "assemble --file @s2 --manifest @m2 --with @s.approval --next @m3")
        #expect(carried.errors.contains("manifest/approval-of-other"), "\(carried.errors)")
        #expect(bench.run("review --file @s2 --manifest @m2").status == .success)
    }

    @Test func `a name that looks like another member's is a warning to whoever approves`() throws {
        let bench = try MemberBench()
        try bench.found()
        try bench.member("320100", "L0udi", "--local-name Nanjing")
        let asked = bench.run("request @L0udi --manifest @m1 --passphrase-file @pass")
        #expect(asked.status == .success && asked.errors.contains("warning: "), "\(asked.errors)")
        let review = bench.run("review --file @L0udi/request.txt --manifest @m1")
        #expect(review.status == .success, "\(review.errors)")
        let text = review.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(
            text.contains(
                "warning: the name \"L0udi\" of 320100/320100000000000 looks like \"Loudi\", a "
                    + "name of 431300/431300000000000"), "\(text)")
        let json = bench.run("review --file @L0udi/request.txt --manifest @m1 --json")
        #expect(json.output.contains("looks like"), "\(json.output)")
        try bench.member("610100", "Xian")
        bench.run("request @Xian --manifest @m1 --passphrase-file @pass")
        let other = bench.run("review --file @Xian/request.txt --manifest @m1")
        #expect(other.status == .success && !other.output.contains("warning"), "\(other.output)")
    }

    @Test func `a reason must be seen, and show as it stands`() throws {
        let bench = try MemberBench()
        try bench.found()
        let words = "suspend 431300/431300000000000"
        let blank = propose(bench, words, on: "m1", to: "p", because: "\u{200b}\u{2060}")
        #expect(blank.errors.contains("member/no-reason"), "\(blank.errors)")
        let turned = propose(bench, words, on: "m1", to: "p", because: "keys \u{202e}tsol")
        #expect(turned.errors.contains("member/text-form"), "\(turned.errors)")
    }
}
