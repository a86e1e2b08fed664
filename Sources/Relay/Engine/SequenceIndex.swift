// SPDX-License-Identifier: Apache-2.0

/// Sequences in ascending order, cheap to add at the end and to ask for by range. A removed one is
/// only marked; the list is rebuilt when half of it is marks.
struct SequenceIndex: Sendable {
    private var sequences: [UInt64] = []
    private var removed: Set<UInt64> = []

    mutating func insert(_ sequence: UInt64) {
        if removed.remove(sequence) != nil { return }
        guard let last = sequences.last, last >= sequence else {
            sequences.append(sequence)
            return
        }
        let place = firstPlace(atOrAfter: sequence)
        if sequences[place] != sequence { sequences.insert(sequence, at: place) }
    }

    mutating func remove(_ sequence: UInt64) {
        removed.insert(sequence)
        guard removed.count > 64, removed.count * 2 > sequences.count else { return }
        sequences.removeAll { removed.contains($0) }
        removed.removeAll()
    }

    func sequences(in range: ClosedRange<UInt64>) -> [UInt64] {
        var result: [UInt64] = []
        var place = firstPlace(atOrAfter: range.lowerBound)
        while place < sequences.count && sequences[place] <= range.upperBound {
            if !removed.contains(sequences[place]) { result.append(sequences[place]) }
            place += 1
        }
        return result
    }

    private func firstPlace(atOrAfter sequence: UInt64) -> Int {
        var low = 0
        var high = sequences.count
        while low < high {
            let middle = (low + high) / 2
            if sequences[middle] < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
