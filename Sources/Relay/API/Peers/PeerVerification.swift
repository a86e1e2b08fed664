// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

import enum RelayEngine.Verdict

/// The dear part of judging what a peer sent: headers against a snapshot of our client, then every
/// proof against a header. Pure; runs on a verifier. The decider judges the cheap part again on its
/// own state.
struct PeerVerification {
    let peer: PeerChain
    let client: SharedState.PeerClient
    let now: Timestamp

    /// Headers that verified, and the one that the proofs stand on.
    private struct Ground {
        var headers: [VerifiedHeader] = []
        var proofHeader: TrustedHeader?
        /// Why items cannot be judged, where that is so.
        var obstacle: (code: String, detail: String)?
    }

    func deliver(_ request: DeliverRequest, _ state: inout VerifierState) -> VerifiedDelivery {
        let ground = prepare(request.update.headers, request.proofHeight, &state)
        var cache = ProofCache()
        let items = request.packets.compactMap { item -> VerifiedDelivery.Item? in
            guard let summary = try? PacketSummary(encoded: item.packet) else { return nil }
            let verdict = judge(ground) { header throws(Fault) in
                let packet = try decoded(item.packet)
                try prove(
                    PacketKey.commitment(packet.sourceClient, packet.sequence),
                    packet.commitment.bytes, item.proof, header, &cache)
            }
            return VerifiedDelivery.Item(packet: summary, proof: item.proof, verdict: verdict)
        }
        return VerifiedDelivery(
            chainID: peer.chainID, revisionCounter: client.snapshot.revisionCounter,
            headers: ground.headers, proofHeight: request.proofHeight, items: items)
    }

    func acknowledge(
        _ request: AcknowledgeRequest, _ state: inout VerifierState
    ) -> VerifiedAcknowledgements {
        let ground = prepare(request.update.headers, request.proofHeight, &state)
        var cache = ProofCache()
        let items = request.acknowledgements.compactMap { item -> VerifiedAcknowledgements.Item? in
            guard let summary = try? PacketSummary(encoded: item.packet) else { return nil }
            let verdict = judge(ground) { header throws(Fault) in
                let packet = try decoded(item.packet)
                let acknowledgement = try decoded(acknowledgement: item.acknowledgement)
                try prove(
                    PacketKey.acknowledgement(packet.destinationClient, packet.sequence),
                    acknowledgement.commitment.bytes, item.proof, header, &cache)
            }
            return VerifiedAcknowledgements.Item(
                packet: summary, acknowledgement: item.acknowledgement, proof: item.proof,
                verdict: verdict)
        }
        return VerifiedAcknowledgements(
            chainID: peer.chainID, revisionCounter: client.snapshot.revisionCounter,
            headers: ground.headers, proofHeight: request.proofHeight, items: items)
    }

    /// The answers to our own questions, which the peer gave in their order.
    func answers(
        to questions: [PeerQuestion], _ response: ProveResponse, _ state: inout VerifierState
    ) -> VerifiedAnswers {
        let ground = prepare(response.update.headers, response.proofHeight, &state)
        var cache = ProofCache()
        let items = zip(questions, response.answers).map { question, answer in
            VerifiedAnswers.Item(
                question: question, proof: answer.proof,
                finding: finding(question, answer, ground, &cache))
        }
        return VerifiedAnswers(
            chainID: peer.chainID, revisionCounter: client.snapshot.revisionCounter,
            headers: ground.headers, proofHeight: response.proofHeight, items: items)
    }

    /// Headers alone. Throws the light client's reason.
    func headers(
        _ messages: [[UInt8]], _ state: inout VerifierState
    ) throws(ClientError) -> [VerifiedHeader] {
        let trusted = try Families.verifyUpdates(
            messages, snapshot: client.snapshot, now: now, signatures: &state.signatures)
        return try PeerVerification.verified(trusted, messages, client.snapshot.family)
    }

    // MARK: Private

    private struct Fault: Error {
        let code: String
        let detail: String
    }

    private func prepare(
        _ messages: [[UInt8]], _ proofHeight: Height, _ state: inout VerifierState
    ) -> Ground {
        var ground = Ground()
        do throws(ClientError) {
            ground.headers = try headers(messages, &state)
        } catch {
            // A header that fails is not the packets' fault: they come again with other headers.
            ground.obstacle = (error.code, "the headers were not verified: \(error)")
        }
        if let fresh = ground.headers.first(where: { $0.height == proofHeight }) {
            ground.proofHeader = TrustedHeader(
                height: fresh.height, timestamp: fresh.timestamp, headerHash: Digest(fresh.hash),
                consensusState: fresh.consensusState)
        } else {
            ground.proofHeader = client.snapshot.trusted[proofHeight]
        }
        let status = client.snapshot.status(now: now)
        if status != .active {
            ground.obstacle = (
                "client/\(status.rawValue)", "our client of \(peer.chainID) is not active"
            )
        } else if ground.proofHeader == nil, ground.obstacle == nil {
            ground.obstacle = (
                "client/no-trusted-state", "no header of height \(proofHeight) is trusted here"
            )
        }
        return ground
    }

