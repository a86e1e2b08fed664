// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import TestSupport

/// An auditor that was handed one city's log after the run, and the answers that others kept.
struct SimulatedAudit {
    private let leaves: [[UInt8]]
    private let entries: [AccessEntry]
    private let checkpoint: [UInt8]?
    private let owner: MemberID
    private let key: PublicKey

    init(path: String, place: Int) throws {
        let reader = try AccessLogReader(path: path)
        var leaves: [[UInt8]] = []
        try reader.leaves(from: 0, below: reader.size()) { leaves.append($0) }
        self.leaves = leaves
        entries = try leaves.map { try SignedAccessEntry(leaf: $0).decoded() }
        checkpoint = try reader.checkpoint()
        owner = try SampleFederation.id(at: place)
        key = try SampleFederation.evidence(at: place).publicKey
    }

    /// The first rule that the log breaks, or nil.
    func breach(
        answers: [SimulatedDisclosures.Answer], asked: [Digest: DisclosureRequest], now: Timestamp
    ) -> String? {
        if let missing = missing(answers) { return missing }
        if let finding = findings(answers, now) { return finding }
        return entryRules(asked)
    }

    /// No disclosure without its log entry.
    private func missing(_ answers: [SimulatedDisclosures.Answer]) -> String? {
        let hashes = Set(leaves.map { BinaryMerkle.leafHash($0) })
        for answer in answers where !hashes.contains(answer.leafHash) {
            return "an answer left without its entry: \(answer.ticket)"
        }
        return nil
    }

    /// Signatures, order, and every head that an asker was shown.
    private func findings(_ answers: [SimulatedDisclosures.Answer], _ now: Timestamp) -> String? {
        guard let checkpoint else { return answers.isEmpty ? nil : "the log has no checkpoint" }
        let export = LogExport(
            owner: owner, checkpoint: checkpoint, start: MerkleFrontier(), leaves: leaves,
            receipts: [:])
        let seen = answers.map {
            SeenHead(size: $0.head.size, root: $0.head.root, seen: $0.at)
        }
        do {
            let (_, findings) = try export.audit(
                LogExport.Beliefs(ownerKeys: [key], seen: seen), now: now)
            return findings.first.map { "\($0)" }
        } catch {
            return "\(error)"
        }
    }

    /// One entry a request that was made, and no grant used more than its cap.
    private func entryRules(_ asked: [Digest: DisclosureRequest]) -> String? {
        var tickets: Set<Digest> = []
        var uses: [String: UInt32] = [:]
        for entry in entries {
            guard asked[entry.access.ticket] != nil else { return "nobody asked \(entry)" }
            guard tickets.insert(entry.access.ticket).inserted else {
                return "request \(entry.access.ticket) was answered twice"
            }
            guard entry.access.outcome.refusal == nil, let grant = entry.access.grant else {
                continue
            }
            uses["\(grant.text) \(PolicyDay(entry.time).number)", default: 0] += 1
        }
        return uses.first { $0.value > SimulatedPolicy.cap }.map { "\($0.key): used \($0.value)" }
    }
}
