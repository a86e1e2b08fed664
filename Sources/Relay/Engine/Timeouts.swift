// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Deadlines. The wall clock only says when to begin asking; what counts is the time of the other
/// chain's header under the proof that the receipt is absent.
extension RelayEngine {
    /// When the timeout of an outgoing packet is begun, nanoseconds on our clock.
    func deadline(_ slot: Int) -> Int64 {
        let seconds = packets[slot].record.timeoutSeconds
        guard let signed = Int64(exactly: seconds), signed < 9_000_000_000 else { return .max }
        return signed * EngineTiming.second + configuration.timing.timeoutMargin
    }

    func isPastDeadline(_ slot: Int) -> Bool { deadline(slot) <= clock }

    /// The peer has the packet: its acknowledgement comes by itself, or is asked for after a while;
    /// after the deadline the receipt is asked for.
    mutating func awaitPeer(_ slot: Int, afterAsking: Bool = false) {
        packets.setPhase(slot, .waiting)
        let doublings = min(packets[slot].record.attempts, 6)
        var due = clock &+ configuration.timing.acknowledgementPatience << Int64(doublings)
        if !afterAsking { due = min(due, max(deadline(slot), clock)) }
        setTimer(slot, due)
    }

    mutating func startQuestions(_ route: Int, _ slots: [Int]) {
        // The earliest deadline: the others' moment may not have come, and they ask again; waiting
        // for the latest would hold up everybody.
        var notBefore: UInt64?
        var questions: [PeerQuestion] = []
        let remoteClient = routes[route].remoteClient
        for slot in slots {
            let subject = subject(slot)
            if subject == .receipt {
                notBefore = min(notBefore ?? .max, packets[slot].record.timeoutSeconds)
            }
            questions.append(
                PeerQuestion(
                    id: packets[slot].record.id, subject: subject, remoteClient: remoteClient))
        }
        let job = startJob(.ask, route: route, slots)
        effects.append(
            .ask(
                job,
                PeerQuestions(
                    peerChain: routes[route].chainID, trustedHeight: routes[route].trustedHeight,
                    notBeforeSeconds: notBefore ?? 0, questions: questions)))
    }

    private func subject(_ slot: Int) -> QuestionSubject {
        switch effectiveState(slot) {
        case .verified: .commitment
        case .acknowledgementVerified: .acknowledgement
        case .absenceVerified: .receipt
        default: isPastDeadline(slot) && !packets[slot].receiptSeen ? .receipt : .acknowledgement
        }
    }

    /// A peer's proven answers.
    mutating func answered(_ id: JobID, _ answers: VerifiedAnswers) {
        guard let job = finish(id, .ask) else { return }
        let route = job.route
        peerAnswered(route, .zero)
        guard answers.chainID == routes[route].chainID, answers.items.count == job.slots.count
        else {
            badAnswer(id, job, .ask)
            return
        }
        let trouble =
            staleVerdict(answers.revisionCounter, route)
            ?? admit(answers.headers, route: route) ?? standing(route)
        let header = routes[route].header(at: answers.proofHeight)
        for (slot, item) in zip(job.slots, answers.items) where isIn(slot, .ask, id) {
            if let trouble {
                fail(slot, .ask, code: trouble.code, detail: trouble.detail)
                continue
            }
            guard let header, item.question.id == packets[slot].record.id else {
                fail(
                    slot, .ask, code: "client/header-unknown",
                    detail: "no header at the proof's height")
                continue
            }
            found(item, slot, header)
        }
    }

    private mutating func found(_ item: VerifiedAnswers.Item, _ slot: Int, _ header: HeaderRecord) {
        switch (item.finding, item.question.subject) {
        case (.refused(let code, let detail), _):
            fail(slot, .ask, code: code, detail: detail)
        case (.absent, .receipt): receiptAbsent(slot, item.proof, header)
        case (.present, .receipt):
            if effectiveState(slot) == .absenceVerified {
                fail(
                    slot, .ask, code: "peer/contradicting-proofs",
                    detail: "absent before, present now")
                return
            }
            packets.markReceiptSeen(slot)
            enqueue(slot, .ask)
        case (.present(let acknowledgement), .acknowledgement):
            if acknowledgement.isEmpty {
                fail(
                    slot, .ask, code: "peer/acknowledgement-forgotten",
                    detail: "its chain holds the commitment, nobody there knows the bytes")
            } else if effectiveState(slot) == .acknowledgementVerified {
                refreshProof(slot, item.proof, header)
            } else if !takeAcknowledgement(slot, acknowledgement, item.proof, header.height) {
                proceed(slot)
            }
        case (.absent, .acknowledgement): acknowledgementAbsent(slot)
        case (.present, .commitment): refreshProof(slot, item.proof, header)
        case (.absent, .commitment):
            // The source has ended the packet; our chain will refuse it, and its deadline ends it
            // here.
            packets.edit(slot) { $0.reasonCode = "packet/ended-at-source" }
            packets.setPhase(slot, .waiting)
        }
    }

