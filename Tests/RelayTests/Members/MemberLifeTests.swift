// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayCommand
import TestSupport
import Testing

/// What happens to a member once it is in, by commands alone.
@Suite struct MemberLifeTests {
    /// The manifest in a file of the bench.
    private func manifest(_ bench: MemberBench, _ name: String) throws -> Manifest {
        try SignedManifest(reading: #require(Armour.decode(bench.read(name))).bytes).manifest
    }

    /// Both founders approve what is in `file`; the next version goes to `next`.
    private func pass(_ bench: MemberBench, _ file: String, from: String, to next: String) {
        let work = "--file @\(file) --manifest @\(from) --next @\(next)"
        let one = bench.approve("Hangzhou", work)
        #expect(one.status == .success, "\(one.errors)")
        let two = bench.approve("Loudi", work + " --with @Hangzhou.approval")
        #expect(two.status == .success, "\(two.errors)")
    }

    @Test func `a relay's key is rotated in two steps with an overlap`() throws {
        let bench = try MemberBench()
        try bench.found()
        let id = try #require(MemberID("431300/431300000000000"))
        let old = try #require(manifest(bench, "m1").member(id)?.relay.keyPins)
        let first = bench.run("rotate relay @Loudi --manifest @m1 --passphrase-file @pass")
        #expect(first.status == .success, "\(first.errors)")
        #expect(try bench.read("Loudi/relay.next.csr").contains("CERTIFICATE REQUEST"))
        pass(bench, "Loudi/request.txt", from: "m1", to: "m2")
        let both = try #require(manifest(bench, "m2").member(id)?.relay.keyPins)
        #expect(both.count == 2 && both.first == old.first)
        #expect(first.errors.contains("relay.next.csr") && first.errors.contains("SIGHUP"))
        let finish = "rotate relay @Loudi --finish --passphrase-file @pass --manifest"
        let second = bench.run("\(finish) @m2")
        #expect(second.status == .success, "\(second.errors)")
        pass(bench, "Loudi/request.txt", from: "m2", to: "m3")
        let after = try #require(manifest(bench, "m3").member(id)?.relay.keyPins)
        #expect(after == Array(both.dropFirst()))
    }

    @Test func `the second step can be repeated, and files move when its version is out`() throws {
        let bench = try MemberBench()
        try bench.found()
        let key = try bench.read("Loudi/relay.key")
        let finish = "rotate relay @Loudi --finish --passphrase-file @pass --manifest"
        let none = bench.run("\(finish) @m1")
        #expect(none.status == .negative && none.errors.contains("member/rotation-done"))
        #expect(
            bench.run("rotate relay @Loudi --manifest @m1 --passphrase-file @pass").status
                == .success)
        let next = try bench.read("Loudi/relay.next.key")
        // Refused or overtaken: the same key is asked for again.
        let again = bench.run("rotate relay @Loudi --manifest @m1 --passphrase-file @pass")
        #expect(again.status == .success, "\(again.errors)")
        #expect(try bench.read("Loudi/relay.next.key") == next)
        let early = bench.run("\(finish) @m1")
        #expect(early.status == .negative && early.errors.contains("member/no-overlap"))
        pass(bench, "Loudi/request.txt", from: "m1", to: "m2")
        let open = bench.run("rotate relay @Loudi --manifest @m2 --passphrase-file @pass")
        #expect(open.status == .negative && open.errors.contains("member/rotation-open"))
        for _ in 0..<2 {
            #expect(bench.run("\(finish) @m2").status == .success)
            #expect(try bench.read("Loudi/relay.key") == key)
            #expect(try bench.read("Loudi/relay.next.key") == next)
        }
        pass(bench, "Loudi/request.txt", from: "m2", to: "m3")
        let moved = bench.run("\(finish) @m3")
        #expect(moved.status == .success, "\(moved.errors)")
        #expect(try bench.read("Loudi/relay.key") == next)
        #expect(try bench.read("Loudi/relay.old.key") == key)
        #expect(!MemberBenchFiles.exists(bench.path("Loudi/relay.next.key")))
        let done = bench.run("\(finish) @m3")
        #expect(done.status == .negative && done.errors.contains("member/rotation-done"))
    }

