// SPDX-License-Identifier: Apache-2.0

import LightClient
import RelayAPI
import RelayEngine
import Testing

/// What the status says of the list of members.
@Suite struct `The manifest in the status` {
    static let now = Timestamp(unixNanoseconds: 1_795_714_206_000_000_000)
    static let day: Int64 = 86_400_000_000_000

    private func troubles(
        _ soft: Int64, _ hard: Int64, ahead: UInt64 = 0
    ) -> [StatusReport.Trouble] {
        var standing = ManifestStanding(
            version: 7, softExpiry: Self.now.adding(nanoseconds: soft * Self.day),
            hardExpiry: Self.now.adding(nanoseconds: hard * Self.day))
        if ahead > 0 {
            standing.aheadChain = "beijing-110000-1"
            standing.aheadVersion = ahead
        }
        var troubles: [StatusReport.Trouble] = []
        StatusReport.judge(standing, Self.now, &troubles)
        return troubles
    }

    @Test func `a fresh one is not spoken of`() {
        #expect(troubles(1, 2).isEmpty)
    }

    @Test func `one that grows old warns, one that ran out is critical, both say what to do`() {
        let old = troubles(-1, 5)
        #expect(old.map(\.code) == ["manifest/grows-old"] && old.first?.level == .warning)
        let out = troubles(-9, 0)
        #expect(out.map(\.code) == ["manifest/expired"] && out.first?.level == .critical)
        for trouble in old + out { #expect(trouble.next.contains("cityrelay member dates")) }
    }

    @Test func `a later version that does not come is named, with its holder`() throws {
        let behind = troubles(1, 2, ahead: 9)
        #expect(behind.map(\.code) == ["manifest/behind"])
        let words = try #require(behind.first?.sentence)
        #expect(words.contains("beijing-110000-1's relay holds version 9, ours is 7"))
        #expect(behind.first?.next.contains("SIGHUP") == true)
    }
}
