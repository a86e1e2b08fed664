// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

/// Calls between cities: dropped, doubled, delayed (so reordered), cut, forged.
extension SimulatedCity {
    private var latency: Int64 {
        world.chance(0.05) && faults.isOn
            ? world.between(1, 4) * World.second : world.between(2_000_000, 80_000_000)
    }

    private func canReach(_ peer: SimulatedCity) -> Bool {
        peer.engine != nil && !federation.isCut(id, peer.id) && peer.knows(id) && knows(peer.id)
    }

    private func fail(_ job: JobID, _ code: String, after delay: Int64, retry: UInt32 = 0) {
        later(delay) { [unowned self] in
            post(
                .jobFailed(
                    job,
                    JobFailure(code: code, detail: "simulated", retryAfterMilliseconds: retry)))
        }
    }

    /// Carries a call there and its answer back; each way may lose it, and the call may come twice.
    func call(
        _ job: JobID, _ peerChain: String,
        _ serve: @escaping (SimulatedCity, @escaping (@escaping () -> Void) -> Void) -> Void
    ) {
        guard let peer = federation.city(peerChain) else { return }
        guard canReach(peer) else {
            fail(job, "transport/unreachable", after: latency)
            if world.chance(0.3) { post(.peerLost(chainID: peerChain, code: "transport/closed")) }
            return
        }
        var isAnswered = false
        let answer: (@escaping () -> Void) -> Void = { [unowned self] deliver in
            guard !(faults.isOn && world.chance(faults.drop)), canReach(peer) else { return }
            later(latency) {
                isAnswered = true
                deliver()
            }
        }
        let copies = faults.isOn && world.chance(faults.duplicate) ? 2 : 1
        for _ in 0..<copies where !(faults.isOn && world.chance(faults.drop)) {
            peer.later(latency) { serve(peer, answer) }
        }
        later(12 * World.second) { [unowned self] in
            if !isAnswered { fail(job, "transport/timeout", after: 0) }
        }
    }

    /// Headers of our chain from a height that the peer trusts, sometimes over a stop on the way.
    func headerChain(
        from trusted: Height, to target: UInt64, for reader: String
    ) -> [[UInt8]]? {
        guard trusted.height < target else { return trusted.height == target ? [] : nil }
        var stops = [target]
        if target - trusted.height > 3 && world.chance(0.2) {
            stops.insert(trusted.height + (target - trusted.height) / 2, at: 0)
        }
        var messages: [[UInt8]] = []
        var base = trusted.height
        for stop in stops {
            guard var header = chain.headers[stop] else { return nil }
            if federation.showsFork(self, to: reader, at: stop) { header = chain.fork(stop) }
            header.trusted = base
            messages.append(header.encoded)
            base = stop
        }
        return messages
    }

    private func forge(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let place = Int(world.between(0, Int64(bytes.count - 1)))
        bytes[place] ^= UInt8(1 << world.between(0, 7))
    }

    // MARK: Calls

    func deliver(_ job: JobID, _ delivery: Delivery) {
        guard
            var headers = headerChain(
                from: delivery.trustedHeight, to: delivery.proofHeight.height,
                for: delivery.peerChain)
        else { return fail(job, "connector/no-header", after: 1_000_000) }
        var items = delivery.items.map { ($0.packet, $0.proof) }
        if faults.isOn && world.chance(faults.forge) { lie(&headers, &items) }
        let from = id
        call(job, delivery.peerChain) { peer, answer in
            peer.takeDelivery(from, headers, delivery.proofHeight, items) {
                [unowned self] outcomes, height in
                answer { [unowned self] in
                    post(.delivered(job, outcomes: outcomes, trustedHeight: height))
                }
            }
        }
    }

    /// What a hostile relay tries: other money, other proofs, other headers.
    private func lie(_ headers: inout [[UInt8]], _ items: inout [([UInt8], [UInt8])]) {
        switch world.between(0, 3) {
        case 0 where !headers.isEmpty: forge(&headers[headers.count - 1])
        case 1: for place in items.indices { forge(&items[place].1) }
        case 2:
            for place in items.indices {
                guard let packet = SimulatedPacket(encoded: items[place].0) else { continue }
                items[place].0 =
                    SimulatedPacket(
                        sequence: packet.sequence, source: packet.source,
                        destination: packet.destination, timeoutSeconds: packet.timeoutSeconds,
                        port: SimulatedPacket.fund, amount: packet.amount * 10,
                        receiver: packet.receiver
                    ).encoded
            }
        default: for place in items.indices { forge(&items[place].0) }
        }
    }

