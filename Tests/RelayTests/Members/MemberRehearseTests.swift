// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import Glibc
import LightClient
import RelayCommand
import RelayConnectors
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

    /// 40, 30, 20 and 10 of the power become four equal parts in the blocks that follow.
    private func orderEqualParts(_ city: LaboratoryCity) {
        city.makeBlocks(8)
        _ = city.node.perform { node in
            for name in ["val0", "val1", "val2", "val3"] {
                _ = try? node.chain.order(power: 10, of: name)
            }
        }
    }

    @Test func `a chain in order passes, and the last lines say how strong it is`() throws {
        let city = try LaboratoryCity(code: "320100", name: "nanjing")
        defer { city.stop() }
        // The set changes while the run is watched.
        orderEqualParts(city)
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
        let lies = try #require(answer.output.firstMatch(of: #/(\d+) hostile headers made/#)?.1)
        #expect(try #require(Int(lies)) >= 24)
        let block = try #require(Armour.decode(bench.read("Nanjing/report.txt")))
        var report = try SignedReport(reading: block.bytes)
        var verifier = SignatureVerifier()
        #expect(report.isValid(&verifier))
        report.text = report.text.replacing("f=1", with: "f=9")
        #expect(!report.isValid(&verifier))
        try bench.write("forged.txt", Armour.encode(.report, report.encoded))
        try bench.found()
        let request = bench.run("request @Nanjing --manifest @m1 --passphrase-file @pass")
        #expect(request.status == .success, "\(request.errors)")
        let word = "review --file @Nanjing/request.txt --report"
        let read = bench.run("\(word) @Nanjing/report.txt")
        #expect(read.status == .success, "\(read.errors)")
        #expect(read.output.contains("4 validators, quorum 3, f=1"))
        #expect(read.output.contains("signed by the evidence key of Nanjing"))
        let forged = bench.run("\(word) @forged.txt")
        #expect(forged.status == .negative && forged.errors.contains("report/bad-signature"))
        let other = bench.run("review --manifest @m1 --report @Nanjing/report.txt")
        #expect(other.status == .negative && other.errors.contains("report/other-key"))
        // Words beside the signed ones count for nothing.
        let file = try bench.read("Nanjing/report.txt")
        try bench.write("Nanjing/report.txt", file.replacing("f=1", with: "f=9"))
        let beside = bench.run("\(word) @Nanjing/report.txt")
        #expect(beside.errors.contains("not the one that was signed"))
        #expect(!beside.output.contains("f=9"))
    }

    @Test func `each line has its code, and a fault its next step`() throws {
        let city = try LaboratoryCity(code: "320100", name: "nanjing")
        defer { city.stop() }
        city.makeBlocks(6)
        let bench = try bench(city)
        let word = "rehearse @Nanjing --passphrase-file @pass --json --node \(city.address)"
        func lines(_ more: String) throws -> [JSON] {
            let answer = bench.run("\(word) \(more)")
            return try #require(JSON.parse(Array(answer.output.utf8))["lines"]?.array)
        }
        let good = try lines("")
        #expect(good.allSatisfy { $0["ok"]?.bool == true })
        let codes = good.compactMap { $0["code"]?.string }
        for code in [
            "chain-id", "clock", "anchor", "headers", "set-change", "skip", "present-key",
            "absent-key", "hostile-headers",
        ] { #expect(codes.contains("rehearse/\(code)"), "\(code) in \(codes)") }
        // No key of the store: it cannot be proven present.
        let bad = try lines("--present-key 00ff00ff").filter { $0["ok"]?.bool == false }
        #expect(bad.count == 1)
        #expect(bad.first?["code"]?.string == "rehearse/present-key")
        #expect(bad.first?["next"]?.string?.contains("--present-key") == true)
    }

    @Test func `a change of the validators long ago is found and crossed`() throws {
        let city = try LaboratoryCity(code: "320100", name: "nanjing")
        defer { city.stop() }
        orderEqualParts(city)
        city.makeBlocks(40)
        let bench = try bench(city)
        let answer = rehearse(bench, city)
        #expect(answer.status == .success, "\(answer.output)")
        #expect(answer.output.contains("across 0 change(s)"), "\(answer.output)")
        #expect(answer.output.contains("is crossed header by header"), "\(answer.output)")
    }

    static let powers: [[Int64]] = [[40, 30, 20, 10], [10]]

    @Test(arguments: powers)
    func `a genuine header gives at least 24 lies, each another message`(powers: [Int64]) throws {
        let city = try LaboratoryCity(code: "320100", name: "nanjing", powers: powers)
        defer { city.stop() }
        city.makeBlocks(4)
        let probe = try ChainProbe(
            address: city.address,
            parameters: ClientParameters(
                chainID: ChainID(city.chainID), trustingPeriodNanoseconds: 2,
                maxClockDriftNanoseconds: 1, unbondingPeriodNanoseconds: 3))
        defer { probe.stop() }
        let genuine = try #require(probe.updates(from: 1, to: 4).first)
        let lies = HostileHeaders.lies(of: genuine)
        #expect(lies.count >= Rehearsal.fewestLies && Rehearsal.fewestLies == 24)
        #expect(Set(lies.map(\.message)).union([genuine]).count == lies.count + 1)
        #expect(Set(lies.map(\.name)).count == lies.count)
        #expect(HostileHeaders.lies(of: [1, 2, 3]).isEmpty)
    }

    @Test func `lies that are taken, and too few of them, are faults`() throws {
        let lies = (0..<26).map { HostileHeaders.Lie(name: "lie \($0)", message: [UInt8($0)]) }
        #expect(Rehearsal.judge(lies) { _ in false }.isGood)
        let lenient = Rehearsal.judge(lies) { $0 == [7] }
        #expect(!lenient.isGood && lenient.text.contains("TAKEN: lie 7"))
        #expect(lenient.code == "rehearse/hostile-headers" && lenient.next.contains("do not join"))
        let few = Rehearsal.judge(Array(lies.prefix(Rehearsal.fewestLies - 1))) { _ in false }
        #expect(!few.isGood && few.text.contains("only 23"))
        #expect(!Rehearsal.judge([]) { _ in false }.isGood)
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
        // A certificate of another member, and a key that is not the folder's.
        let other = try Laboratory.issue(
            "rehearsal-\(UInt32.random(in: .min ... .max))", division: "320200",
            institution: "320200000000000")
        let (certificate, key) = ("Nanjing/relay.crt", "Nanjing/relay.key")
        try bench.folder.write(Corpus.read(other.files.certificate), to: certificate)
        try bench.folder.write(Corpus.read(other.files.key), to: key)
        let foreign = rehearse("--listen 127.0.0.1:\(port)")
        #expect(foreign.contains("FAULT the certificate does not name"), "\(foreign)")
        #expect(foreign.contains("rehearse/uri-name. Next: "), "\(foreign)")
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
