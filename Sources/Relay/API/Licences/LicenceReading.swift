// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// A licence as our own chain has it.
struct LicenceOnChain: Sendable {
    let state: RecordState?
    /// The move that it is or was part of.
    let move: LicenceMoveRecord?
}

extension PortSubmission {
    /// The record at a place, and its move; `taking`: of a licence whose record is not there yet.
    func licence(
        _ index: RecordIndex, taking: RecordMove? = nil,
        then: @escaping @Sendable (Result<LicenceOnChain, DisclosureFailure>) -> Void
    ) {
        read(store: RecordIndex.storeName, keys: [index.stateKey]) { [self] records in
            guard case .success(let records) = records else {
                return then(records.map { _ in LicenceOnChain(state: nil, move: nil) })
            }
            let state = records.first.flatMap { $0.isEmpty ? nil : $0 }
                .flatMap { try? RecordState(stored: $0) }
            read(store: LicencePacket.port, keys: [RecordMove.recordKey(index)]) {
                [self] places in
                guard case .success(let places) = places else {
                    return then(places.map { _ in LicenceOnChain(state: state, move: nil) })
                }
                let named =
                    places.first.flatMap { $0.isEmpty ? nil : $0 }
                    .flatMap { try? RecordMove(reading: $0) } ?? taking
                guard let named else {
                    return then(.success(LicenceOnChain(state: state, move: nil)))
                }
                move(named) { then($0.map { LicenceOnChain(state: state, move: $0) }) }
            }
        }
    }

    func move(
        _ named: RecordMove,
        then: @escaping @Sendable (Result<LicenceMoveRecord?, DisclosureFailure>) -> Void
    ) {
        let key = LicenceMoveRecord.key(named.client, named.key)
        read(store: LicencePacket.port, keys: [key]) { answer in
            then(
                answer.map { values in
                    values.first.flatMap { $0.isEmpty ? nil : $0 }
                        .flatMap { try? LicenceMoveRecord(reading: $0) }
                })
        }
    }
}
