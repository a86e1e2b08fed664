// SPDX-License-Identifier: Apache-2.0

extension Letter {
    /// Whether two records of one side tell the same: state, what led there, and what waits.
    /// Clocks, freezes and the memory of refusals are each record's own.
    public func tellsTheSame(as other: Letter) -> Bool {
        key == other.key && side == other.side && transferOut == other.transferOut
            && state == other.state && isDelivered == other.isDelivered
            && entries.map(\.statement) == other.entries.map(\.statement)
            && pending?.statement == other.pending?.statement
    }

    /// What follows from moving a record from one place to a later one at once: the effects of the
    /// entries that are new, each once.
    static func effects(from before: Letter, to after: Letter) -> [LetterEffect] {
        var effects: [LetterEffect] = []
        if before.state != after.state {
            effects.append(.stateChanged(from: before.state, to: after.state))
        }
        for entry in after.entries where !before.hasTaken(entry.statement.id) {
            guard entry.from != entry.to else { continue }
            switch (after.side, entry.to) {
            case (.transferOut, .informed): effects.append(.accountTransferredOut)
            case (.transferIn, .completed), (.transferIn, .completedAfterNegotiation):
                effects.append(.accountTransferredIn)
            default: break
            }
            effects.append(.tellCitizen(entry.to))
        }
        return effects
    }
}
