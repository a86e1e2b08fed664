// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// What a provider might do to its own log, with its own key, and how it shows.
@Suite struct LogAuditorTests {
    private static let count = 40
    /// When the auditor came last, and how many entries there were.
    private static let visit = (size: 25, time: AccessSample.time(24).adding(nanoseconds: 1))
    private static let now = AccessSample.time(count)

    private var honest: AccessSampleLog { AccessSample.log(Self.count) }

    private func audit(
        _ leaves: [[UInt8]], _ checkpoint: Checkpoint, seen: [SeenHead] = []
    ) -> [LogFinding] {
        var auditor = LogAuditor(
            providerKeys: [AccessSample.providerKey.publicKey], seen: seen)
        var verifier = SignatureVerifier()
        for leaf in leaves { auditor.take(leaf: leaf, &verifier) }
        auditor.finish(checkpoint, now: Self.now)
        return auditor.findings
    }

    /// The log as its provider would write it anew from other records: all heads and signatures
    /// right.
    private func rewritten(_ change: (inout [(AccessRecord, Timestamp)]) -> Void) -> AccessSampleLog
    {
        var accesses = (0..<Self.count).map { (AccessSample.access($0), AccessSample.time($0)) }
        change(&accesses)
        return AccessSampleLog(accesses: accesses)
    }

    private var seen: [SeenHead] { [honest.head(of: Self.visit.size, seen: Self.visit.time)] }

    @Test func `an honest log gives no finding`() {
        #expect(audit(honest.leaves, honest.checkpoint, seen: seen).isEmpty)
    }

    @Test func `a deleted entry shows in the entries behind it`() {
        var leaves = honest.leaves
        leaves.remove(at: 7)
        let codes = Set(audit(leaves, honest.checkpoint).map(\.code))
        #expect(codes.isSuperset(of: ["audit/sequence", "audit/predecessors", "audit/count"]))
    }

    @Test func `a deletion with everything signed anew shows in the auditor's own checkpoint`() {
        let log = rewritten { $0.remove(at: 7) }
        #expect(audit(log.leaves, log.checkpoint).isEmpty)
        let findings = audit(log.leaves, log.checkpoint, seen: seen)
        #expect(findings.map(\.code).contains("audit/rewritten"))
    }

    @Test func `entries cut off the end show in the auditor's own checkpoint`() {
        let log = AccessSample.log(20)
        #expect(
            audit(log.leaves, log.checkpoint, seen: seen)
                == [.shrunk(size: 20, seen: UInt64(Self.visit.size))])
    }

    @Test func `an edited entry shows in its signature and in the head`() throws {
        var leaves = honest.leaves
        var signed = try SignedAccessEntry(leaf: leaves[9])
        var entry = try signed.decoded()
        entry.access.purpose = AccessSample.code("something-else")
        signed.entry = entry.encoded
        leaves[9] = signed.leaf
        let findings = audit(leaves, honest.checkpoint)
        #expect(findings.contains(.unsigned(index: 9)))
        #expect(findings.map(\.code).contains("audit/head"))
    }

    @Test func `an edited entry that is signed anew shows in the entry behind it`() throws {
        var leaves = honest.leaves
        var entry = try SignedAccessEntry(leaf: leaves[9]).decoded()
        entry.access.requester.officer = AccessSample.officer(9)
        leaves[9] = entry.signed(by: AccessSample.providerKey).leaf
        let findings = audit(leaves, honest.checkpoint)
        guard case .predecessors(index: 10, _, _) = findings.first else {
            Issue.record("\(findings)")
            return
        }
    }

    @Test func `an edit with everything signed anew shows in the auditor's own checkpoint`() {
        let log = rewritten { $0[9].0.caseNumber = AccessSample.code("case-0") }
        #expect(audit(log.leaves, log.checkpoint).isEmpty)
        #expect(
            audit(log.leaves, log.checkpoint, seen: seen).map(\.code) == ["audit/rewritten"])
    }

    @Test func `two entries that change places show in their numbers and heads`() {
        var leaves = honest.leaves
        leaves.swapAt(4, 5)
        let codes = Set(audit(leaves, honest.checkpoint).map(\.code))
        #expect(codes.isSuperset(of: ["audit/sequence", "audit/predecessors", "audit/time-order"]))
    }

    @Test func `a new order with everything signed anew shows in times and in the checkpoint`() {
        let log = rewritten { $0.swapAt(4, 5) }
        let codes = audit(log.leaves, log.checkpoint, seen: seen).map(\.code)
        #expect(codes.contains("audit/time-order"))
        #expect(codes.contains("audit/rewritten"))
    }

    @Test func `an entry that claims to be older than the last visit is found`() {
        // Times may go on from there without a step back: the visit alone tells.
        let early = AccessSample.time(24)
        var log = AccessSample.log(Self.visit.size)
        log.append(AccessSample.access(30), early)
        let later = SeenHead(
            size: UInt64(Self.visit.size), root: log.tree.root(size: UInt64(Self.visit.size)),
            seen: AccessSample.time(35))
        #expect(audit(log.leaves, log.checkpoint).isEmpty)
        #expect(
            audit(log.leaves, log.checkpoint, seen: [later]) == [
                .backdated(
                    index: UInt64(Self.visit.size), time: early, seen: AccessSample.time(35))
            ])
    }

    @Test func `an entry that is older than the one before it is found`() {
        let log = rewritten { $0[30].1 = AccessSample.time(2) }
        #expect(audit(log.leaves, log.checkpoint).map(\.code) == ["audit/time-order"])
    }

    @Test func `an entry from the future is found`() {
        let log = rewritten { $0[Self.count - 1].1 = AccessSample.time(1_000) }
        #expect(audit(log.leaves, log.checkpoint).map(\.code) == ["audit/postdated"])
    }

    @Test func `an entry that somebody else signed is found`() {
        var log = AccessSample.log(5)
        log.append(AccessSample.access(5), AccessSample.time(5), key: AccessSample.requesterKey)
        #expect(audit(log.leaves, log.checkpoint) == [.unsigned(index: 5)])
    }

    @Test func `a log is read on from a known head`() throws {
        let log = honest
        let tree = MerkleTree(leaves: Array(log.leaves[..<25]))
        var auditor = LogAuditor(
            providerKeys: [AccessSample.providerKey.publicKey], seen: seen, start: tree.frontier)
        var verifier = SignatureVerifier()
        for leaf in log.leaves[25...] { auditor.take(leaf: leaf, &verifier) }
        auditor.finish(log.checkpoint, now: Self.now)
        #expect(auditor.findings.isEmpty)
        var other = LogAuditor(
            providerKeys: [AccessSample.providerKey.publicKey], seen: seen,
            start: MerkleTree(leaves: Array(log.leaves[1..<26])).frontier)
        other.finish(log.checkpoint, now: Self.now)
        #expect(other.findings.map(\.code).contains("audit/rewritten"))
    }

    @Test func `bytes that are no entry are found and do not stop the audit`() {
        var leaves = honest.leaves
        leaves[3] = [0xff, 0x00]
        let findings = audit(leaves, honest.checkpoint)
        #expect(findings.map(\.code).contains("audit/unreadable"))
        #expect(findings.allSatisfy { !$0.sentence.isEmpty })
    }
}
