// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// A validator set with the priorities that say whose turn it is.
///
/// Source: CometBFT v0.38 types/validator_set.go; building-cometbft.md section 2.3. All arithmetic
/// is 64 bits with clipping, division truncates, the average is floored.
package struct ProposerRotation: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package let publicKey: PublicKey
        package let address: [UInt8]
        package var power: Int64
        package var priority: Int64

        package init(publicKey: PublicKey, power: Int64, priority: Int64 = 0) {
            self.publicKey = publicKey
            address = publicKey.address
            self.power = power
            self.priority = priority
        }
    }

    /// floor((2^63 - 1) / 8), CometBFT's MaxTotalVotingPower.
    package static let totalPowerLimit = ValidatorSet.maxTotalPower

    /// Power descending, then address ascending: the order that is hashed and signed.
    package private(set) var members: [Member]
    package private(set) var totalPower: Int64
    /// Whose turn it was at the last increment.
    package private(set) var proposerAddress: [UInt8]

    /// The set of the first height.
    package init(genesis: [ValidatorUpdate]) throws(ValidatorUpdateError) {
        members = []
        totalPower = 0
        proposerAddress = []
        try update(with: genesis)
        increment()
    }

    /// As headers hash it and as ICS-07 messages carry it, with this height's proposer.
    package var validatorSet: ValidatorSet {
        let validators = members.map {
            Validator(
                key: $0.publicKey, votingPower: $0.power, proposerPriority: $0.priority)
        }
        return ValidatorSet(
            validators: validators,
            proposer: validators.first { $0.address == proposerAddress })
    }

    package func power(of address: [UInt8]) -> Int64? {
        members.first { $0.address == address }?.power
    }

    /// The next height's set: changes, if any, then one increment.
    package func advanced(
        with updates: [ValidatorUpdate] = []
    ) throws(ValidatorUpdateError) -> ProposerRotation {
        var next = self
        if !updates.isEmpty { try next.update(with: updates) }
        next.increment()
        return next
    }

    /// The proposer of a round of this height.
    package func proposerAddress(round: Int32) -> [UInt8] {
        guard round > 0 else { return proposerAddress }
        var later = self
        later.increment(times: Int(round))
        return later.proposerAddress
    }

    package mutating func increment(times: Int = 1) {
        rescale()
        centre()
        for _ in 0..<times {
            for index in members.indices {
                members[index].priority = clippedSum(members[index].priority, members[index].power)
            }
            var highest = 0
            for index in members.indices.dropFirst() where isAhead(index, of: highest) {
                highest = index
            }
            members[highest].priority = clippedDifference(members[highest].priority, totalPower)
            proposerAddress = members[highest].address
        }
    }

    /// Takes a set change without the increment that follows it. Nothing changes when it throws.
    package mutating func update(
        with updates: [ValidatorUpdate]
    ) throws(ValidatorUpdateError) {
        var changed = members
        var beforeRemovals = totalPower
        var fresh: Set<[UInt8]> = []
        var removed: Set<[UInt8]> = []
        var seen: Set<[UInt8]> = []
        for update in updates {
            let address = update.publicKey.address
            guard update.power >= 0 else { throw .negativePower(update.power) }
            guard seen.insert(address).inserted else { throw .duplicate(address: address) }
            let place = changed.firstIndex { $0.address == address }
            if update.power == 0 {
                guard place != nil else { throw .unknown(address: address) }
                removed.insert(address)
                continue
            }
            guard update.power <= Self.totalPowerLimit else { throw .totalPowerTooLarge }
            beforeRemovals = clippedSum(beforeRemovals, update.power)
            if let place {
                beforeRemovals -= changed[place].power
                changed[place].power = update.power
            } else {
                fresh.insert(address)
                changed.append(Member(publicKey: update.publicKey, power: update.power))
            }
        }
        // A removed member cannot be part of the limit's sum for longer than this change.
        guard beforeRemovals <= Self.totalPowerLimit else { throw .totalPowerTooLarge }
        let start = -(beforeRemovals + beforeRemovals >> 3)
        for index in changed.indices where fresh.contains(changed[index].address) {
            changed[index].priority = start
        }
        changed.removeAll { removed.contains($0.address) }
        guard !changed.isEmpty else { throw .emptySet }
        members = changed
        totalPower = changed.reduce(0) { $0 + $1.power }
        rescale()
        centre()
        members.sort { left, right in
            left.power == right.power
                ? precedes(left.address, right.address) : left.power > right.power
        }
    }
}

extension ProposerRotation {
    /// Keeps the spread of priorities within twice the total power.
    private mutating func rescale() {
        let window = 2 * totalPower
        guard let highest = members.map(\.priority).max(),
            let lowest = members.map(\.priority).min(), window > 0
        else { return }
        let spread = clippedDifference(highest, lowest)
        guard spread > window else { return }
        // spread < Int64.max / 2 for every reachable state; the clipped sum keeps even others
        // whole.
        let ratio = clippedSum(spread, window - 1) / window
        for index in members.indices { members[index].priority /= ratio }
    }

    private mutating func centre() {
        guard !members.isEmpty else { return }
        // |priority| stays below 2^62, so 128 bits hold the sum of any number of members.
        let sum = members.reduce(Int128(0)) { $0 + Int128($1.priority) }
        let (quotient, remainder) = sum.quotientAndRemainder(dividingBy: Int128(members.count))
        let average = Int64(clamping: remainder < 0 ? quotient - 1 : quotient)
        for index in members.indices {
            members[index].priority = clippedDifference(members[index].priority, average)
        }
    }

    private func isAhead(_ index: Int, of other: Int) -> Bool {
        let (left, right) = (members[index], members[other])
        return left.priority == right.priority
            ? precedes(left.address, right.address) : left.priority > right.priority
    }

    private func clippedSum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        return overflow ? (right < 0 ? .min : .max) : sum
    }

    private func clippedDifference(_ left: Int64, _ right: Int64) -> Int64 {
        let (difference, overflow) = left.subtractingReportingOverflow(right)
        return overflow ? (right < 0 ? .max : .min) : difference
    }
}
