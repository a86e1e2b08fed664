// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// A licence as our own chain has it.
struct LicenceOnChain: Sendable {
    let height: Height
    /// The record's value; empty: there is none.
    let stored: [UInt8]
    /// The move that it is or was part of.
    let move: LicenceMoveRecord?

    var state: RecordState? { stored.isEmpty ? nil : try? RecordState(stored: stored) }
    var isThere: Bool { state != nil || move != nil }
}

/// A move as our own chain has it.
struct MoveOnChain: Sendable {
    let height: Height
    let record: LicenceMoveRecord?
}

extension PortSubmission {
    /// The record at a place, and its move; `taking`: of a licence whose record is not there yet.
    func licence(
        _ index: RecordIndex, taking: RecordMove? = nil,
        then: @escaping @Sendable (Result<LicenceOnChain, DisclosureFailure>) -> Void
    ) {
        read(store: RecordIndex.storeName, keys: [index.stateKey]) { [self] records in
            guard case .success(let records) = records else {
                return then(
                    records.map { LicenceOnChain(height: $0.height, stored: [], move: nil) })
            }
            let stored = records.values.first ?? []
            read(store: LicencePacket.port, keys: [RecordMove.recordKey(index)]) {
                [self] places in
                let alone = { @Sendable (height: Height) in
                    LicenceOnChain(height: height, stored: stored, move: nil)
                }
                guard case .success(let places) = places else {
                    return then(places.map { alone($0.height) })
                }
                let named =
                    places.values.first.flatMap { $0.isEmpty ? nil : $0 }
                    .flatMap { try? RecordMove(reading: $0) } ?? taking
                guard let named else { return then(.success(alone(records.height))) }
                move(named) { moved in
                    then(
                        moved.map {
                            LicenceOnChain(
                                height: records.height, stored: stored, move: $0.record)
                        })
                }
            }
        }
    }

    func move(
        _ named: RecordMove,
        then: @escaping @Sendable (Result<MoveOnChain, DisclosureFailure>) -> Void
    ) {
        let key = LicenceMoveRecord.key(named.client, named.key)
        read(store: LicencePacket.port, keys: [key]) { answer in
            then(
                answer.map { found in
                    MoveOnChain(
                        height: found.height,
                        record: found.values.first.flatMap { $0.isEmpty ? nil : $0 }
                            .flatMap { try? LicenceMoveRecord(reading: $0) })
                })
        }
    }
}
