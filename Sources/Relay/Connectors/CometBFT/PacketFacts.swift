// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
package import RelayEngine

package import struct RelayEngine.PacketEvent

/// Asks the chain about single packets: presence by proof, contents from the index. A question that
/// was not answered makes the whole look-up fail: it is no sign that something is not there.
package struct PacketFacts {
    typealias Answer<Value> = (Result<Value, NodeError>) -> Void

    let proofs: ProofSource
    let transactions: TransactionSource
    let reader: BlockReader
    let revision: UInt64

    /// Facts as of the state after block `state`, in the order of the packets.
    func lookUp(_ ids: [PacketID], state: UInt64, then: @escaping Answer<[PacketFact]>) {
        var keys: [[UInt8]] = []
        for id in ids {
            switch id.direction {
            case .outgoing: keys.append(PacketKey.commitment(WireText(id.client), id.sequence))
            case .incoming: keys.append(PacketKey.receipt(WireText(id.client), id.sequence))
            }
        }
        proofs.prove(keys, state: state) { [self] answer in
            guard case .success(let proven) = answer else { return then(answer.map { _ in [] }) }
            let presence = zip(ids, proven).map { Presence(id: $0, isThere: !$1.value.isEmpty) }
            gather(presence[...], Height(revision: revision, height: state), [], then)
        }
    }

    private struct Presence {
        let id: PacketID
        /// Outgoing: the commitment. Incoming: the receipt.
        let isThere: Bool
    }

    private func gather(
        _ rest: ArraySlice<Presence>, _ asOf: Height, _ done: [PacketFact],
        _ then: @escaping Answer<[PacketFact]>
    ) {
        guard let next = rest.first else { return then(.success(done)) }
        let finish = { [self] (answer: Result<PacketFact, NodeError>) in
            switch answer {
            case .failure(let error): then(.failure(error))
            case .success(let fact): gather(rest.dropFirst(), asOf, done + [fact], then)
            }
        }
        switch next.id.direction {
        case .outgoing: outgoing(next, asOf, finish)
        case .incoming: incoming(next, asOf, finish)
        }
    }

    private func outgoing(
        _ presence: Presence, _ asOf: Height, _ then: @escaping Answer<PacketFact>
    ) {
        find(.send, presence.id) { [self] answer in
            let sent: Found?
            switch answer {
            case .failure(let error): return then(.failure(error))
            case .success(let found): sent = found
            }
            let packet = sent?.event.packet
            guard !presence.isThere else {
                return then(
                    .success(
                        PacketFact(
                            id: presence.id, packet: packet, hasCommitment: true,
                            hasReceipt: false, acknowledgement: [], ending: nil,
                            committedHeight: sent?.height ?? asOf, asOf: asOf)))
            }
            ending(presence.id, asOf) { answer in
                then(
                    answer.map { ending in
                        PacketFact(
                            id: presence.id, packet: packet, hasCommitment: false,
                            hasReceipt: false, acknowledgement: ending.acknowledgement,
                            ending: ending.kind, committedHeight: ending.height, asOf: asOf)
                    })
            }
        }
    }

    private struct Ending {
        let kind: PacketFact.Ending?
        let acknowledgement: [UInt8]
        let height: Height
    }

    private func ending(_ id: PacketID, _ asOf: Height, _ then: @escaping Answer<Ending>) {
        find(.acknowledge, id) { [self] answer in
            let acknowledged: Found?
            switch answer {
            case .failure(let error): return then(.failure(error))
            case .success(let found): acknowledged = found
            }
            if let acknowledged {
                return then(
                    .success(
                        Ending(
                            kind: .acknowledged,
                            acknowledgement: PacketFacts.acknowledgement(
                                of: acknowledged.event.packet, in: acknowledged.transaction),
                            height: acknowledged.height)))
            }
            find(.timeout, id) { answer in
                then(
                    answer.map { timedOut in
                        Ending(
                            kind: timedOut == nil ? nil : .timedOut, acknowledgement: [],
                            height: timedOut?.height ?? asOf)
                    })
            }
        }
    }

    /// The acknowledgement that a transaction brought for a packet: it stands in the message, not
    /// in the event. Empty where the bytes do not show it.
    package static func acknowledgement(of packet: PacketSummary, in transaction: [UInt8])
        -> [UInt8]
    {
        guard let raw = try? TxRaw(reading: transaction),
            let body = try? TxBody(reading: raw.bodyBytes)
        else { return [] }
        for any in body.messages where any.typeURL.text == MsgAcknowledgement.typeURL {
            guard let message = try? MsgAcknowledgement(reading: any.value),
                message.packet.encoded == packet.encoded
            else { continue }
            return message.acknowledgement.encoded
        }
        return []
    }

    private func incoming(
        _ presence: Presence, _ asOf: Height, _ then: @escaping Answer<PacketFact>
    ) {
        guard presence.isThere else {
            return then(
                .success(
                    PacketFact(
                        id: presence.id, packet: nil, hasCommitment: false, hasReceipt: false,
                        acknowledgement: [], ending: nil, committedHeight: asOf, asOf: asOf)))
        }
        find(.writeAcknowledgement, presence.id) { [self] answer in
            let written: Found?
            switch answer {
            case .failure(let error): return then(.failure(error))
            case .success(let found): written = found
            }
            let finish = { (source: Found?) in
                then(
                    .success(
                        PacketFact(
                            id: presence.id, packet: source?.event.packet, hasCommitment: false,
                            hasReceipt: true, acknowledgement: written?.event.acknowledgement ?? [],
                            ending: nil, committedHeight: source?.height ?? asOf, asOf: asOf)))
            }
            guard written == nil else { return finish(written) }
            find(.receive, presence.id) { answer in
                switch answer {
                case .failure(let error): then(.failure(error))
                case .success(let received): finish(received)
                }
            }
        }
    }

    private typealias Found = (event: PacketEvent, height: Height, transaction: [UInt8])

    /// The event of one kind for one packet: first in transactions, then in end blockers. Nil: the
    /// index has it not, or the node keeps no index.
    private func find(
        _ kind: PacketEvent.Kind, _ id: PacketID, _ then: @escaping Answer<Found?>
    ) {
        let type = PacketFacts.type(kind)
        let side = id.direction == .outgoing ? "packet_source_client" : "packet_dest_client"
        let client = "\(type).\(side)='\(id.client)'"
        let query = "\(client) AND \(type).packet_sequence='\(id.sequence)'"
        transactions.search(query) { [self] answer in
            guard case .success(let found) = PacketFacts.withoutIndex(answer) else {
                return then(answer.map { _ in nil })
            }
            // Conditions may match across events of one transaction: filter again.
            for transaction in found {
                let results = RPCBlockResults(
                    height: transaction.height, transactions: [transaction.tx_result])
                if let event = event(kind, id, results) {
                    let bytes = transaction.tx?.bytes ?? []
                    return then(.success((event, height(transaction.height), bytes)))
                }
            }
            guard kind == .writeAcknowledgement else { return then(.success(nil)) }
            findInBlocks(kind, id, query, then)
        }
    }

    private func findInBlocks(
        _ kind: PacketEvent.Kind, _ id: PacketID, _ query: String, _ then: @escaping Answer<Found?>
    ) {
        transactions.searchBlocks(query) { [self] answer in
            guard case .success(let found) = PacketFacts.withoutIndex(answer) else {
                return then(answer.map { _ in nil })
            }
            for results in found {
                if let event = event(kind, id, results) {
                    return then(.success((event, height(results.height), [])))
                }
            }
            then(.success(nil))
        }
    }

    /// A node without an index says so: nothing is found there, ever.
    private static func withoutIndex<Value>(
        _ answer: Result<[Value], NodeError>
    ) -> Result<[Value], NodeError> {
        guard case .failure(let error) = answer, error.detail.contains("indexing is disabled")
        else { return answer }
        return .success([])
    }

    private func event(
        _ kind: PacketEvent.Kind, _ id: PacketID, _ results: RPCBlockResults
    ) -> PacketEvent? {
        reader.read(results).events.first { event in
            event.kind == kind
                && (id.direction == .outgoing
                    ? event.packet.outgoingID == id : event.packet.incomingID == id)
        }
    }

    private func height(_ number: RPCInteger) -> Height {
        Height(revision: revision, height: UInt64(clamping: number.value))
    }

    private static func type(_ kind: PacketEvent.Kind) -> String {
        switch kind {
        case .send: "send_packet"
        case .receive: "recv_packet"
        case .writeAcknowledgement: "write_acknowledgement"
        case .acknowledge: "acknowledge_packet"
        case .timeout: "timeout_packet"
        }
    }
}
