// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import RelayTransport

/// One packet's timeline, from both relays' words.
package struct TraceReport: Codable, Hashable, Sendable {
    package var packet: String
    /// The other city's chain.
    package var chain: String
    package var steps: [TraceStep]
    /// Whether the other relay told its part.
    package var peerAnswered: Bool
    /// Its state there; absent when it did not answer or knows no such packet.
    package var peerState: String?
    /// Why its part is missing: a stable code and a sentence.
    package var peerCode: String?
    package var peerSentence: String?
    /// A note where the two stories do not fit.
    package var difference: String?

    /// Our part alone.
    package init(packet: String, chain: String, steps: [TraceStep]) {
        self.packet = packet
        self.chain = chain
        self.steps = steps
        peerAnswered = false
    }
}

extension OperationsService {
    func trace(_ id: PacketID, _ reply: APIReply) {
        let isPosted = loop.post { [self] in
            do {
                let reader = try openReader()
                guard let record = try reader.packet(id) else { throw APIError.unknownPacket(id) }
                var report = TraceReport(
                    packet: id.description, chain: record.counterpartyChain,
                    steps: try TraceStep.ours(record, reader, chain: context.ownChainID))
                guard let question = PacketTraceQuestion(record) else {
                    report.peerCode = "packet/malformed"
                    report.peerSentence = "The packet's bytes name no clients to ask about."
                    return reply.finish(.json(report))
                }
                let ours = report
                context.trace(question) { answer in
                    reply.finish(.json(ours.completed(by: answer)))
                }
            } catch let error as APIError {
                reply.finish(error)
            } catch {
                reply.finish(.internalFault("the store cannot be read: \(error)"))
            }
        }
        if !isPosted { reply.finish(.busy) }
    }
}

extension TraceReport {
    func completed(by answer: PeerTrace) -> TraceReport {
        var report = self
        switch answer {
        case .steps(let state, let steps):
            report.peerAnswered = true
            report.peerState = state
            report.steps = TraceStep.sorted(report.steps + steps)
        case .unknown:
            report.peerAnswered = true
            report.peerCode = "packet/unknown"
            report.peerSentence = "Its relay knows no such packet: it was not handed over."
            if report.steps.contains(where: { $0.step == PacketState.forwarded.name }) {
                report.difference =
                    "Ours says that it was handed over, theirs does not know it: compare both "
                    + "stores; one of them may have been restored from an old copy."
            }
        case .unreachable(let code, let detail):
            report.peerCode = code
            report.peerSentence = "Its relay did not tell its part: \(detail)"
        }
        return report
    }
}

extension PacketTraceQuestion {
    /// The same packet by the name that the other side gives it: what leaves here arrives there.
    /// Nil when its bytes are no packet.
    init?(_ record: PacketRecord) {
        guard let packet = try? Packet(reading: record.packet) else { return nil }
        let isOurs = record.id.direction == .outgoing
        self.init(
            chainID: record.counterpartyChain,
            packet: PacketID(
                direction: isOurs ? .incoming : .outgoing,
                client: (isOurs ? packet.destinationClient : packet.sourceClient).description,
                sequence: packet.sequence))
    }
}
