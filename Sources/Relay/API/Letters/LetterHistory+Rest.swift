// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

extension LetterEventRow {
    /// Whether the row says what our chain did, not what we think of it.
    var followsChain: Bool {
        switch kind {
        case .said, .heard, .taken, .refused, .timedOut, .remittanceReturned: true
        case .refusedHere, .arrived, .ticked, .refusedTheirs, .returned, .frozen, .thawed,
            .reseated:
            false
        }
    }
}

/// What is no word and no answer: money that went back, frozen channels, missed blocks.
extension LetterHistory {
    func giveBack(_ row: LetterEventRow, _ letterCase: inout LetterCase?) -> [LetterEffect]? {
        guard let bytes = vault.open(row.body, for: StoredArrival.place),
            let notice = StoredArrival.read(bytes)
        else { return nil }
        return try? letterCase?.dossier.giveBack(serial: notice.serial)
    }

    func comeBack(_ row: LetterEventRow, _ letterCase: inout LetterCase?) -> [LetterEffect]? {
        guard let bytes = vault.open(row.body, for: StoredRemittance.place),
            let serial = String(validating: bytes, as: UTF8.self)
        else { return nil }
        return try? letterCase?.dossier.apply(
            .bankReturned(serial: serial), by: .transferOut,
            at: ChainPosition(height: row.height), now: row.time)
    }

    func freeze(_ isFrozen: Bool, _ letterCase: inout LetterCase?) -> [LetterEffect]? {
        guard letterCase != nil else { return nil }
        if isFrozen {
            letterCase?.dossier.freezeChannel()
        } else {
            letterCase?.dossier.thawChannel()
        }
        return []
    }

    /// The letter as the chain keeps it; a letter that began in blocks that were missed begins
    /// here.
    func reseat(
        _ row: LetterEventRow, _ letterCase: inout LetterCase?
    ) throws -> [LetterEffect]? {
        guard let onChain = try? Letter(reading: row.body) else { return nil }
        var now = letterCase ?? LetterCase(dossier: LetterDossier(onChain), changed: row.time)
        let isNew = letterCase == nil
        var known: [LetterEventID: LetterMessage] = [:]
        let waiting = onChain.pending.map { [$0.statement] } ?? []
        for statement in onChain.entries.map(\.statement) + waiting
        where statement.act.authority == onChain.side {
            guard let content = try ownContent(statement),
                let message = try? LetterMessage(content.code, content.fields)
            else { continue }
            known[statement.id] = message
        }
        var effects = now.dossier.reseat(onChain) { known[$0.id] }
        if isNew, onChain.state != .sent {
            effects.append(.stateChanged(from: .sent, to: onChain.state))
        }
        now.refusal =
            onChain.lastRefusal.flatMap { code in
                now.refusal?.code == code ? now.refusal : nil
            }
        letterCase = now
        return effects
    }
}
