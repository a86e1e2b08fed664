// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Ties the record of a licence to its move: while the licence is offered its record says 06, once
/// it was taken it says 06 for good, and the destination's new record appears only after its chain
/// knows that it took the old one.
struct MoveBinding {
    let context: ExecutionContext

    func move(_ named: RecordMove) -> LicenceMoveRecord? {
        context.get(StoreName.licence, LicenceMoveRecord.key(named.client, named.key))
            .flatMap { try? LicenceMoveRecord(reading: $0) }
    }

    /// The move that a record is or was part of.
    func named(_ index: RecordIndex) -> RecordMove? {
        context.get(StoreName.licence, RecordMove.recordKey(index))
            .flatMap { try? RecordMove(reading: $0) }
    }

    private func index(_ named: RecordMove) -> RecordIndex? {
        context.get(StoreName.licence, named.boundKey).flatMap { Digest($0) }
            .map { RecordIndex($0) }
    }

    /// The status of a move's record; nil while no record is bound to it.
    func status(of named: RecordMove) -> LicenceStatus? {
        guard let index = index(named) else { return nil }
        let state = context.get(StoreName.records, index.stateKey)
            .flatMap { try? RecordState(stored: $0) }
        return state.flatMap { LicenceStatus(rawValue: $0.status) }
    }

    /// Judges a record's next state by its move, and remembers which move it is.
    func put(_ entry: RecordEntry) throws(ExecutionError) {
        let last = named(entry.index)
        let status = LicenceStatus(rawValue: entry.state.status)
        if let last, last != entry.move, let refusal = refusal(of: entry, status, after: last) {
            throw .boundRecord(entry.index, refusal)
        }
        guard let next = entry.move else { return }
        if next == last {
            guard status == .movedOut || move(next)?.move.side == .destination else {
                throw .boundRecord(entry.index, .recordNotReady)
            }
            return
        }
        guard index(next) == nil else { throw .boundRecord(entry.index, .otherLicence) }
        if let known = move(next)?.move {
            guard known.side == .destination, known.phase == .taken, status == .valid,
                entry.state.revision == 1
            else { throw .boundRecord(entry.index, .wrongPhase) }
        } else {
            guard status == .movedOut else { throw .boundRecord(entry.index, .recordNotReady) }
        }
        context.set(StoreName.licence, next.boundKey, entry.index.digest.bytes)
        context.set(StoreName.licence, RecordMove.recordKey(entry.index), next.encoded)
    }

    /// Why a record cannot leave its last move so. A move that never was offered is taken back.
    private func refusal(
        of entry: RecordEntry, _ status: LicenceStatus?, after last: RecordMove
    ) -> LicenceErrorCode? {
        guard let move = move(last)?.move else {
            if status != .movedOut {
                context.delete(StoreName.licence, last.boundKey)
                context.delete(StoreName.licence, RecordMove.recordKey(entry.index))
            }
            return nil
        }
        if move.side == .destination { return nil }
        switch move.phase {
        case .cancelled: return nil
        case .offered: return status == .movedOut ? nil : .wrongPhase
        case .taken: return status == .movedOut && entry.move == nil ? nil : .ended
        }
    }
}

extension ExecutionError {
    static func boundRecord(_ index: RecordIndex, _ code: LicenceErrorCode) -> ExecutionError {
        ExecutionError(
            "records", 8, "\(code.rawValue): record \(index): part of a move between cities")
    }
}
