// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

/// What members tell each other of third chains; the network's faults are those of every call.
extension SimulatedCity {
    func report(_ job: JobID, _ report: PeerReport) {
        let from = id
        call(job, report.peerChain) { peer, answer in
            peer.takeReport(from, report.content) { [unowned self] taken, shown in
                answer { [unowned self] in
                    guard case .wanted(let header, let ours) = report.content else {
                        return post(.reportAnswered(job, taken))
                    }
                    examine(job, report.peerChain, header, ours, shown)
                }
            }
        }
    }

    private func examine(
        _ job: JobID, _ reporter: String, _ claimed: HeldHeader, _ ours: HeaderRecord,
        _ shown: [[UInt8]]
    ) {
        guard let verifier = verifier(claimed.chainID) else { return }
        var judgement = EvidenceJudgement.undecided(code: "peer/header-gone", detail: "")
        if let last = shown.last, !ours.message.isEmpty {
            judgement = verifier.judge(
                EvidenceBody(first: ours.message, second: last), reporter: reporter)
        }
        later(world.between(100_000, 30_000_000)) { [unowned self] in
            post(.headerExamined(job, judgement))
        }
    }

    func takeReport(
        _ from: String, _ content: PeerReport.Content,
        _ reply: @escaping (ReportAnswer, [[UInt8]]) -> Void
    ) {
        switch content {
        case .held(let held):
            post(.headersTold(from: from, held))
            reply(ReportAnswer(outcome: .accepted), [])
        case .wanted(let wanted, _):
            let held = engine?.client(of: wanted.chainID)?.headers.first {
                $0.height == wanted.height && $0.headerHash == wanted.hash
            }
            reply(ReportAnswer(outcome: .accepted), held.map { [$0.message] } ?? [])
        case .misbehaviour(let record, _):
            guard record.chainID != id else {
                post(.ownChainAccused(by: from))
                return reply(ReportAnswer(outcome: .refused, code: "evidence/own-chain"), [])
            }
            guard let verifier = verifier(record.chainID),
                let body = try? EvidenceBody(reading: record.evidence)
            else { return reply(ReportAnswer(outcome: .retry), []) }
            let judgement = verifier.judge(body, reporter: from)
            nextToken += 1
            let token = nextToken
            reportReplies[token] = { reply($0, []) }
            later(world.between(100_000, 50_000_000)) { [unowned self] in
                post(.evidenceJudged(AnswerToken(rawValue: token), from: from, judgement))
            }
        }
    }

    /// What a liar says of a chain that did nothing: one header twice, a header that nobody signed,
    /// a hash that no header has.
    func lie(about chainID: String, to peer: SimulatedCity) {
        guard engine != nil, peer.engine != nil,
            let truth = federation.city(chainID)?.chain.headers.values.max(by: {
                $0.height < $1.height
            })
        else { return }
        var forged = truth
        forged.trusted = 1
        if world.chance(0.5) { forged.hash = SHA256.hash([UInt8(world.between(0, 255))]).bytes }
        if world.chance(0.3) {
            let height = Height(revision: 1, height: truth.height)
            let held = HeldHeader(chainID: chainID, height: height, hash: forged.hash)
            return peer.takeReport(id, .held([held])) { _, _ in }
        }
        let body = EvidenceBody(first: truth.encoded, second: forged.encoded)
        let record = EvidenceRecord(
            chainID: chainID, height: Height(revision: 1, height: truth.height),
            kind: FrozenReason.conflictingHeader, evidence: body.encoded, reportedBy: id, at: clock)
        peer.takeReport(id, .misbehaviour(record, family: "simulated")) { _, _ in }
    }
}

extension SimulatedVerifier {
    /// As the light client judges: both signed, on something that we trust, and in contradiction.
    func judge(_ body: EvidenceBody, reporter: String) -> EvidenceJudgement {
        let record = { (kind: String, height: UInt64) in
            EvidenceRecord(
                chainID: chain.id, height: Height(revision: 1, height: height), kind: kind,
                evidence: body.encoded, reportedBy: reporter, at: now)
        }
        let refuted = { (detail: String) in
            EvidenceJudgement.refuted(
                record(EvidenceJudgement.falseEvidence, 0), detail: detail)
        }
        guard let first = SimulatedHeader(encoded: body.first),
            let second = SimulatedHeader(encoded: body.second)
        else { return refuted("no headers") }
        guard first.height == second.height, first.hash != second.hash else {
            return refuted("no contradiction")
        }
        guard isSigned(first), isSigned(second) else { return refuted("nobody signed it") }
        guard view.headers.contains(where: { $0.height.height < first.height }) else {
            return .undecided(code: "client/no-trusted-state", detail: "")
        }
        let height = Height(revision: 1, height: first.height)
        return .proven(
            record(FrozenReason.conflictingHeader, first.height),
            reason: FrozenReason.text(
                FrozenReason.conflictingHeader, (height, first.hash), (height, second.hash)))
    }
}
