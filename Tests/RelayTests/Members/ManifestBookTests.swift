// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayStore
import TestSupport
import Testing

/// Versions that are older than what a relay holds in memory after a start.
@Suite struct ManifestBookTests {
    typealias Sample = SampleFederation

    private let folder: ScratchFolder
    /// Versions 1 to 36, as the store has them.
    private let versions: [SignedManifest]
    /// After a start: memory begins with version 34.
    private let book: ManifestBook
    private let now = Timestamp(unixNanoseconds: 1_795_714_206_000_000_000)

    init() throws {
        folder = try ScratchFolder()
        let path = folder.file("relay.db")
        var versions = [try Sample.chain().latest]
        for number in 2...36 {
            let next = try Sample.next(versions[number - 2].sealed) { $0.note = "\(number)" }
            versions.append(try Sample.sign(next, by: Sample.three))
        }
        let journal = try SQLiteJournal(path: path, owner: StoreSchemaTests.owner)
        try journal.commit(
            versions.map { version in
                .manifest(
                    ManifestRecord(
                        version: version.manifest.version, digest: version.digest.bytes,
                        bytes: version.encoded, isDifference: false, source: "there",
                        adoptedAt: version.manifest.issuedAt))
            })
        var verifier = SignatureVerifier()
        var chain = try ManifestChain(anchor: ManifestAnchor(versions[33].sealed), versions[33])
        for next in versions[34...] { _ = try chain.append(next, signatures: &verifier) }
        self.versions = versions
        book = ManifestBook(chain, bars: [:], own: try Sample.id("330100"), storeFile: path)
    }

    /// Another version of a number, by authorities of the one before.
    private func other(_ number: Int, by authorities: [String]) throws -> SignedManifest {
        let next = try Sample.next(versions[number - 2].sealed) { $0.note = "another" }
        return try Sample.sign(next, by: authorities)
    }

    private func refusals(_ offered: SignedManifest) -> [ManifestRefusal] {
        var verifier = SignatureVerifier()
        return book.judge(
            [ManifestStep(signed: offered.encoded)], from: "there", now: now,
            signatures: &verifier
        ).compactMap { if case .manifestRefused(let refusal) = $0 { refusal } else { nil } }
    }

    @Test(arguments: [2, 5, 33, 34, 35])
    func `a second version of an old number is evidence after a start too`(number: Int) throws {
        let other = try other(number, by: ["330100", "110000", "320100"])
        let found = refusals(other)
        #expect(found.map(\.code) == ["manifest/equivocation"])
        let bytes = try #require(found.first?.evidence?.evidence)
        let evidence = try ManifestEquivocation(reading: bytes)
        #expect(try evidence.first.version() == UInt64(number))
        // Somebody who found it elsewhere is believed as well.
        var verifier = SignatureVerifier()
        let told = try book.judge(evidence, from: "there", now: now, signatures: &verifier)
        guard case .manifestRefused(let refusal)? = told else {
            Issue.record("\(String(describing: told))")
            return
        }
        #expect(refusal.code == "manifest/equivocation" && refusal.evidence != nil)
    }

    @Test func `what held is no news, and what no quorum signed is no evidence`() throws {
        for version in versions { #expect(refusals(version).isEmpty) }
        let weak = refusals(try other(5, by: ["330100"]))
        #expect(weak.count == 1 && weak.first?.evidence == nil)
        #expect(weak.first?.code != "manifest/before-anchor", "\(weak)")
    }
}
