// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import LightClient
import RelayCommand
import RelayTransport
import TestSupport
import Testing

// Unsafe: stat(2) fills a struct.

@Suite struct MemberCommandTests {
    static func mode(_ path: String) -> Int? {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else { return nil }
        return Int(facts.st_mode & 0o777)
    }

    @Test func `init makes encrypted keys of mode 0600 and says what goes where`() throws {
        let bench = try MemberBench()
        try bench.member("431300", "Loudi", "--operator FunChain")
        for role in ["authority", "evidence", "relay"] {
            #expect(Self.mode(bench.path("Loudi/\(role).key")) == 0o600)
            #expect(try bench.read("Loudi/\(role).key").contains("BEGIN ENCRYPTED PRIVATE KEY"))
        }
        #expect(try bench.read("Loudi/relay.csr").contains("BEGIN CERTIFICATE REQUEST"))
        #expect(Self.mode(bench.path("Loudi")) == 0o700)
        let again = bench.run(
            "init @Loudi --division 431300 --institution 431300000000000 --name Loudi "
                + "--endpoint a.example:1 --passphrase-file @pass")
        #expect(again.status == .negative && again.errors.contains("file/exists"))
    }

    @Test func `openssl reads the keys, and the request carries the member's URI`() throws {
        let bench = try MemberBench()
        try bench.member("431300", "Loudi")
        let key = bench.path("Loudi/authority.key")
        let pass = "file:" + bench.path("pass")
        #expect(
            try Spawn.run([
                "openssl", "pkey", "-in", key, "-passin", pass, "-noout",
            ]) == 0)
        let text = bench.path("csr.text")
        #expect(
            try Spawn.run([
                "openssl", "req", "-in", bench.path("Loudi/relay.csr"), "-noout", "-verify",
                "-text", "-out", text,
            ]) == 0)
        let request = try bench.read("csr.text")
        #expect(request.contains("URI:cityrelay://member/431300/431300000000000"))
        #expect(request.contains("DNS:loudi.example"))
    }

    @Test func `two cities federate from two files, and a third needs both signatures`() throws {
        let bench = try MemberBench()
        try bench.found()
        // The other city makes the same version from the same two files.
        let other = bench.approve("Loudi", MemberBench.both + " --found pair --next @m1b")
        #expect(other.status == .success)
        let first = try SignedManifest(
            reading: #require(Armour.decode(bench.read("m1"))).bytes)
        let second = try SignedManifest(
            reading: #require(Armour.decode(bench.read("m1b"))).bytes)
        #expect(first.digest == second.digest)
        for row in FingerprintWords(first.digest).rows { #expect(other.output.contains(row)) }

        try bench.member("320100", "Nanjing")
        let request = bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        #expect(request.status == .success, "\(request.errors)")
        let review = bench.run("review --file @Nanjing/request.txt --manifest @m1")
        #expect(review.status == .success)
        #expect(review.output.contains("Nanjing (Nanjing, 320100/320100000000000) comes in"))
        let work = "--file @Nanjing/request.txt --manifest @m1 --next @m2"
        let one = bench.approve("Hangzhou", work)
        #expect(one.status == .success && one.output.contains("1 of 2 approvals"))
        #expect(!MemberBenchFiles.exists(bench.path("m2")))
        let early = bench.run("assemble \(work) --with @Hangzhou.approval")
        #expect(early.status == .negative)
        #expect(early.errors.contains("manifest/not-enough-signatures: 1 of 2"))
        let two = bench.approve("Loudi", work + " --with @Hangzhou.approval")
        #expect(two.status == .success, "\(two.errors)")
        let third = try SignedManifest(
            reading: #require(Armour.decode(bench.read("m2"))).bytes)
        var chain = try ManifestChain(anchor: ManifestAnchor(first.sealed), first)
        var verifier = SignatureVerifier()
        #expect(try chain.append(third, signatures: &verifier) == .advanced)
        #expect(bench.run("list --manifest @m2").output.contains("320100/320100000000000"))
    }

    @Test func `an operator's relay key starts a relay and signs no registration`() throws {
        let bench = try MemberBench()
        try bench.member("330100", "Hangzhou", "--relay-key ed25519")
        try bench.member("431300", "Loudi")
        for name in ["Hangzhou", "Loudi"] {
            bench.run("request @\(name) --federation pair --passphrase-file @pass")
        }
        #expect(
            bench.approve("Hangzhou", MemberBench.both + " --found pair --next @m1").status
                == .success)
        try bench.member("320100", "Nanjing")
        bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        let work = "--file @Nanjing/request.txt --manifest @m1 --next @m2"
        let refused = bench.approve("Hangzhou", work, key: "@Hangzhou/relay.key")
        #expect(refused.status == .negative)
        #expect(refused.errors.contains("manifest/wrong-key-role"))
        #expect(refused.errors.contains("it can restart a node, and sign nothing"))
        let p256 = bench.approve("Loudi", work, key: "@Loudi/relay.key")
        #expect(p256.errors.contains("key/type"))
        let evidence = bench.approve("Loudi", work, key: "@Loudi/evidence.key")
        #expect(evidence.errors.contains("manifest/wrong-key-role"))
        // Nor does an approval that somebody else's program made of it count.
        let current = try SignedManifest(
            reading: #require(Armour.decode(bench.read("m1"))).bytes)
        let asked = try RegistrationRequest(
            reading: #require(Armour.decode(bench.read("Nanjing/request.txt"))).bytes)
        let seed = try #require(
            PrivateKey(
                pem: Array(bench.read("Hangzhou/relay.key").utf8),
                passphrase: Array("correct horse battery staple".utf8)
            ).ed25519Seed)
        let forged = try #require(
            Approval(
                of: MembershipProposal([asked], after: current.sealed).next,
                with: .ed25519(seed: seed)))
        try bench.write("forged", Armour.encode(.approval, forged.encoded))
        let with = bench.run("assemble \(work) --with @forged")
        #expect(with.status == .negative && with.errors.contains("manifest/wrong-key-role"))
        // The same key opens: it is the right one for its own work.
        let pem = Array(try bench.read("Hangzhou/relay.key").utf8)
        let words = Array("correct horse battery staple".utf8)
        #expect(try PrivateKey(pem: pem, passphrase: words).ed25519Seed != nil)
    }

    @Test func `wrong passphrase, unreadable key and open mode have codes of their own`() throws {
        let bench = try MemberBench()
        try bench.found()
        try bench.member("320100", "Nanjing")
        bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        let work = "--file @Nanjing/request.txt --manifest @m1"
        var answer = bench.approve("Loudi", work, pass: "wrong")
        #expect(answer.status == .negative && answer.errors.contains("key/wrong-passphrase"))
        answer = bench.approve("Loudi", work, key: "@nothing.key")
        #expect(answer.status == .unavailable && answer.errors.contains("file/unreadable"))
        let key = bench.path("Loudi/authority.key")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
        answer = bench.approve("Loudi", work)
        #expect(answer.errors.contains("key/readable-by-others"))
        #expect(answer.errors.contains("chmod 600"))
        try bench.write("Loudi/authority.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        answer = bench.approve("Loudi", work)
        #expect(answer.errors.contains("key/unreadable"))
        try bench.write("short", "short\n")
        answer = bench.run(
            "init @X --division 431300 --institution 431300000000000 --name X "
                + "--endpoint a.example:1 --passphrase-file @short")
        #expect(answer.errors.contains("key/passphrase-short"))
    }

    @Test func `codes not in form, a missing anchor and a chain id that is taken are refused`()
        throws
    {
        let bench = try MemberBench()
        try bench.found()
        var answer = bench.run(
            "init @X --division 431300 --institution 12345 --name X --endpoint a.example:1 "
                + "--passphrase-file @pass")
        #expect(answer.errors.contains("member/institution-code"))
        answer = bench.run(
            "init @X --division 43130 --institution 431300000000000 --name X "
                + "--endpoint a.example:1 --passphrase-file @pass")
        #expect(answer.errors.contains("member/division-code"))
        try bench.member("320100", "Nanjing")
        let good = try bench.read("Nanjing/member.yaml")
        let hash = SHA256.hash(Array("Nanjing".utf8)).description
        try bench.write(
            "Nanjing/member.yaml",
            good.replacing("height: 7", with: "height: 0")
                .replacing(hash, with: String(repeating: "0", count: 64)))
        answer = bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        #expect(answer.status == .negative && answer.errors.contains("member/anchor"))
        try bench.write(
            "Nanjing/member.yaml",
            good.replacing("nanjing-320100-1", with: "loudi-431300-1"))
        answer = bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        #expect(answer.errors.contains("member/chain-id-taken"))
        try bench.write(
            "Nanjing/member.yaml", good.replacing("nanjing.example", with: "loudi.example"))
        answer = bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        #expect(answer.errors.contains("member/endpoint-taken"))
        try bench.write("Nanjing/member.yaml", good.replacing("division:", with: "divsion:"))
        answer = bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        #expect(answer.errors.contains("did you mean \"division\"?"))
    }

    @Test func `a request from a clock that is ahead, or for another manifest, is refused`() throws
    {
        var bench = try MemberBench()
        try bench.found()
        try bench.member("320100", "Nanjing")
        bench.now = MemberBench.start.adding(nanoseconds: 3_600_000_000_000)
        bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        bench.now = MemberBench.start
        var answer = bench.run("review --file @Nanjing/request.txt --manifest @m1")
        #expect(answer.status == .negative && answer.errors.contains("request/clock-ahead"))
        bench.now = MemberBench.start.adding(nanoseconds: 3_600_000_000_000)
        bench.approve("Hangzhou", "--file @Nanjing/request.txt --manifest @m1")
        bench.approve(
            "Loudi",
            "--file @Nanjing/request.txt --manifest @m1 --with @Hangzhou.approval --next @m2")
        answer = bench.run("review --file @Nanjing/request.txt --manifest @m2")
        #expect(answer.errors.contains("request/stale"))
        answer = bench.run("review --file @m1 --manifest @m1")
        #expect(answer.errors.contains("file/other-kind"))
    }
}

enum MemberBenchFiles {
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
