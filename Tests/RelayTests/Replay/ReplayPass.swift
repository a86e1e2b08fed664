// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import Synchronization
import TestSupport

/// One run through the recording. One chain leads: it shows one snapshot after the other. The other
/// chain follows block by block, one snapshot behind, so that what the leader proves comes before
/// the recorded relayer's own transaction on the follower. In this order the follower's relay has
/// to accept
/// - every packet that the leader sent, before its chain takes it from the recorded relayer;
/// - every acknowledgement that the leader wrote, before its chain takes that;
/// - the absence of every receipt on the leader that the recorded relayer proved for a timeout.
/// A second run with the chains swapped does the same the other way.
///
/// What the recording does not hold: proofs at other heights than the snapshots and some lives. The
/// follower's own proofs therefore mostly fail with "not executed yet" and are tried again; nothing
/// that is counted depends on them. Packets sent behind the last snapshot are in no recorded state:
/// they are seen (unless in the very last block, whose execution no header shows) and never proven.
final class ReplayPass {
    struct Outcome: Sendable {
        var seen: Set<UInt64> = []
        var delivered: Set<UInt64> = []
        var acknowledged: Set<UInt64> = []
        var absent: Set<UInt64> = []
        /// Timeouts whose first proof came with a flipped bit.
        var spoiltTimeouts: Set<UInt64> = []
        /// What was answered to proofs with a flipped byte, and how often.
        var proofFlips: [String: Int] = [:]
        var proofControls: [String: Int] = [:]
        /// What was answered to headers with a flipped byte, and how often.
        var headerFlips: [String: Int] = [:]
        var headers: [UInt64: [UInt8]] = [:]
        var broadcasts: [[UInt8]] = []
        var trouble: [String] = []
    }

    enum Failure: Error { case troubles([String]) }

    /// Every trouble costs its whole patience: a run that goes wrong ends soon.
    private static let mostTroubles = 4

    private let recording: ReplayRecording
    private let leader: Int
    private let world: ReplayWorld
    private let ahead: ReplaySide
    private let behind: ReplaySide
    private let caller: ReplayCaller
    private let sent: [ReplayPacket]
    private let returning: [ReplayPacket]
    /// Acknowledgements that the leader's relay can have proven by now.
    private var acknowledgeable: Set<UInt64> = []
    private var outcome = Outcome()

    static func run(_ recording: ReplayRecording, leader: Int) throws -> Outcome {
        let pass = try ReplayPass(recording, leader: leader)
        defer { pass.stop() }
        try pass.walk()
        try pass.flipHeaders()
        return try pass.finish()
    }

    private init(_ recording: ReplayRecording, leader: Int) throws {
        self.recording = recording
        self.leader = leader
        world = try ReplayWorld(recording)
        ahead = world.sides[leader]
        behind = world.sides[1 - leader]
        caller = try ReplayCaller(ahead, to: behind)
        sent = recording.packets(from: leader)
        returning = recording.packets(from: 1 - leader)
    }

    private func stop() {
        caller.close()
        world.stop()
    }

    // MARK: The walk

    private func walk() throws {
        expect(
            "both relays start",
            try world.wait {
                try ahead.reader.headerCount(chainID: behind.name) > 0
                    && behind.reader.headerCount(chainID: ahead.name) > 0
            })
        for snapshot in ahead.tape.snapshots
        where snapshot >= ahead.node.tip && snapshot < ahead.tape.chain.last {
            try show(snapshot)
            try takeDeliveries(snapshot)
            try takeTimeouts(snapshot)
            for packet in returning where packet.acknowledgedAt ?? .max <= snapshot {
                if ahead.tape.isPresent(key: packet.acknowledgementKey, state: snapshot) == true {
                    acknowledgeable.insert(packet.id.sequence)
                }
            }
            try takeAcknowledgements()
            try follow(to: ahead.tape.time(snapshot))
        }
        for side in world.sides {
            side.node.tip = side.tape.chain.last
            expect(
                "\(side.name) is read to its end",
                try world.wait { try side.cursor == side.tape.chain.last - 1 })
        }
    }