    private func judge(
        _ ground: Ground, _ work: (TrustedHeader) throws(Fault) -> Void
    ) -> Verdict {
        guard let header = ground.proofHeader, ground.obstacle == nil else {
            let obstacle = ground.obstacle ?? ("client/no-trusted-state", "no header")
            return .undecided(code: obstacle.code, detail: obstacle.detail)
        }
        do throws(Fault) {
            try work(header)
            return .proven
        } catch {
            return .refused(code: error.code, detail: error.detail)
        }
    }

    private func finding(
        _ question: PeerQuestion, _ answer: Proven, _ ground: Ground, _ cache: inout ProofCache
    ) -> VerifiedAnswers.Finding {
        guard let header = ground.proofHeader, ground.obstacle == nil else {
            let obstacle = ground.obstacle ?? ("client/no-trusted-state", "no header")
            return .refused(code: obstacle.code, detail: obstacle.detail)
        }
        let client = WireText(question.remoteClient)
        let key =
            switch question.subject {
            case .receipt: PacketKey.receipt(client, question.id.sequence)
            case .acknowledgement: PacketKey.acknowledgement(client, question.id.sequence)
            case .commitment: PacketKey.commitment(client, question.id.sequence)
            }
        do throws(Fault) {
            guard !answer.value.isEmpty else {
                try proveAbsent(key, answer.proof, header, &cache)
                return .absent
            }
            try prove(key, answer.value, answer.proof, header, &cache)
            guard question.subject == .acknowledgement, !answer.acknowledgement.isEmpty else {
                return .present(acknowledgement: [])
            }
            let acknowledgement = try decoded(acknowledgement: answer.acknowledgement)
            guard acknowledgement.commitment.bytes == answer.value else {
                throw Fault(
                    code: "packet/acknowledgement-mismatch",
                    detail: "the acknowledgement is not the committed one")
            }
            return .present(acknowledgement: answer.acknowledgement)
        } catch {
            return .refused(code: error.code, detail: error.detail)
        }
    }

    private func decoded(_ bytes: [UInt8]) throws(Fault) -> Packet {
        guard let packet = try? Packet(reading: bytes) else {
            throw Fault(code: "packet/malformed", detail: "the bytes are no packet")
        }
        guard packet.encoded == bytes else {
            throw Fault(code: "packet/not-canonical", detail: "the packet has another encoding")
        }
        do throws(PacketFault) {
            try packet.validate()
        } catch {
            throw Fault(code: error.code, detail: "\(error)")
        }
        return packet
    }

    private func decoded(acknowledgement bytes: [UInt8]) throws(Fault) -> Acknowledgement {
        do throws(WireError) {
            return try Acknowledgement(reading: bytes)
        } catch {
            throw Fault(code: "packet/malformed-acknowledgement", detail: "\(error)")
        }
    }

    private func prove(
        _ key: [UInt8], _ value: [UInt8], _ proof: [UInt8], _ header: TrustedHeader,
        _ cache: inout ProofCache
    ) throws(Fault) {
        do throws(ClientError) {
            try Families.verifyMembership(
                family: client.snapshot.family, proof: proof, path: peer.path(key), value: value,
                at: header, cache: &cache)
        } catch {
            throw Fault(code: "proof/invalid", detail: "\(error.code): \(error)")
        }
    }

    private func proveAbsent(
        _ key: [UInt8], _ proof: [UInt8], _ header: TrustedHeader, _ cache: inout ProofCache
    ) throws(Fault) {
        do throws(ClientError) {
            try Families.verifyNonMembership(
                family: client.snapshot.family, proof: proof, path: peer.path(key), at: header,
                cache: &cache)
        } catch {
            throw Fault(code: "proof/invalid", detail: "\(error.code): \(error)")
        }
    }

    private static func verified(
        _ headers: [TrustedHeader], _ messages: [[UInt8]], _ family: FamilyID
    ) throws(ClientError) -> [VerifiedHeader] {
        var result: [VerifiedHeader] = []
        for (header, message) in zip(headers, messages) {
            result.append(
                VerifiedHeader(
                    height: header.height, timestamp: header.timestamp,
                    hash: header.headerHash?.bytes ?? [], consensusState: header.consensusState,
                    message: message,
                    trustedHeight: try Families.inspect(message, family: family).trustedHeight))
        }
        return result
    }
}