    @Test func `a step that was broken off between two files goes on where it stopped`() throws {
        let bench = try MemberBench()
        try bench.found()
        let rotate = "rotate authority @Loudi --passphrase-file @pass --manifest"
        #expect(bench.run("\(rotate) @m1").status == .success)
        pass(bench, "Loudi/request.txt", from: "m1", to: "m2")
        #expect(bench.run("\(rotate) @m2 --finish").status == .success)
        pass(bench, "Loudi/request.txt", from: "m2", to: "m3")
        let (old, next) = (
            try bench.read("Loudi/authority.key"), try bench.read("Loudi/authority.next.key")
        )
        // The old key has made room, and the new one is not there yet.
        try FileManager.default.moveItem(
            atPath: bench.path("Loudi/authority.key"),
            toPath: bench.path("Loudi/authority.old.key"))
        let moved = bench.run("\(rotate) @m3 --finish")
        #expect(moved.status == .success, "\(moved.errors)")
        #expect(try bench.read("Loudi/authority.key") == next)
        #expect(try bench.read("Loudi/authority.old.key") == old)
        // The first step, broken off after the certificate request: it begins anew, with a new key.
        try bench.write("Loudi/relay.next.csr", "half")
        let relay = "rotate relay @Loudi --passphrase-file @pass --manifest"
        #expect(bench.run("\(relay) @m3").status == .success)
        #expect(try bench.read("Loudi/relay.next.csr").contains("CERTIFICATE REQUEST"))
        pass(bench, "Loudi/request.txt", from: "m3", to: "m4")
        #expect(bench.run("\(relay) @m4 --finish").status == .success)
        pass(bench, "Loudi/request.txt", from: "m4", to: "m5")
        // Both keys are moved, the certificate request is not.
        try? FileManager.default.removeItem(atPath: bench.path("Loudi/relay.csr"))
        try FileManager.default.removeItem(atPath: bench.path("Loudi/relay.key"))
        try FileManager.default.moveItem(
            atPath: bench.path("Loudi/relay.next.key"), toPath: bench.path("Loudi/relay.key"))
        #expect(bench.run("\(relay) @m5 --finish").errors.contains("member/rotation-done"))
        #expect(MemberBenchFiles.exists(bench.path("Loudi/relay.csr")))
        #expect(!MemberBenchFiles.exists(bench.path("Loudi/relay.next.csr")))
    }

