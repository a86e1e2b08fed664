// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import Glibc
import LightClient
import RelayCommand
import RelayLaboratory
import RelayTransport
import TestSupport
import Testing

// Unsafe: chmod(2) takes a C string.

/// The rehearsal against an embedded chain, over its real RPC.
@Suite struct MemberRehearseTests {
    /// A bench whose draft is that of a running chain, with its present time.
    private func bench(_ city: LaboratoryCity) throws -> MemberBench {
        var bench = try MemberBench()
        try bench.member("320100", "Nanjing")
        var draft = try bench.read("Nanjing/member.yaml")
        draft = draft.replacing("height: 7", with: "height: 1")
        draft = draft.replacing(
            SHA256.hash(Array("Nanjing".utf8)).description,
            with: city.anchor.headerHash.description)
        draft = draft.replacing("nanjing-320100-1", with: city.chainID)
        try bench.write("Nanjing/member.yaml", draft)
        bench.now = Timestamp(unixNanoseconds: Int64(city.time + 2) * 1_000_000_000)
        return bench
    }

    private func rehearse(
        _ bench: MemberBench, _ city: LaboratoryCity
    ) -> (status: RelayCommand.ExitStatus, output: String, errors: String) {
        bench.run("rehearse @Nanjing --passphrase-file @pass --node \(city.address)")
    }

    @Test func `a chain in order passes, and the last lines say how strong it is`() throws {
        let city = try LaboratoryCity(code: "320100", name: "nanjing")
        defer { city.stop() }
        // 40, 30, 20 and 10 of the power become four equal parts while the run is watched.
        city.makeBlocks(8)
        _ = city.node.perform { node in
            for name in ["val0", "val1", "val2", "val3"] {
                _ = try? node.chain.order(power: 10, of: name)
            }
        }
        city.makeBlocks(12)
        let bench = try bench(city)
        let answer = rehearse(bench, city)
        #expect(answer.status == .success, "\(answer.output) \(answer.errors)")
        for part in [
            "the trust anchor at height 1 verifies", "verify one by one, across",
            "a present key is proven present", "an absent key is proven absent",
            "hostile headers made of a genuine one are all refused",
            "4 validators, quorum 3, f=1",
        ] {
            #expect(answer.output.contains(part), "\(part) in \(answer.output)")
        }
        #expect(!answer.output.contains("across 0 change"))
        let block = try #require(Armour.decode(bench.read("Nanjing/report.txt")))
        var report = try SignedReport(reading: block.bytes)
        var verifier = SignatureVerifier()
        #expect(report.isValid(&verifier))
        report.text = report.text.replacing("f=1", with: "f=9")
        #expect(!report.isValid(&verifier))
    }

    /// The candidate's certificate and key, as its authority issued them.
    private func issue(_ bench: MemberBench, _ options: [String] = []) throws -> String {
        let made = try Laboratory.issue(
            "rehearsal-\(UInt32.random(in: .min ... .max))", division: "320100",
            institution: "320100000000000", options: options)
        try bench.folder.write(Corpus.read(made.files.certificate), to: "Nanjing/relay.crt")
        try bench.folder.write(Corpus.read(made.files.key), to: "Nanjing/relay.key")
        _ = unsafe chmod(bench.path("Nanjing/relay.key"), 0o600)
        return made.files.authority
    }

    @Test func `mutual TLS is tried from outside, as a peer and as nobody should`() throws {
        let city = try LaboratoryCity(code: "320100", name: "nanjing")
        defer { city.stop() }
        city.makeBlocks(6)
        var bench = try bench(city)
        bench.now = Timestamp.wallClock
        let authority = try issue(bench)
        let port = try FreePort.any()
        func rehearse(_ more: String) -> String {
            bench.run(
                "rehearse @Nanjing --passphrase-file @pass --node \(city.address) "
                    + "--endpoint 127.0.0.1:\(port) --authorities \(authority) \(more)"
            ).output
        }
        let good = rehearse("--listen 127.0.0.1:\(port)")
        for part in [
            "  ok    mutual TLS at 127.0.0.1:\(port) in", "TLSv1.3, HTTP/2",
            "  ok    its certificate is vouched for by the federation's authorities",
            "  ok    the certificate names cityrelay://member/320100/320100000000000",
            "  ok    its key is the one of this folder",
            "  ok    the certificate ends in",
            "  ok    a caller without a certificate is refused",
            "  ok    a caller that no authority vouches for is refused",
            "  ok    a caller that speaks TLS 1.2 is refused",
        ] {
            #expect(good.contains(part), "\(part) in \(good)")
        }
        #expect(!good.contains("Not tried"))
        let closed = rehearse("")
        #expect(closed.contains("FAULT mutual TLS: "), "\(closed)")
        // A certificate that ends soon.
        _ = try issue(bench, ["--days", "5"])
        let short = rehearse("--listen 127.0.0.1:\(port)")
        #expect(short.contains("FAULT the certificate ends in"), "\(short)")
    }

    @Test func `a chain that one key can bend is called too weak for money`() throws {
        let city = try LaboratoryCity(code: "320100", name: "nanjing")
        defer { city.stop() }
        city.makeBlocks(6)
        let bench = try bench(city)
        let answer = rehearse(bench, city)
        #expect(answer.status == .success)
        #expect(answer.output.contains("4 validators, quorum 2, f=0"))
        #expect(answer.output.contains("NOT strong enough for money"))
    }

    @Test func `a wrong anchor, a wrong chain id and a clock that is wrong are told`() throws {
        let city = try LaboratoryCity(code: "320100", name: "nanjing")
        defer { city.stop() }
        city.makeBlocks(6)
        var bench = try bench(city)
        let good = try bench.read("Nanjing/member.yaml")
        try bench.write(
            "Nanjing/member.yaml",
            good.replacing(
                city.anchor.headerHash.description, with: SHA256.hash([1]).description))
        var answer = rehearse(bench, city)
        #expect(answer.status == .negative)
        #expect(answer.output.contains("FAULT the trust anchor at height 1 does not verify"))
        try bench.write("Nanjing/member.yaml", good.replacing(city.chainID, with: "other-1"))
        answer = rehearse(bench, city)
        #expect(answer.status == .negative && answer.output.contains("node.wrong-chain"))
        try bench.write("Nanjing/member.yaml", good)
        bench.now = bench.now.adding(nanoseconds: -3_600_000_000_000)
        answer = rehearse(bench, city)
        #expect(answer.status == .negative)
        #expect(answer.output.contains("ahead of this machine's clock"))
    }
}
