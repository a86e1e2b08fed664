// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Sequences seen from one client, as disjoint ascending intervals: one while they arrive densely.
///
/// Sequences that never arrive leave holes. They close by time (building-cometbft.md §8.6): a
/// packet proven in a header of time τ means that all lower sequences have deadlines up to τ + 24
/// h, because the source counts up; once the destination's time is past that, none of them can
/// arrive any more. The chain's receipt is the guarantee; this is only the relay's memory.
struct ReplayMemory: Sendable {
    /// Longest time between sending and deadline, seconds. Source: ibc-go v10 channel/v2 (24 h).
    static let longestTimeoutSeconds: UInt64 = 86_400
    /// Distance between remembered moments, seconds: about 25 of them are alive.
    static let checkpointSeconds: UInt64 = 3_600

    private(set) var intervals: [ClosedRange<UInt64>]
    private var checkpoints: [(sequence: UInt64, closesAfter: UInt64)] = []
    var isDirty = false
    private let limit: Int

    init(intervals: [ClosedRange<UInt64>] = [], limit: Int) {
        self.intervals = intervals
        self.limit = limit
    }

    func contains(_ sequence: UInt64) -> Bool {
        let place = firstInterval(endingAtOrAfter: sequence)
        return place < intervals.count && intervals[place].lowerBound <= sequence
    }

    mutating func insert(_ sequence: UInt64) {
        let place = firstInterval(endingAtOrAfter: sequence)
        if place < intervals.count && intervals[place].lowerBound <= sequence { return }
        isDirty = true
        let joinsLower = place > 0 && intervals[place - 1].upperBound == sequence &- 1
        let joinsUpper = place < intervals.count && intervals[place].lowerBound &- 1 == sequence
        switch (joinsLower, joinsUpper) {
        case (true, true):
            intervals[place - 1] = intervals[place - 1].lowerBound...intervals[place].upperBound
            intervals.remove(at: place)
        case (true, false): intervals[place - 1] = intervals[place - 1].lowerBound...sequence
        case (false, true): intervals[place] = sequence...intervals[place].upperBound
        case (false, false): intervals.insert(sequence...sequence, at: place)
        }
        if intervals.count > limit { intervals.removeFirst() }
    }

    /// Remembers that `sequence` was proven in a header of this time.
    mutating func witness(_ sequence: UInt64, provenAtSeconds: UInt64) {
        let (closes, overflow) = provenAtSeconds.addingReportingOverflow(
            ReplayMemory.longestTimeoutSeconds)
        guard !overflow else { return }
        if let last = checkpoints.last {
            guard sequence > last.sequence,
                closes >= last.closesAfter + ReplayMemory.checkpointSeconds
            else { return }
        }
        checkpoints.append((sequence, closes))
    }

    /// Closes the holes that the destination's time has passed.
    mutating func close(destinationSeconds: UInt64) {
        var closed: UInt64?
        while let first = checkpoints.first, first.closesAfter < destinationSeconds {
            closed = first.sequence
            checkpoints.removeFirst()
        }
        guard let closed, closed >= 1 else { return }
        var upper = closed
        var rest = intervals
        while let first = rest.first, first.lowerBound <= upper &+ 1 {
            upper = max(upper, first.upperBound)
            rest.removeFirst()
        }
        let merged = [1...upper] + rest
        guard merged != intervals else { return }
        intervals = merged
        isDirty = true
    }

    private func firstInterval(endingAtOrAfter sequence: UInt64) -> Int {
        if let last = intervals.last, last.upperBound < sequence { return intervals.count }
        var low = 0
        var high = intervals.count
        while low < high {
            let middle = (low + high) / 2
            if intervals[middle].upperBound < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