    func acknowledge(_ job: JobID, _ delivery: AcknowledgementDelivery) {
        guard
            let headers = headerChain(
                from: delivery.trustedHeight, to: delivery.proofHeight.height,
                for: delivery.peerChain)
        else { return fail(job, "connector/no-header", after: 1_000_000) }
        var items = delivery.items.map { ($0.packet, $0.acknowledgement, $0.proof) }
        if faults.isOn && world.chance(faults.forge) {
            for place in items.indices {
                items[place].1 =
                    items[place].1 == UniversalError.encoded
                    ? SimulatedChain.success : UniversalError.encoded
            }
        }
        let from = id
        call(job, delivery.peerChain) { peer, answer in
            peer.takeAcknowledgements(from, headers, delivery.proofHeight, items) {
                [unowned self] outcomes, height in
                answer { [unowned self] in
                    post(.acknowledged(job, outcomes: outcomes, trustedHeight: height))
                }
            }
        }
    }

    func ask(_ job: JobID, _ questions: PeerQuestions) {
        let reader = id
        call(job, questions.peerChain) { peer, answer in
            let target = peer.chain.height
            guard peer.chain.seconds >= questions.notBeforeSeconds,
                let headers = peer.headerChain(
                    from: questions.trustedHeight, to: target, for: reader)
            else {
                answer { [unowned self] in fail(job, "peer/not-yet", after: 0, retry: 1_000) }
                return
            }
            let proofs = questions.questions.map { question in
                peer.chain.prove(SimulatedCity.key(question), against: target)
            }
            let acknowledgements = questions.questions.map { question in
                peer.chain.state.acknowledgements[
                    Key.acknowledgement(question.remoteClient, question.id.sequence)]?.bytes
            }
            answer { [unowned self] in
                verifyAnswers(job, questions, headers, target, proofs, acknowledgements)
            }
        }
    }

    private static func key(_ question: PeerQuestion) -> String {
        let sequence = question.id.sequence
        return switch question.subject {
        case .receipt: Key.receipt(question.remoteClient, sequence)
        case .acknowledgement: Key.acknowledgement(question.remoteClient, sequence)
        case .commitment: Key.commitment(question.remoteClient, sequence)
        }
    }

    private func verifyAnswers(
        _ job: JobID, _ questions: PeerQuestions, _ messages: [[UInt8]], _ target: UInt64,
        _ proofs: [(value: [UInt8]?, proof: [UInt8])?], _ acknowledgements: [[UInt8]?]
    ) {
        guard let verifier = verifier(questions.peerChain) else { return }
        let headers = verifier.verify(messages)
        let height = Height(revision: 1, height: target)
        var items: [VerifiedAnswers.Item] = []
        for (place, question) in questions.questions.enumerated() {
            guard let proven = proofs[place] else {
                items.append(
                    VerifiedAnswers.Item(
                        question: question, proof: [],
                        finding: .refused(code: "peer/no-proof", detail: "")))
                continue
            }
            let verdict = verifier.verdict(
                SimulatedCity.key(question), proven.value, proven.proof, at: height, headers)
            let finding: VerifiedAnswers.Finding =
                switch verdict {
                case .proven where proven.value == nil: .absent
                case .proven: .present(acknowledgement: acknowledgements[place] ?? [])
                case .refused(let code, let detail), .undecided(let code, let detail):
                    .refused(code: code, detail: detail)
                }
            items.append(
                VerifiedAnswers.Item(question: question, proof: proven.proof, finding: finding))
        }
        let counter = verifier.view.record.revisionCounter
        later(world.between(100_000, 30_000_000)) { [unowned self] in
            post(
                .answered(
                    job,
                    VerifiedAnswers(
                        chainID: questions.peerChain, revisionCounter: counter, headers: headers,
                        proofHeight: height, items: items)))
        }
    }

