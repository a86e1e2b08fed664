// SPDX-License-Identifier: Apache-2.0

import LightClient

extension ManifestMember {
    /// What differs between the chains of two versions of one entry.
    func chainChanges(since old: ManifestMember) -> [ManifestChange] {
        var changes: [ManifestChange] = []
        for (index, chain) in chains.enumerated() {
            guard let before = old.chains.first(where: { $0.id == chain.id }) else {
                changes.append(.chainAdded(self, chain, isMain: index == 0))
                continue
            }
            if before != chain { changes += termChanges(before, chain) }
        }
        for chain in old.chains where !chains.contains(where: { $0.id == chain.id }) {
            changes.append(.chainRemoved(self, chain))
        }
        let (before, after) = (old.chains.map(\.id), chains.map(\.id))
        let isReordered = before.filter(after.contains) != after.filter(before.contains)
        if isReordered || before.first != after.first {
            changes.append(.chainOrder(self, from: before, to: after))
        }
        return changes
    }

    private func termChanges(_ old: Chain, _ new: Chain) -> [ManifestChange] {
        var changes: [ManifestChange] = []
        if old.anchor != new.anchor {
            changes.append(.anchor(self, new.id, from: old.anchor, to: new.anchor))
        }
        for ((what, before), (_, after)) in zip(old.terms, new.terms) where before != after {
            changes.append(.chainTerm(self, new.id, what: what, from: before, to: after))
        }
        return changes
    }
}

extension Chain {
    /// Each term on which the chain's headers are believed and its proofs read, as people read it.
    /// Exact: two values never read alike.
    var terms: [(what: String, value: String)] {
        [
            ("family", family.rawValue),
            ("block interval", Span.text(blockIntervalNanoseconds)),
            ("time for which its headers are believed", Span.text(trusting)),
            ("share of the known validators that must be passed", "\(threshold)"),
            ("clock drift that is allowed", Span.text(parameters.maxClockDriftNanoseconds)),
            ("unbonding period", Span.text(parameters.unbondingPeriodNanoseconds)),
            (
                "commitment prefix",
                "[" + commitmentPrefix.map { "\"\($0)\"" }.joined(separator: ", ") + "]"
            ),
        ]
    }

    private var trusting: Int64 { parameters.trustingPeriodNanoseconds }
    private var threshold: TrustThreshold { parameters.trustThreshold }
}

/// A length of time for people, exact to the nanosecond.
enum Span {
    private static let units: [(Int64, String)] = [
        (86_400_000_000_000, "days"), (3_600_000_000_000, "hours"), (60_000_000_000, "min"),
        (1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"),
    ]

    /// In the largest unit of which it is a multiple: "21 days", "90 min", "10 s".
    static func text(_ nanoseconds: Int64) -> String {
        for (unit, name) in units where nanoseconds != 0 && nanoseconds % unit == 0 {
            return "\(nanoseconds / unit) \(name)"
        }
        return "\(nanoseconds) ns"
    }
}