    private mutating func receiptAbsent(_ slot: Int, _ proof: [UInt8], _ header: HeaderRecord) {
        guard header.timestamp.unixSeconds >= packets[slot].record.timeoutSeconds else {
            fail(
                slot, .ask, code: "timeout/not-reached",
                detail: "the header is older than the deadline")
            return
        }
        switch effectiveState(slot) {
        case .observed, .proven, .forwarded, .absenceVerified: break
        default:
            proceed(slot)
            return
        }
        advance(slot, to: .absenceVerified) { record in
            record.proof = proof
            record.proofHeight = header.height
        }
        enqueue(slot, .submit)
    }

    private mutating func acknowledgementAbsent(_ slot: Int) {
        let state = effectiveState(slot)
        guard state == .observed || state == .proven || state == .forwarded else {
            fail(
                slot, .ask, code: "peer/contradicting-proofs",
                detail: "acknowledged before, absent now")
            return
        }
        packets.edit(slot) { record in
            record.attempts += 1
            record.reasonCode = "peer/no-acknowledgement-yet"
        }
        awaitPeer(slot, afterAsking: packets[slot].receiptSeen)
    }

    /// A newer proof of the same fact, for the next transaction.
    private mutating func refreshProof(_ slot: Int, _ proof: [UInt8], _ header: HeaderRecord) {
        packets.edit(slot) { record in
            record.proof = proof
            record.proofHeight = header.height
        }
        enqueue(slot, .submit)
    }

    /// Our chain's block says that a timeout was taken.
    mutating func timeoutSeen(_ packet: PacketSummary, route: Int) {
        guard let slot = packets.slot(of: packet.outgoingID),
            !packets[slot].record.state.isTerminal
        else { return }
        endTimedOut(slot)
    }

    mutating func endTimedOut(_ slot: Int) {
        advance(slot, to: .timedOut) { record in
            record.proof = []
            record.transaction = []
        }
        packets.setPhase(slot, .waiting)
    }

    // MARK: Incoming deadlines, on our chain's clock

    mutating func watchDeadline(_ slot: Int) {
        guard let due = Int64(exactly: packets[slot].record.timeoutSeconds) else { return }
        deadlines.insert(TimerHeap.Entry(due: due, ref: packets.lastingRef(slot)))
        deadlines.compact(liveCount: packets.count) { packets.isSamePacket($0.ref) }
    }

    /// Our chain has read past the deadline of packets that it has not taken: it never will.
    mutating func expireIncoming() {
        guard let chainSeconds = Int64(exactly: chain.time.unixSeconds) else { return }
        while let first = deadlines.first, first.due <= chainSeconds {
            _ = deadlines.popFirst()
            guard packets.isSamePacket(first.ref) else { continue }
            let slot = Int(first.ref.slot)
            guard effectiveState(slot) == .verified else { continue }
            advance(slot, to: .expired) { record in
                record.proof = []
                record.reasonCode = "packet/elapsed"
                record.reasonDetail = "our chain passed the deadline without taking it"
            }
            packets.setPhase(slot, .waiting)
        }
    }

    // MARK: Parked packets

    /// A parked packet of ours still ends by its deadline: the money must come back.
    /// One that is parked after its deadline stays so, or it would go round in circles.
    mutating func watchParked(_ slot: Int, isRestart: Bool = false) {
        guard packets[slot].record.id.direction == .outgoing else { return }
        let due = deadline(slot)
        if due != .max && (due > clock || isRestart) { setTimer(slot, max(due, clock)) }
    }

    mutating func parkedDeadline(_ slot: Int) {
        let record = packets[slot].record
        guard record.state == .parked, let before = record.parkedFrom,
            !routes[packets[slot].route].isCut
        else { return }
        let moment = now
        switch before {
        case .observed, .proven, .forwarded:
            packets.edit(slot) { record in
                record.state = before
                record.history.append(before, at: moment)
                record.parkedFrom = nil
                record.attempts = 0
            }
            enqueue(slot, .ask)
        default: return
        }
    }
}
