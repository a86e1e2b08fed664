// SPDX-License-Identifier: Apache-2.0

import Federation
package import LightClient
package import RelayEngine
import RelayStore
import RelayTransport

/// Answers "why": what the engine knows, and, where a chain holds things up or may, what those say
/// who stand beside it.
extension OperationsService {
    /// Milliseconds that other words are waited for; what we know ourselves is answered then.
    static let witnessMilliseconds = 3_000

    func why(_ id: PacketID, _ reply: APIReply) {
        onLoop(reply) { [self] in
            guard let record = try openReader().packet(id) else { throw APIError.unknownPacket(id) }
            var look: LiveLook?
            if !record.state.isTerminal {
                let chain = record.counterpartyChain
                look = context.look { engine in
                    var look = LiveLook()
                    look.explanations = engine.explain(id).map { [$0] }
                    look.routes = engine.standing(of: chain).map { [$0] } ?? []
                    return look
                }
            }
            let found = look?.explanations ?? [Explanation(of: record)]
            let report = WhyReport(
                kind: "packet", subject: id.description, isLive: look != nil, found)
            // Only what waits for a chain is explained by how that chain stands.
            var asked: [String] = []
            switch found.first?.turn {
            case .ourChain?: asked = [context.ownChainID]
            case .peer?, .peerChain?:
                if look?.routes.first?.isConnected == true { asked = [record.counterpartyChain] }
            default: break
            }
            hear(asked, of: report, found, reply)
        }
    }

    func why(_ kind: String, _ chain: String, _ reply: APIReply) {
        onLoop(reply) { [self] in
            let look = context.look { engine in
                var look = LiveLook()
                look.explanations =
                    switch kind {
                    case "route": engine.explainRoute(chain)
                    case "client": engine.explainClient(chain)
                    case "peer": engine.explainPeer(chain)
                    default: nil
                    }
                look.routes = engine.standing(of: chain).map { [$0] } ?? []
                return look
            }
            guard let look else { throw APIError.busy }
            guard var found = look.explanations else {
                throw APIError.unknownSubject(kind, chain, known: context.peers().map(\.chainID))
            }
            if kind == "peer" || kind == "route" {
                let theirs = context.peerCertificates().first { $0.chainID == chain }
                found = found.with(theirs, now: context.now())
            }
            var asked: [String] = []
            if kind == "route" { asked.append(context.ownChainID) }
            if look.routes.first?.isConnected == true { asked.append(chain) }
            let report = WhyReport(kind: kind, subject: chain, isLive: true, found)
            hear(asked, of: report, found, reply)
        }
    }

    private func onLoop(_ reply: APIReply, _ work: @escaping @Sendable () throws -> Void) {
        let isPosted = loop.post {
            do {
                try work()
            } catch let error as APIError {
                reply.finish(error)
            } catch {
                reply.finish(.internalFault("the store cannot be read: \(error)"))
            }
        }
        if !isPosted { reply.finish(.busy) }
    }

    /// Asks for words about chains, one after the other, and answers with what was found and said;
    /// with what was found alone when the words do not come in time.
    private func hear(
        _ chains: [String], of report: WhyReport, _ found: [Explanation], _ reply: APIReply
    ) {
        guard let chain = chains.first else { return reply.finish(.json(report)) }
        loop.schedule(afterMilliseconds: OperationsService.witnessMilliseconds) {
            reply.finish(.json(report))
        }
        context.standing(chain) { [self] word in
            _ = loop.post { [self] in
                let witness = witness(of: chain)
                let heard = found.with(
                    word, by: witness, isAboutPacket: report.kind == "packet", now: context.now())
                let report = WhyReport(
                    kind: report.kind, subject: report.subject, isLive: report.isLive, heard)
                hear(Array(chains.dropFirst()), of: report, heard, reply)
            }
        }
    }

    private func witness(of chain: String) -> ChainWitness {
        guard chain != context.ownChainID else { return .ownNodes }
        let name = context.peers().first { $0.chainID == chain }?.name
        return .relay(chainID: chain, city: name ?? chain)
    }
}

extension [Explanation] {
    /// Adds that the peer's certificate runs out: behind what holds things up already, but first
    /// where it has run out and is the reason.
    package func with(
        _ certificate: StatusSources.PeerCertificate?, now: Timestamp
    ) -> [Explanation] {
        guard let certificate, let trouble = certificate.explanation(at: now) else { return self }
        let kept = filter { $0.cause != .nothing }
        return certificate.daysLeft(at: now) < 0 ? [trouble] + kept : kept + [trouble]
    }

    /// Adds what was said of a chain. A chain that stands still is the cause of what waits for it,
    /// so it goes first, but never before what a person must settle here.
    package func with(
        _ word: ChainWord, by witness: ChainWitness, isAboutPacket: Bool, now: Timestamp
    ) -> [Explanation] {
        guard case .told(let standing) = word else { return self }
        guard let trouble = standing.explanation(by: witness, now: now) else {
            guard !isAboutPacket, var first = first else { return self }
            first.evidence += standing.lines.map { "\(witness.name): \($0)" }
            return [first] + dropFirst()
        }
        // What the trouble says better, or contradicts.
        let kept = filter { explanation in
            explanation.cause != .nothing && explanation.code != trouble.code
                && !(witness == .ownNodes && explanation.code == "chain/stalled")
        }
        // Clocks that differ hold nothing up by themselves.
        let isFree: (Explanation) -> Bool = {
            ![.operators, .ourChain].contains($0.turn) || $0.code == "peer/clock-skew"
        }
        let place = witness == .ownNodes ? 0 : kept.firstIndex(where: isFree) ?? kept.count
        return Array(
            kept[..<place] + [trouble] + kept[place...])
    }
}
