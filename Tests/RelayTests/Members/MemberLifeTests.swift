// SPDX-License-Identifier: Apache-2.0

import Federation
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
        let second = bench.run(
            "rotate relay @Loudi --finish --manifest @m2 --passphrase-file @pass")
        #expect(second.status == .success, "\(second.errors)")
        pass(bench, "Loudi/request.txt", from: "m2", to: "m3")
        let after = try #require(manifest(bench, "m3").member(id)?.relay.keyPins)
        #expect(after == Array(both.dropFirst()))
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