    /// The leader's next snapshot becomes provable. Proofs of absence that will be asked for now
    /// come with a flipped bit at first.
    private func show(_ snapshot: Int64) throws {
        guard outcome.trouble.count <= ReplayPass.mostTroubles else {
            throw Failure.troubles(outcome.trouble)
        }
        let due = try dueTimeouts(snapshot)
        ahead.node.state.withLock { state in
            for packet in due { state.spoiled.insert(packet.receiptKey) }
        }
        let later = ahead.tape.snapshots.first { $0 > snapshot } ?? snapshot
        let next = min(later + 1, ahead.tape.chain.last)
        world.clock.reach(try ahead.tape.time(snapshot + 1), next: try ahead.tape.time(next))
        ahead.node.tip = snapshot + 1
        expect("\(ahead.name) reads \(snapshot)", try world.wait { try ahead.cursor == snapshot })
    }

    private func takeDeliveries(_ snapshot: Int64) throws {
        let due = sent.filter { packet in
            packet.sentAt <= snapshot && !outcome.delivered.contains(packet.id.sequence)
                && ahead.tape.isPresent(key: packet.commitmentKey, state: snapshot) == true
        }
        var records: [PacketRecord] = []
        for packet in due {
            let isAccepted = try world.wait {
                let sender = try ahead.reader.packet(packet.id)?.state
                return try stands(behind, packet.incomingID, at: .verified)
                    && sender != .observed && sender != .proven && sender != nil
            }
            guard isAccepted, let record = try behind.reader.packet(packet.incomingID) else {
                trouble(packet.id, "was not delivered at \(snapshot)")
                continue
            }
            if record.packet == packet.packet { outcome.delivered.insert(packet.id.sequence) }
            records.append(record)
        }
        try flipCommitments(records)
    }

    private func dueTimeouts(_ snapshot: Int64) throws -> [ReplayPacket] {
        let seconds = try ahead.tape.time(snapshot + 1).unixSeconds
        let read = try behind.cursor
        return returning.filter { packet in
            packet.isTimedOut && packet.sentAt <= read && packet.timeoutSeconds <= seconds
                && !outcome.absent.contains(packet.id.sequence)
                && ahead.tape.isPresent(key: packet.receiptKey, state: snapshot) == false
        }
    }

    private func takeTimeouts(_ snapshot: Int64) throws {
        for packet in try dueTimeouts(snapshot) {
            guard try world.wait({ try stands(behind, packet.id, at: .absenceVerified) }) else {
                trouble(packet.id, "has no proven timeout at \(snapshot)")
                continue
            }
            outcome.absent.insert(packet.id.sequence)
            let attempts = try behind.reader.attempts(of: packet.id)
            let spoilt = ahead.node.state.withLock { $0.spoilt[packet.receiptKey] ?? 0 }
            if spoilt > 0, attempts.contains(where: { $0.code == "proof/invalid" }) {
                outcome.spoiltTimeouts.insert(packet.id.sequence)
            }
        }
    }

    /// The follower's blocks up to a moment, one by one: after each, what the leader has
    /// acknowledged and the follower has just sent must be accepted before the follower goes on.
    private func follow(to moment: Timestamp) throws {
        while behind.node.tip < behind.tape.chain.last,
            try behind.tape.time(behind.node.tip) <= moment
        {
            let height = behind.node.tip
            behind.node.tip = height + 1
            expect("\(behind.name) reads \(height)", try world.wait { try behind.cursor == height })
            try takeAcknowledgements()
        }
    }

    private func takeAcknowledgements() throws {
        let read = try behind.cursor
        var records: [PacketRecord] = []
        for packet in returning
        where packet.sentAt <= read && acknowledgeable.contains(packet.id.sequence)
            && !outcome.acknowledged.contains(packet.id.sequence)
        {
            let isAccepted = try world.wait {
                try stands(behind, packet.id, at: .acknowledgementVerified)
                    && ahead.reader.packet(packet.incomingID)?.state == .acknowledgementDelivered
            }
            guard isAccepted, let record = try behind.reader.packet(packet.id) else {
                trouble(packet.id, "was not acknowledged when \(read) was read")
                acknowledgeable.remove(packet.id.sequence)
                continue
            }
            if record.acknowledgement == packet.acknowledgement {
                outcome.acknowledged.insert(packet.id.sequence)
            }
            records.append(record)
        }
        try flipAcknowledgements(records)
    }

    private func stands(_ side: ReplaySide, _ id: PacketID, at state: PacketState) throws -> Bool {
        guard let record = try side.reader.packet(id) else { return false }
        return record.state == state || record.parkedFrom == state
    }

    // MARK: Flipped bytes

