// SPDX-License-Identifier: Apache-2.0

import LightClient

/// How many validators a chain can lose, and how many must lie for a false header, by their power
/// alone. Who the validators are, and whether they would lie together, no program can say.
struct ChainStrength: Hashable {
    let validators: Int
    /// The fewest validators that can make a block: more than two thirds of the power.
    let quorum: Int
    /// Whichever so many fail, the chain goes on.
    let mayFail: Int
    /// The fewest that hold more than a third of the power: together they can mislead a client
    /// that skips headers, or stop the chain.
    let mustLie: Int
    /// The largest validator's power in percent, rounded down.
    let largestPercent: Int

    init(powers: [Int64]) {
        let sorted = powers.filter { $0 > 0 }.sorted(by: >)
        // Below CometBFT's bound of 2^60, so that three times the sum fits.
        let total = sorted.reduce(Int64(0)) { $0.addingReportingOverflow($1).partialValue }
        func fewest(_ isEnough: (Int64) -> Bool) -> Int {
            var sum: Int64 = 0
            for (index, power) in sorted.enumerated() {
                sum = sum.addingReportingOverflow(power).partialValue
                if isEnough(sum) { return index + 1 }
            }
            return sorted.count
        }
        validators = sorted.count
        quorum = fewest { 3 * Double($0) > 2 * Double(total) }
        // The fewest, the largest first, without which two thirds are not exceeded.
        let stops = fewest { 3 * Double(total - $0) <= 2 * Double(total) }
        mayFail = max(0, stops - 1)
        mustLie = fewest { 3 * Double($0) > Double(total) }
        largestPercent = total > 0 ? Int(Double(sorted.first ?? 0) * 100 / Double(total)) : 0
    }

    /// The last lines of a rehearsal's report.
    var sentences: [String] {
        let failing =
            mayFail == 0
            ? "the chain stops when the largest one fails"
            : "the chain goes on while any \(mayFail) of them \(mayFail == 1 ? "is" : "are") down"
        var lines = [
            "\(validators) validators, quorum \(quorum), f=\(mayFail): \(failing)",
            "the \(mustLie) largest hold more than a third of the power: so many must lie together "
                + "to mislead another city",
            "the largest has \(largestPercent) % of the power",
        ]
        if validators < 2 || mustLie < 2 {
            lines.append(
                "NOT strong enough for money: a single key can mislead another city; use four "
                    + "validators or more, of equal power and in different hands")
        } else if mayFail < 1 {
            lines.append(
                "weak: one machine that fails stops every letter; use four validators or more")
        } else {
            lines.append(
                "strong enough for money as far as numbers go, when \(mustLie) validators are "
                    + "never in one hand; whether that is so, people must judge")
        }
        return lines
    }
}