    @Test func `a change whose new key is lost is taken back, and begun with another`() throws {
        let bench = try MemberBench()
        try bench.found()
        let relay = "rotate relay @Loudi --passphrase-file @pass --manifest"
        #expect(bench.run("\(relay) @m1 --back").errors.contains("member/no-overlap"))
        #expect(bench.run("\(relay) @m1 --back --finish").status == .usage)
        #expect(bench.run("\(relay) @m1").status == .success)
        pass(bench, "Loudi/request.txt", from: "m1", to: "m2")
        try FileManager.default.removeItem(atPath: bench.path("Loudi/relay.next.key"))
        let finish = bench.run("\(relay) @m2 --finish")
        #expect(finish.errors.contains("member/no-next-key") && finish.errors.contains("--back"))
        #expect(bench.run("\(relay) @m2").errors.contains("--back"))
        for _ in 0..<2 {
            let back = bench.run("\(relay) @m2 --back")
            #expect(back.status == .success, "\(back.errors)")
        }
        pass(bench, "Loudi/request.txt", from: "m2", to: "m3")
        let id = try #require(MemberID("431300/431300000000000"))
        #expect(
            try manifest(bench, "m3").member(id)?.relay.keyPins
                == (try manifest(bench, "m1").member(id)?.relay.keyPins))
        let again = bench.run("\(relay) @m3")
        #expect(again.status == .success, "\(again.errors)")
    }

    @Test func `other changes go on while two keys count`() throws {
        let bench = try MemberBench()
        try bench.found()
        #expect(
            bench.run("rotate relay @Loudi --manifest @m1 --passphrase-file @pass").status
                == .success)
        pass(bench, "Loudi/request.txt", from: "m1", to: "m2")
        let draft = try bench.read("Loudi/member.yaml")
        try bench.write(
            "Loudi/member.yaml", draft.replacing("loudi.example", with: "new.example"))
        let moved = bench.run("request @Loudi --manifest @m2 --passphrase-file @pass")
        #expect(moved.status == .success, "\(moved.errors)")
        pass(bench, "Loudi/request.txt", from: "m2", to: "m3")
        let evidence = bench.run("rotate evidence @Loudi --manifest @m3 --passphrase-file @pass")
        #expect(evidence.status == .success, "\(evidence.errors)")
        pass(bench, "Loudi/request.txt", from: "m3", to: "m4")
        // Both overlaps are open, and an authority's joins them.
        let third = bench.run("rotate authority @Loudi --manifest @m4 --passphrase-file @pass")
        #expect(third.status == .success, "\(third.errors)")
        pass(bench, "Loudi/request.txt", from: "m4", to: "m5")
        let id = try #require(MemberID("431300/431300000000000"))
        let entry = try #require(manifest(bench, "m5").member(id))
        #expect(entry.authorityKeys.count == 2 && entry.evidenceKeys.count == 2)
        #expect(entry.relay.keyPins.count == 2)
        for role in ["relay", "evidence", "authority"] {
            let last = bench.run(
                "rotate \(role) @Loudi --finish --manifest @m5 --passphrase-file @pass")
            #expect(last.status == .success, "\(last.errors)")
        }
    }

    @Test func `a step that is refused leaves no key behind`() throws {
        let bench = try MemberBench()
        try bench.found()
        #expect(
            bench.run("rotate relay @Loudi --manifest @m1 --passphrase-file @pass").status
                == .success)
        pass(bench, "Loudi/request.txt", from: "m1", to: "m2")
        // The overlap's second key is elsewhere: nothing here can prove it.
        let key = try bench.read("Loudi/relay.next.key")
        try FileManager.default.removeItem(atPath: bench.path("Loudi/relay.next.key"))
        for _ in 0..<2 {
            let refused = bench.run("rotate evidence @Loudi --manifest @m2 --passphrase-file @pass")
            #expect(refused.status == .negative)
            #expect(refused.errors.contains("request/key-not-proven"), "\(refused.errors)")
            #expect(refused.errors.contains("next.key of an open change"))
            #expect(!MemberBenchFiles.exists(bench.path("Loudi/evidence.next.key")))
        }
        try bench.write("Loudi/relay.next.key", key)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: bench.path("Loudi/relay.next.key"))
        let right = bench.run("rotate evidence @Loudi --manifest @m2 --passphrase-file @pass")
        #expect(right.status == .success, "\(right.errors)")
        #expect(MemberBenchFiles.exists(bench.path("Loudi/evidence.next.key")))
    }

    @Test func `a manifest that grew old, or ran out, gets new dates by a quorum`() throws {
        for days in [400, 800] as [Int64] {
            var bench = try MemberBench()
            try bench.found()
            bench.now = bench.now.adding(nanoseconds: days * 86_400_000_000_000)
            #expect(bench.run("list --manifest @m1").output.contains("cityrelay member dates"))
            let words =
                "dates --key @Hangzhou/authority.key --passphrase-file @pass --manifest @m1 "
                + "--out @p"
            #expect(bench.run(words).errors.contains("member/no-reason"))
            let turned = bench.run("\(words) --soft 90 --hard 60 --reason x")
            #expect(turned.status == .negative)
            let proposed = bench.run(
                words + " --soft 90 --hard 120 --reason", ["a year is over"])
            #expect(proposed.status == .success, "\(proposed.errors)")
            #expect(proposed.output.contains("no member, key, chain, route or rule changes"))
            #expect(proposed.output.contains("its note is \"dates: a year is over\""))
            let next = bench.approve(
                "Loudi", "--file @p --manifest @m1 --with @p.approval --next @m2")
            #expect(next.status == .success, "\(next.errors)")
            #expect(bench.run("list --manifest @m2").output.contains("good for 90 more days"))
            let (old, new) = (try manifest(bench, "m1"), try manifest(bench, "m2"))
            #expect(old.members == new.members && old.quorum == new.quorum)
            #expect(new.hardExpiry.nanoseconds(since: bench.now) == 120 * 86_400_000_000_000)
        }
    }

    @Test func `an authority's key is rotated, and the old one signs no more`() throws {
        let bench = try MemberBench()
        try bench.found()
        bench.run("rotate authority @Loudi --manifest @m1 --passphrase-file @pass")
        pass(bench, "Loudi/request.txt", from: "m1", to: "m2")
        let finish = bench.run(
            "rotate authority @Loudi --finish --manifest @m2 --passphrase-file @pass")
        #expect(finish.status == .success, "\(finish.errors)")
        pass(bench, "Loudi/request.txt", from: "m2", to: "m3")
        let moved = bench.run(
            "rotate authority @Loudi --finish --manifest @m3 --passphrase-file @pass")
        #expect(moved.status == .success, "\(moved.errors)")
        let proposal = "suspend 330100/330100000000000 --manifest @m3 --reason audit --out @p"
        let old = bench.run(
            "\(proposal) --key @Loudi/authority.old.key --passphrase-file @pass")
        #expect(old.errors.contains("manifest/unknown-signer"))
        let new = bench.run("\(proposal) --key @Loudi/authority.key --passphrase-file @pass")
        #expect(new.status == .success, "\(new.errors)")
    }

    @Test func `a suspension is proposed with its reason, approved, shown and taken back`() throws {
        let bench = try MemberBench()
        try bench.found()
        let words =
            "431300/431300000000000 --key @Hangzhou/authority.key --passphrase-file @pass --out @p"
        #expect(
            bench.run("suspend \(words) --manifest @m1").errors.contains("member/no-reason"))
        let proposed = bench.run("suspend \(words) --manifest @m1 --reason", ["keys were lost"])
        #expect(proposed.status == .success, "\(proposed.errors)")
        let next = bench.approve(
            "Loudi", "--file @p --manifest @m1 --with @p.approval --next @m2")
        #expect(next.status == .success, "\(next.errors)")
        #expect(next.output.contains("was active and is now suspended: keys were lost"))
        let shown = bench.run("show 431300/431300000000000 --manifest @m2")
        #expect(shown.output.contains("is suspended: keys were lost"))
        let back = bench.run("resume \(words) --manifest @m2 --reason", ["new keys are in"])
        #expect(back.status == .success, "\(back.errors)")
        // The one voter that is left is enough.
        let resumed = bench.approve(
            "Hangzhou", "--file @p --manifest @m2 --next @m3")
        #expect(resumed.status == .success, "\(resumed.errors)")
        #expect(resumed.output.contains("was suspended and is now active"))
        let after = try manifest(bench, "m3")
        #expect(after.members == (try manifest(bench, "m1")).members)
        let twice = bench.run("resume \(words) --manifest @m3 --reason x")
        #expect(twice.status == .negative && twice.errors.contains("member/status"))
        let unknown = bench.run("show 320100/320100000000000 --manifest @m2")
        #expect(unknown.status == .negative && unknown.errors.contains("member/unknown"))
    }

    @Test func `an authority is stopped before it approves two versions of one number`() throws {
        let bench = try MemberBench()
        try bench.found()
        try bench.member("320100", "Nanjing")
        bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        let join = "--file @Nanjing/request.txt --manifest @m1"
        #expect(bench.approve("Loudi", join).status == .success)
        // The same again is no second version.
        #expect(bench.approve("Loudi", join).status == .success)
        let words =
            "suspend 330100/330100000000000 --manifest @m1 --key @Loudi/authority.key "
            + "--passphrase-file @pass --out @p"
        let stopped = bench.run("\(words) --reason audit")
        #expect(stopped.status == .negative)
        #expect(stopped.errors.contains("member/approved-another"))
        #expect(bench.run("\(words) --supersede --reason audit").status == .success)
    }

    @Test func `a member leaves, and a rejection names its reason`() throws {
        let bench = try MemberBench()
        try bench.found()
        try bench.member("320100", "Nanjing")
        bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        pass(bench, "Nanjing/request.txt", from: "m1", to: "m2")
        let leave = bench.run(
            "leave @Nanjing --manifest @m2 --passphrase-file @pass --reason", ["the pilot is over"])
        #expect(leave.status == .success, "\(leave.errors)")
        let rejected = bench.run(
            "reject --file @Nanjing/request.txt --manifest @m2 --key @Loudi/authority.key "
                + "--passphrase-file @pass --out @no --reason", ["letters are still open"])
        #expect(rejected.status == .success, "\(rejected.errors)")
        let rejection = try Rejection(
            reading: #require(Armour.decode(bench.read("no"))).bytes)
        #expect(rejection.reason == "letters are still open")
        var verifier = SignatureVerifier()
        let signed = try SignedManifest(
            reading: #require(Armour.decode(bench.read("m2"))).bytes)
        #expect(
            try rejection.verify(
                electorate: Electorate(signed.sealed), signatures: &verifier
            ).division.text == "431300")
    }

    @Test func `a member leaves in two steps, and its keys are barred after the second`() throws {
        let bench = try MemberBench()
        try bench.found()
        try bench.member("320100", "Nanjing")
        bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        pass(bench, "Nanjing/request.txt", from: "m1", to: "m2")
        func leave(_ manifest: String, _ more: String = "") -> (
            status: RelayCommand.ExitStatus, output: String, errors: String
        ) {
            bench.run(
                "leave @Nanjing --manifest @\(manifest) --passphrase-file @pass \(more) --reason",
                ["the pilot is over"])
        }
        #expect(leave("m2", "--finish").errors.contains("member/not-drained"))
        let first = leave("m2")
        #expect(first.status == .success, "\(first.errors)")
        // Its own vote counts until it is suspended.
        let work = "--file @Nanjing/request.txt --manifest @m2 --next @m3"
        for (name, others) in [
            ("Hangzhou", ""), ("Loudi", ""),
            ("Nanjing", "--with @Hangzhou.approval --with @Loudi.approval"),
        ] { #expect(bench.approve(name, "\(work) \(others)").status == .success) }
        let id = try #require(MemberID("320100/320100000000000"))
        let drained = try manifest(bench, "m3")
        #expect(drained.standing(of: id) == .suspended(by: id, reason: "the pilot is over"))
        #expect(leave("m3").errors.contains("member/leaving"))
        let last = leave("m3", "--finish")
        #expect(last.status == .success, "\(last.errors)")
        pass(bench, "Nanjing/request.txt", from: "m3", to: "m4")
        #expect(
            try manifest(bench, "m4").standing(of: id)
                == .revoked(by: id, reason: "the pilot is over"))
        // A new folder's keys are right, the old ones are not.
        let again = bench.run("request @Nanjing --manifest @m4 --passphrase-file @pass")
        #expect(again.status == .negative && again.errors.contains("member/revoked-key"))
        #expect(leave("m4").status == .negative)
    }

    @Test func `every member command answers in JSON and has its help`() throws {
        let bench = try MemberBench()
        try bench.found()
        for words in [
            "list --manifest @m1 --json", "show 431300/431300000000000 --manifest @m1 --json",
            "review \(MemberBench.both) --found pair --json",
        ] {
            let answer = bench.run(words)
            #expect(answer.status == .success)
            _ = try JSON.parse(Array(answer.output.utf8))
        }
        let refused = bench.run("show 1 --manifest @m1 --json")
        let json = try JSON.parse(Array(refused.output.utf8))
        #expect(json["errors"]?[0]?["error"]?.string == "member/id")
        for command in CommandTree.cityrelay.commands where command.name.hasPrefix("member ") {
            #expect(command.summary.count <= 52, "\(command.name)")
        }
    }
}
