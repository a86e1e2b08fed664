// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayCommand
import RelayLaboratory
import TestSupport
import Testing

/// A new trust anchor for a chain, taken from its node, proposed and approved.
@Suite struct MemberRescueTests {
    /// Two founders whose second one has a running chain.
    private func bench(_ city: LaboratoryCity) throws -> MemberBench {
        var bench = try MemberBench()
        bench.now = Timestamp(unixNanoseconds: Int64(city.time + 2) * 1_000_000_000)
        try bench.member("330100", "Hangzhou")
        try bench.member("431300", "Loudi")
        var draft = try bench.read("Loudi/member.yaml")
        draft = draft.replacing("height: 7", with: "height: 1")
        draft = draft.replacing(
            SHA256.hash(Array("Loudi".utf8)).description,
            with: city.anchor.headerHash.description)
        draft = draft.replacing("loudi-431300-1", with: city.chainID)
        try bench.write("Loudi/member.yaml", draft)
        for name in ["Hangzhou", "Loudi"] {
            let made = bench.run("request @\(name) --federation pair --passphrase-file @pass")
            #expect(made.status == .success, "\(made.errors)")
        }
        let founded = bench.approve("Hangzhou", MemberBench.both + " --found pair --next @m1")
        #expect(founded.status == .success, "\(founded.errors)")
        return bench
    }

    private func rescue(
        _ bench: MemberBench, _ city: LaboratoryCity, _ more: String = "",
        reason: [String] = ["--reason", "it forked"]
    ) -> (status: RelayCommand.ExitStatus, output: String, errors: String) {
        bench.run(
            "rescue 431300/431300000000000 --manifest @m1 --node \(city.address) "
                + "--key @Hangzhou/authority.key --passphrase-file @pass --out @p \(more)", reason)
    }

    private func hash(_ city: LaboratoryCity, at height: UInt64) throws -> Digest {
        let found = city.node.perform { node in
            try? node.chain.lightBlock(at: height)?.signedHeader?.header?.hash()
        }
        return try #require(found ?? nil)
    }

    @Test func `the node's header becomes the anchor when both authorities approve`() throws {
        let city = try LaboratoryCity(code: "431300", name: "loudi")
        defer { city.stop() }
        city.makeBlocks(9)
        let bench = try bench(city)
        let height = city.height - 1
        let proposed = rescue(bench, city)
        #expect(proposed.status == .success, "\(proposed.errors)")
        for part in [
            "it follows from the present anchor by the chain's own signatures",
            "what happens to packets in flight",
        ] {
            #expect(proposed.output.contains(part), "\(part) in \(proposed.output)")
        }
        let words = FingerprintWords(try hash(city, at: height)).rows
        for row in words { #expect(proposed.output.contains(row)) }
        let approved = bench.approve(
            "Loudi", "--file @p --manifest @m1 --with @p.approval --next @m2")
        #expect(approved.status == .success, "\(approved.errors)")
        let next = try SignedManifest(
            reading: #require(Armour.decode(bench.read("m2"))).bytes)
        let id = try #require(MemberID("431300/431300000000000"))
        let anchor = next.manifest.member(id)?.chains.first?.anchor
        #expect(anchor == TrustAnchor(height: height, headerHash: try hash(city, at: height)))
        #expect(next.manifest.note.hasPrefix("rescue \(city.chainID): it forked"))
    }

    @Test func `a header that the operator did not read out, or that is the anchor, is refused`()
        throws
    {
        let city = try LaboratoryCity(code: "431300", name: "loudi")
        defer { city.stop() }
        city.makeBlocks(9)
        let bench = try bench(city)
        let other = rescue(bench, city, "--height 5 --hash \(SHA256.hash([9]))")
        #expect(other.status == .negative && other.errors.contains("rescue/other-header"))
        let right = rescue(bench, city, "--height 5 --hash \(try hash(city, at: 5))")
        #expect(right.status == .success, "\(right.errors)")
        let same = rescue(bench, city, "--height 1")
        #expect(same.errors.contains("rescue/same-anchor"), "\(same.errors)")
        #expect(rescue(bench, city, reason: []).errors.contains("member/no-reason"))
    }

    @Test func `a node of another chain, an expired header and a dead node are told`() throws {
        let city = try LaboratoryCity(code: "431300", name: "loudi")
        defer { city.stop() }
        city.makeBlocks(6)
        var bench = try bench(city)
        let stranger = try LaboratoryCity(code: "320100", name: "nanjing")
        let wrong = rescue(bench, stranger)
        #expect(wrong.status != .success)
        #expect(
            wrong.errors.contains("rescue/wrong-chain") || wrong.errors.contains("rescue/node"),
            "\(wrong.errors)")
        stranger.stop()
        let dead = rescue(bench, stranger)
        #expect(dead.status == .unavailable && dead.errors.contains("rescue/node"))
        bench.now = bench.now.adding(nanoseconds: 20 * 86_400_000_000_000)
        let old = rescue(bench, city)
        #expect(old.errors.contains("rescue/too-old"), "\(old.errors)")
    }
}
