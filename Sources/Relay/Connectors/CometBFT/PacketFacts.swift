// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import struct RelayEngine.PacketEvent

/// Asks the chain about single packets: presence by proof, contents from the index.
struct PacketFacts {
    let proofs: ProofSource
    let transactions: TransactionSource
    let reader: BlockReader
    let revision: UInt64

    /// Facts as of the state after block `state`, in the order of the packets.
    func lookUp(
        _ ids: [PacketID], state: UInt64, then: @escaping (Result<[PacketFact], NodeError>) -> Void
    ) {
        var keys: [[UInt8]] = []
        for id in ids {
            switch id.direction {
            case .outgoing: keys.append(PacketKey.commitment(WireText(id.client), id.sequence))
            case .incoming:
                keys.append(PacketKey.receipt(WireText(id.client), id.sequence))
                keys.append(PacketKey.acknowledgement(WireText(id.client), id.sequence))
            }
        }
        proofs.prove(keys, state: state) { [self] answer in
            guard case .success(let proven) = answer else { return then(answer.map { _ in [] }) }
            var presence: [Presence] = []
            var rest = proven[...]
            for id in ids {
                let first = rest.removeFirst()
                switch id.direction {
                case .outgoing: presence.append(Presence(id: id, first: !first.value.isEmpty))
                case .incoming:
                    let second = rest.removeFirst()
                    presence.append(
                        Presence(
                            id: id, first: !first.value.isEmpty, second: !second.value.isEmpty))
                }
            }
            gather(presence, Height(revision: revision, height: state), [], then)
        }
    }

    private struct Presence {
        let id: PacketID
        /// Outgoing: the commitment. Incoming: the receipt.
        let first: Bool
        /// Incoming: the acknowledgement.
        var second = false
    }

    private typealias Facts = (Result<[PacketFact], NodeError>) -> Void

    private func gather(
        _ rest: [Presence], _ asOf: Height, _ done: [PacketFact], _ then: @escaping Facts
    ) {
        guard let next = rest.first else { return then(.success(done)) }
        let finish = { [self] (fact: PacketFact) in
            gather(Array(rest.dropFirst()), asOf, done + [fact], then)
        }
        switch next.id.direction {
        case .outgoing: outgoing(next, asOf, finish)
        case .incoming: incoming(next, asOf, finish)
        }
    }

    private func outgoing(
        _ presence: Presence, _ asOf: Height, _ then: @escaping (PacketFact) -> Void
    ) {
        find(.send, presence.id) { [self] sent in
            guard !presence.first else {
                return then(
                    PacketFact(
                        id: presence.id, packet: sent?.event.packet, hasCommitment: true,
                        hasReceipt: false, acknowledgement: [], ending: nil,
                        committedHeight: sent?.height ?? asOf, asOf: asOf))
            }
            find(.acknowledge, presence.id) { [self] acknowledged in
                let finish = { (ending: PacketFact.Ending?, height: Height) in
                    then(
                        PacketFact(
                            id: presence.id, packet: sent?.event.packet, hasCommitment: false,
                            hasReceipt: false, acknowledgement: [], ending: ending,
                            committedHeight: height, asOf: asOf))
                }
                if let acknowledged { return finish(.acknowledged, acknowledged.height) }
                find(.timeout, presence.id) { timedOut in
                    finish(timedOut == nil ? nil : .timedOut, timedOut?.height ?? asOf)
                }
            }
        }
    }

    private func incoming(
        _ presence: Presence, _ asOf: Height, _ then: @escaping (PacketFact) -> Void
    ) {
        guard presence.first else {
            return then(
                PacketFact(
                    id: presence.id, packet: nil, hasCommitment: false, hasReceipt: false,
                    acknowledgement: [], ending: nil, committedHeight: asOf, asOf: asOf))
        }
        find(.writeAcknowledgement, presence.id) { [self] written in
            find(.receive, presence.id) { received in
                let source = written ?? received
                then(
                    PacketFact(
                        id: presence.id, packet: source?.event.packet, hasCommitment: false,
                        hasReceipt: true, acknowledgement: written?.event.acknowledgement ?? [],
                        ending: nil, committedHeight: source?.height ?? asOf, asOf: asOf))
            }
        }
    }

    private typealias Found = (event: PacketEvent, height: Height)

    /// The event of one kind for one packet: first in transactions, then in end blockers.
    private func find(
        _ kind: PacketEvent.Kind, _ id: PacketID, _ then: @escaping (Found?) -> Void
    ) {
        let type = PacketFacts.type(kind)
        let side = id.direction == .outgoing ? "packet_source_client" : "packet_dest_client"
        let client = "\(type).\(side)='\(id.client)'"
        let query = "\(client) AND \(type).packet_sequence='\(id.sequence)'"
        transactions.search(query) { [self] answer in
            // Conditions may match across events of one transaction: filter again.
            for transaction in (try? answer.get()) ?? [] {
                let results = RPCBlockResults(
                    height: transaction.height, transactions: [transaction.tx_result])
                if let event = event(kind, id, results) {
                    return then((event, height(transaction.height)))
                }
            }
            guard kind == .writeAcknowledgement else { return then(nil) }
            transactions.searchBlocks(query) { [self] answer in
                for results in (try? answer.get()) ?? [] {
                    if let event = event(kind, id, results) {
                        return then((event, height(results.height)))
                    }
                }
                then(nil)
            }
        }
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