    /// The same call as the relay's own, with one byte of every proof flipped, and once more as it
    /// was.
    private func flipCommitments(_ records: [PacketRecord]) throws {
        for (height, group) in Dictionary(grouping: records, by: \.proofHeight) {
            func call(_ change: ([UInt8]) -> [UInt8]) throws -> [PacketOutcome] {
                try caller.deliver(
                    DeliverRequest(
                        chainID: ahead.name, proofHeight: height,
                        packets: group.map {
                            PacketWithProof(packet: $0.packet, proof: change($0.proof))
                        })
                ).outcomes
            }
            count(try call(ReplayFlip.anywhere), in: &outcome.proofFlips)
            count(try call { $0 }, in: &outcome.proofControls)
        }
    }

    private func flipAcknowledgements(_ records: [PacketRecord]) throws {
        for (height, group) in Dictionary(grouping: records, by: \.proofHeight) {
            func call(_ change: ([UInt8]) -> [UInt8]) throws -> [PacketOutcome] {
                try caller.acknowledge(
                    AcknowledgeRequest(
                        chainID: ahead.name, proofHeight: height,
                        acknowledgements: group.map {
                            AcknowledgementWithProof(
                                packet: $0.packet, acknowledgement: $0.acknowledgement,
                                proof: change($0.proof))
                        })
                ).outcomes
            }
            count(try call(ReplayFlip.anywhere), in: &outcome.proofFlips)
            count(try call { $0 }, in: &outcome.proofControls)
        }
    }

    /// Every header of the leader from the anchor on: refused with one bit flipped in the header,
    /// refused with one flipped in its first signature (which every count needs), taken as it was.
    private func flipHeaders() throws {
        let chain = ahead.tape.chain
        guard let first = sent.first else { return }
        let carrier = PacketWithProof(packet: first.packet, proof: [0x0a, 0x00])
        var trusted = Set(
            try behind.reader.headers(chainID: ahead.name, limit: 1_000).map(\.height.height))
        var genuine: [[UInt8]] = []
        for height in try recording.anchor(of: leader) + 1...chain.last {
            guard let base = trusted.filter({ $0 < UInt64(height) }).max() else { continue }
            let message = try chain.clientMessage(height, trusting: Int64(base))
            let flipped = [
                try ReplayFlip.header(message),
                try ReplayFlip.signature(chain, height, trusting: Int64(base)),
            ]
            for message in flipped {
                count(
                    try deliver([message], at: chain.revisionHeight(height), carrier),
                    in: &outcome.headerFlips)
            }
            genuine.append(message)
            guard genuine.count == ReplayPass.headersPerCall || height == chain.last else {
                continue
            }
            let answers = try deliver(genuine, at: chain.revisionHeight(height), carrier)
            if answers.map(\.code) != ["proof/invalid"] {
                outcome.trouble.append("headers up to \(height) were not taken: \(answers)")
            }
            trusted.insert(UInt64(height))
            genuine = []
        }
    }

    /// Headers of one update: few enough that the next ones overlap with the last one's validators.
    private static let headersPerCall = 8

    private func deliver(
        _ headers: [[UInt8]], at height: Height, _ carrier: PacketWithProof
    ) throws -> [PacketOutcome] {
        try caller.deliver(
            DeliverRequest(
                chainID: ahead.name, update: ClientUpdate(headers: headers), proofHeight: height,
                packets: [carrier])
        ).outcomes
    }

    // MARK: The end

    private func finish() throws -> Outcome {
        for packet in sent where try ahead.reader.packet(packet.id)?.packet == packet.packet {
            outcome.seen.insert(packet.id.sequence)
        }
        for header in try behind.reader.headers(chainID: ahead.name, limit: 1_000) {
            outcome.headers[header.height.height] = header.headerHash
        }
        for side in world.sides {
            for evidence in try side.reader.evidence() {
                outcome.trouble.append("\(side.name) holds evidence: \(evidence.kind)")
            }
            outcome.broadcasts += side.node.state.withLock { $0.broadcasts }
        }
        return outcome
    }

    private func count(_ answers: [PacketOutcome], in counts: inout [String: Int]) {
        for answer in answers { counts["\(answer.outcome) \(answer.code)", default: 0] += 1 }
    }

    private func expect(_ what: String, _ holds: Bool) {
        if !holds { outcome.trouble.append("not so: \(what)\n\(world.notes.last(5))") }
    }

    private func trouble(_ id: PacketID, _ what: String) {
        let states = [
            try? ahead.reader.packet(id)?.state, try? behind.reader.packet(id)?.state,
        ]
        outcome.trouble.append("\(id) \(what): \(states)\n\(world.notes.last(5))")
    }
}
