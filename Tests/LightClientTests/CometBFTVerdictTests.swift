// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

/// The reference code's verdicts: CometBFT 0.38.25 and ibc-go 10.7. Not one may differ.
@Suite struct CometBFTVerdictTests {
    static let folder = try? Fixtures.verdicts("cometbft")

    /// The cases that differ, with the number of cases.
    private func judge(
        _ name: String, _ judge: (JSON) throws -> Judgement?
    ) throws -> (count: Int, agreed: Int, stricter: Int) {
        let folder = try #require(CometBFTVerdictTests.folder)
        var result = (count: 0, agreed: 0, stricter: 0)
        for line in try Corpus.lines("\(folder)/\(name).jsonl") {
            guard let judgement = try judge(line) else { continue }
            result.count += 1
            switch judgement {
            case .agreed: result.agreed += 1
            case .stricter: result.stricter += 1
            case .disagreed(let why): Issue.record("\(line["id"]?.string ?? "?"): \(why)")
            }
        }
        return result
    }

    @Test func `headers, sets, commits and their hashes`() throws {
        let result = try judge("headers", CometBFTHeaders.judge)
        #expect(result.count >= 1_000 && result.agreed == result.count)
    }

    @Test func `commits and headers against sets and trusted headers`() throws {
        var verify = CometBFTVerify()
        let result = try judge("verify") { try verify.judge($0) }
        #expect(result.count >= 1_000 && result.agreed == result.count)
    }

    @Test func `lives of clients, with every change of their stores`() throws {
        var client = CometBFTClient()
        let result = try judge("client") { try client.judge($0) }
        #expect(result.count >= 300 && result.agreed == result.count)
    }

    @Test func `wire bytes, what they mean and how they are written again`() throws {
        let result = try judge("raw") { try CometBFTRaw.judge($0) }
        #expect(result.count >= 800 && result.agreed == result.count)
    }

    @Test func `where we are stricter, it is on purpose`() throws {
        var verify = CometBFTVerify()
        var client = CometBFTClient()
        let decisions = [
            CometBFTDecisions.trustLevel, CometBFTDecisions.nilHash, CometBFTDecisions.firstState,
        ]
        for (name, judge) in [
            ("verify-optional", { try verify.judge($0) }),
            ("client-optional", { try client.judge($0) }),
        ] as [(String, (JSON) throws -> Judgement)] {
            let folder = try #require(CometBFTVerdictTests.folder)
            for line in try Corpus.lines("\(folder)/\(name).jsonl") {
                guard case .stricter(let reason) = try judge(line) else {
                    Issue.record("\(line["id"]?.string ?? "?") is not refused on purpose")
                    continue
                }
                #expect(decisions.contains(reason))
            }
        }
    }
}