    func fetchHeaders(_ job: JobID, _ request: HeaderRequest) {
        let reader = id
        call(job, request.peerChain) { peer, answer in
            let target =
                request.targetHeight.isZero ? peer.chain.height : request.targetHeight.height
            var messages = peer.headerChain(
                from: request.trustedHeight, to: target, for: reader)
            if request.trustedHeight.isZero {
                messages = peer.chain.headers[target].map { [$0.encoded] }
            }
            guard let messages else {
                answer { [unowned self] in fail(job, "peer/no-header", after: 0) }
                return
            }
            answer { [unowned self] in
                guard let verifier = verifier(request.peerChain) else { return }
                let headers = verifier.verify(messages)
                // All or nothing, as the light client has it.
                if headers.count < messages.count {
                    fail(job, "verify/client/no-trusted-state", after: 0)
                } else {
                    post(.headersFetched(job, chainID: request.peerChain, headers: headers))
                }
            }
        }
    }

    // MARK: Served

    func verifier(_ chainID: String) -> SimulatedVerifier? {
        guard let view = engine?.client(of: chainID), let peer = federation.city(chainID),
            let route = configuration.routes.first(where: { $0.chainID == chainID })
        else { return nil }
        return SimulatedVerifier(
            chain: peer.chain, view: view, anchor: route.anchorHeight.height,
            anchorHash: route.anchorHash, now: clock,
            isCredulous: federation.isCredulous, trustingPeriod: route.trustingPeriodNanoseconds)
    }

    private func takeDelivery(
        _ from: String, _ messages: [[UInt8]], _ height: Height, _ items: [([UInt8], [UInt8])],
        _ reply: @escaping ([PeerOutcome], Height) -> Void
    ) {
        guard let verifier = verifier(from) else { return }
        let headers = verifier.verify(messages)
        let judged = items.compactMap { item -> VerifiedDelivery.Item? in
            guard let packet = try? PacketSummary(encoded: item.0) else { return nil }
            return VerifiedDelivery.Item(
                packet: packet, proof: item.1,
                verdict: verifier.verdict(
                    Key.commitment(packet.sourceClient, packet.sequence),
                    SHA256.hash(packet.encoded).bytes, item.1, at: height, headers))
        }
        nextToken += 1
        let token = nextToken
        replies[token] = reply
        let counter = verifier.view.record.revisionCounter
        later(world.between(100_000, 50_000_000)) { [unowned self] in
            post(
                .deliveryVerified(
                    AnswerToken(rawValue: token),
                    VerifiedDelivery(
                        chainID: from, revisionCounter: counter, headers: headers,
                        proofHeight: height, items: judged)))
        }
    }

    private func takeAcknowledgements(
        _ from: String, _ messages: [[UInt8]], _ height: Height,
        _ items: [([UInt8], [UInt8], [UInt8])], _ reply: @escaping ([PeerOutcome], Height) -> Void
    ) {
        guard let verifier = verifier(from) else { return }
        let headers = verifier.verify(messages)
        let judged = items.compactMap { item -> VerifiedAcknowledgements.Item? in
            guard let packet = try? PacketSummary(encoded: item.0) else { return nil }
            return VerifiedAcknowledgements.Item(
                packet: packet, acknowledgement: item.1, proof: item.2,
                verdict: verifier.verdict(
                    Key.acknowledgement(packet.destinationClient, packet.sequence),
                    SHA256.hash(item.1).bytes, item.2, at: height, headers))
        }
        nextToken += 1
        let token = nextToken
        replies[token] = reply
        let counter = verifier.view.record.revisionCounter
        later(world.between(100_000, 50_000_000)) { [unowned self] in
            post(
                .acknowledgementsVerified(
                    AnswerToken(rawValue: token),
                    VerifiedAcknowledgements(
                        chainID: from, revisionCounter: counter, headers: headers,
                        proofHeight: height, items: judged)))
        }
    }

    // MARK: Handshakes

    /// Greets every peer now and then: at once after a start, and as long as the process lives.
    func greetPeers() {
        for route in configuration.routes { greet(route.chainID) }
        later(world.between(3, 6) * World.second) { [unowned self] in greetPeers() }
    }

    func greet(_ chainID: String) {
        guard let peer = federation.city(chainID) else { return }
        guard canReach(peer), !(faults.isOn && world.chance(faults.drop)) else { return }
        peer.later(latency) { [unowned self] in
            if let hello = engine?.hello(to: chainID, software: "simulated", now: clock) {
                peer.post(.peerConnected(hello))
            }
            guard canReach(peer) else { return }
            later(latency) { [unowned self] in
                if let hello = peer.engine?.hello(to: id, software: "simulated", now: peer.clock) {
                    post(.peerConnected(hello))
                }
            }
        }
    }
}
