// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

@Suite struct `Certificate warnings` {
    private static let day: Int64 = 86_400
    private static let end: Int64 = 1_800_000_000

    private func at(_ secondsBeforeEnd: Int64) throws -> Timestamp {
        try #require(Timestamp(seconds: Self.end - secondsBeforeEnd))
    }

    struct Edge: CustomTestStringConvertible, Sendable {
        let left: Int64
        let step: CertificateStep?

        var testDescription: String { "\(left) s left" }
    }

    static let edges = [
        Edge(left: 60 * day + 1, step: nil), Edge(left: 60 * day, step: .sixtyDays),
        Edge(left: 30 * day + 1, step: .sixtyDays), Edge(left: 30 * day, step: .thirtyDays),
        Edge(left: 14 * day, step: .fourteenDays), Edge(left: 7 * day + 1, step: .fourteenDays),
        Edge(left: 7 * day, step: .sevenDays), Edge(left: 0, step: .sevenDays),
        Edge(left: -1, step: .expired),
    ]

    @Test(arguments: edges) func `the steps are 60, 30, 14 and 7 days, and the end`(edge: Edge)
        throws
    {
        #expect(CertificateStep(notAfter: Self.end, now: try at(edge.left)) == edge.step)
    }

    @Test func `every step is announced once, a renewed certificate begins anew`() throws {
        var watch = CertificateWatch()
        var steps: [CertificateStep] = []
        for half: Int64 in 0...144 {
            let left = 70 * Self.day - half * Self.day / 2
            let notice = watch.observe(holder: "own", notAfter: Self.end, now: try at(left))
            if let notice { steps.append(notice.step) }
        }
        #expect(steps == [.sixtyDays, .thirtyDays, .fourteenDays, .sevenDays, .expired])
        let renewed = Self.end + 90 * Self.day
        #expect(watch.observe(holder: "own", notAfter: renewed, now: try at(0)) == nil)
        let notice = watch.observe(holder: "own", notAfter: renewed, now: try at(-31 * Self.day))
        #expect(notice?.step == .sixtyDays)
        #expect(notice?.daysLeft == 59)
        #expect(notice?.code == "certificate/expires-soon")
    }

    @Test func `a late first look announces the step of the day alone`() throws {
        var watch = CertificateWatch()
        let notice = watch.observe(holder: "b", notAfter: Self.end, now: try at(5 * Self.day))
        #expect(notice?.step == .sevenDays)
        #expect(notice?.daysLeft == 5)
        #expect(watch.observeAll(now: try at(4 * Self.day)).isEmpty)
        let last = watch.observeAll(now: try at(-1))
        #expect(last.map(\.code) == ["certificate/expired"])
        #expect(last.first?.daysLeft == 0)
    }

    @Test func `dates that no calendar has do not trap`() {
        var watch = CertificateWatch()
        #expect(CertificateStep(notAfter: .min, now: .latest) == .expired)
        #expect(CertificateStep(notAfter: .max, now: .goZero) == nil)
        #expect(watch.observe(holder: "x", notAfter: .min, now: .latest)?.daysLeft == 0)
    }

    @Test func `holders are bounded`() {
        var watch = CertificateWatch()
        for index in 0...CertificateWatch.maxHolders {
            _ = watch.observe(holder: "\(index)", notAfter: 0, now: .unixEpoch)
        }
        #expect(watch.holders.count == CertificateWatch.maxHolders)
    }
}
