// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// The block time that a commit implies: the moment that half of the voting power has reached.
///
/// Source: CometBFT v0.38 types/time/time.go WeightedMedian; building-cometbft.md section 2.2.
package enum MedianTime {
    /// - Parameter votes: time and power of every vote for the block and of every nil vote.
    /// - Returns: nil without votes.
    package static func of(_ votes: [(time: Timestamp, power: Int64)]) -> Timestamp? {
        var rest = votes.reduce(0) { $0 + $1.power } / 2
        for vote in votes.sorted(by: { $0.time < $1.time }) {
            if rest <= vote.power { return vote.time }
            rest -= vote.power
        }
        return nil
    }
}
