// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

@Suite struct `Budget of trust` {
    private static let start = Timestamp(unixNanoseconds: 1_800_000_000_000_000_000)

    private func budget(_ period: Int64, after age: Int64) -> TrustBudget {
        TrustBudget(
            trustingPeriodNanoseconds: period, newestTrusted: Self.start,
            now: Self.start.adding(nanoseconds: age))
    }

    struct Edge: CustomTestStringConvertible, Sendable {
        let age: Int64
        let left: Int64
        let perMille: Int
        let verdict: TrustBudget.Verdict

        var testDescription: String { "\(age) of 15 used: \(verdict.rawValue)" }
    }

    static let edges = [
        Edge(age: -3, left: 15, perMille: 1_000, verdict: .fresh),
        Edge(age: 0, left: 15, perMille: 1_000, verdict: .fresh),
        Edge(age: 8, left: 7, perMille: 466, verdict: .fresh),
        Edge(age: 9, left: 6, perMille: 400, verdict: .refreshDue),
        Edge(age: 10, left: 5, perMille: 333, verdict: .late),
        Edge(age: 14, left: 1, perMille: 66, verdict: .late),
        Edge(age: 15, left: 0, perMille: 0, verdict: .expired),
        Edge(age: 16, left: 0, perMille: 0, verdict: .expired),
    ]

    @Test(arguments: edges) func `verdicts change at two fifths, a third and nothing`(edge: Edge) {
        let budget = budget(15, after: edge.age)
        #expect(budget.leftNanoseconds == edge.left)
        #expect(budget.leftPerMille == edge.perMille)
        #expect(budget.verdict == edge.verdict)
        #expect(budget.needsRefresh == (edge.verdict != .fresh))
        #expect(budget.expiresAt == Self.start.adding(nanoseconds: 15))
        #expect(budget.refreshesAt == Self.start.adding(nanoseconds: 9))
        #expect(budget.lateAt == Self.start.adding(nanoseconds: 10))
    }

    @Test func `extreme periods and times do not trap`() {
        for period in [Int64.min, -1, 0, 1, 2, 3, .max] {
            for age in [Int64.min, -1, 0, 1, .max] {
                let budget = budget(period, after: age)
                #expect((0...1_000).contains(budget.leftPerMille))
                #expect(budget.leftNanoseconds >= 0)
                if period <= 0 { #expect(budget.verdict == .expired) }
            }
        }
        let never = TrustBudget(
            trustingPeriodNanoseconds: .max, newestTrusted: .latest, now: .goZero)
        #expect(never.verdict == .fresh)
    }

    @Test func `forecast and verdict agree, and it only ever gets worse`() {
        var generator = Generator(seed: 6)
        let order = TrustBudget.Verdict.allCases
        for _ in 0..<500 {
            let period = Int64.random(in: 1...2_000_000, using: &generator)
            let age = Int64.random(in: 0...3_000_000, using: &generator)
            let early = budget(period, after: age)
            let late = budget(period, after: age + Int64.random(in: 0...1_000, using: &generator))
            let places = [early, late].map { order.firstIndex(of: $0.verdict) ?? 0 }
            #expect(places[0] <= places[1])
            #expect((early.expiresAt <= early.now) == (early.verdict == .expired))
            #expect((early.lateAt <= early.now) == (places[0] >= 2))
            #expect((early.refreshesAt <= early.now) == early.needsRefresh)
        }
    }
}
