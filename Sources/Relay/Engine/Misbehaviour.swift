// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Chains that contradict themselves, and reporters that lie. A client freezes at once and stays
/// so until its members or an operator have decided; the evidence is kept, submitted to the client
/// that our chain hosts, and told to every peer.
extension RelayEngine {
    /// Two verified headers of ours contradict each other: nothing of this chain is believed any
    /// more.
    mutating func freeze(
        _ route: Int, _ kind: String, _ stored: HeaderRecord, _ header: VerifiedHeader
    ) {
        guard isAccusable(route, header.height) else { return }
        let body = EvidenceBody(
            first: stored.message, second: header.message,
            support: support(route, [stored.trustedHeight, header.trustedHeight]))
        misbehaved(
            route,
            EvidenceRecord(
                chainID: routes[route].chainID, height: header.height, kind: kind,
                evidence: body.encoded, reportedBy: routes[route].chainID, at: now),
            reason: FrozenReason.text(
                kind, (stored.height, stored.headerHash), (header.height, header.hash)),
            reporter: nil)
    }

    /// What the members have settled with a newer anchor, or an operator by hand, is history.
    func isAccusable(_ route: Int, _ height: Height) -> Bool {
        height > routes[route].pardonedThrough && height > routes[route].client.anchorHeight
    }

    private mutating func misbehaved(
        _ route: Int, _ record: EvidenceRecord, reason: String, reporter: Int?
    ) {
        entries.append(.evidence(record))
        count("misbehaviour/proven")
        note(.alarm, record.kind, route: route, "our client of it is frozen: \(reason)")
        routes[route].client.isFrozen = true
        routes[route].client.frozenReason = reason
        routes[route].client.revisionCounter += 1
        routes[route].isClientDirty = true
        routes[route].careDue = clock
        routes[route].unchecked = [:]
        keep(record, route, except: reporter)
    }

    /// The evidence waits for our chain and for every peer but the one who brought it.
    mutating func keep(_ record: EvidenceRecord, _ route: Int, except reporter: Int?) {
        routes[route].evidence = record
        routes[route].isEvidenceSubmitted = false
        guard let body = try? EvidenceBody(reading: record.evidence), body.isComplete else {
            return
        }
        for peer in routes.indices where peer != reporter && !routes[peer].untold.contains(route) {
            routes[peer].untold.append(route)
            routes[peer].reportDue = clock
        }
    }

    /// Headers of ours that lead to these heights, for whoever trusts others: as far back as the
    /// anchor or the limit.
    private func support(_ route: Int, _ heights: [Height]) -> [[UInt8]] {
        var found: [Height: [UInt8]] = [:]
        for start in heights {
            var height = start
            while found.count < Families.maxSupport, found[height] == nil,
                let header = routes[route].header(at: height), !header.message.isEmpty
            {
                found[height] = header.message
                height = header.trustedHeight
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    // MARK: What others report

    /// A verifier is through with evidence that a peer brought in a call.
    mutating func evidenceJudged(
        _ token: AnswerToken, _ chainID: String, _ judgement: EvidenceJudgement
    ) {
        let answer = take(judgement, reporter: routeOfChain[chainID])
        effects.append(.answerReport(token, answer))
    }

    /// A verifier is through with a header that we had asked a peer for.
    mutating func headerExamined(_ id: JobID, _ judgement: EvidenceJudgement) {
        guard let job = jobs.job(id), case .report(.wanted(let header)) = job.kind,
            jobs.finish(id) != nil
        else { return }
        routes[job.route].isReporting = false
        routes[job.route].wanted.removeAll { $0.header == header }
        // It showed a header without knowing of another: it must be told what that proves.
        let answer = take(judgement, reporter: job.route, isTold: true)
        if answer.outcome == .retry {
            note(
                .warning, "headers/undecided", route: job.route,
                "its header \(header.height) of \(header.chainID): \(answer.code)")
        }
    }

    /// Others believe that our own chain forked: its operators must know before anybody.
    mutating func ownChainAccused(by chainID: String) {
        count("evidence/own-chain")
        note(
            .alarm, "evidence/own-chain", route: routeOfChain[chainID],
            "it says that our chain signed two histories: compare our nodes' headers, and stop a "
                + "validator that runs twice")
    }

    private mutating func take(
        _ judgement: EvidenceJudgement, reporter: Int?, isTold: Bool = false
    ) -> ReportAnswer {
        switch judgement {
        case .undecided(let code, let detail):
            return ReportAnswer(
                outcome: .retry, code: code, detail: detail, retryAfterMilliseconds: 30_000)
        case .refuted(let record, let detail):
            blame(reporter, record, detail)
            return ReportAnswer(
                outcome: .refused, code: EvidenceJudgement.falseEvidence, detail: detail)
        case .proven(let record, let reason):
            guard let route = routeOfChain[record.chainID] else {
                return ReportAnswer(
                    outcome: .refused, code: "evidence/unknown-chain",
                    detail: "no route of ours leads to this chain")
            }
            guard !routes[route].client.isFrozen, isAccusable(route, record.height) else {
                return ReportAnswer(outcome: .alreadyKnown)
            }
            misbehaved(route, record, reason: reason, reporter: isTold ? nil : reporter)
            return ReportAnswer(outcome: .accepted)
        }
    }

    /// Somebody accused a chain of what it did not do. Kept, within bounds: a liar must not fill
    /// our disk.
    private mutating func blame(_ reporter: Int?, _ record: EvidenceRecord, _ detail: String) {
        count(EvidenceJudgement.falseEvidence)
        note(
            .alarm, EvidenceJudgement.falseEvidence, route: reporter,
            "it accused \(record.chainID) at height \(record.height) falsely: \(detail)")
        guard let reporter else { return }
        count("\(EvidenceJudgement.falseEvidence)/\(routes[reporter].chainID)")
        if routes[reporter].falseEvidence < configuration.limits.falseEvidenceKept {
            entries.append(.evidence(record))
        }
        routes[reporter].falseEvidence += 1
    }

    // MARK: While frozen

    /// Our chain's client learns what ours knows, once.
    mutating func careForFrozen(_ route: Int) {
        guard let record = routes[route].evidence, !routes[route].isEvidenceSubmitted,
            routes[route].chore == nil, !routes[route].link.localClient.isEmpty,
            let body = try? EvidenceBody(reading: record.evidence), body.isComplete
        else { return }
        switch routes[route].hosted.status {
        case .active where routes[route].pendingTransactions == 0:
            routes[route].chore = .submitMisbehaviour
        case .frozen:
            routes[route].isEvidenceSubmitted = true
            note(
                .info, "misbehaviour/hosted-client-frozen", route: route,
                "\(routes[route].link.localClient) on our chain is frozen too")
        default: break
        }
    }

    /// What the evidence can stand on at the hosted client: heights that both clients hold.
    func sharedHeaders(_ route: Int) -> [TrustedHeader] {
        routes[route].hosted.states.compactMap { state in
            guard isHostedFresh(state.timestamp, route),
                let header = routes[route].header(at: state.height)
            else { return nil }
            return TrustedHeader(
                height: header.height, timestamp: header.timestamp,
                headerHash: Digest(header.headerHash), consensusState: header.consensusState)
        }
    }

    /// Our chain took the evidence.
    mutating func misbehaviourIncluded(_ route: Int) {
        routes[route].isEvidenceSubmitted = true
        note(
            .info, "misbehaviour/submitted", route: route,
            "our chain took the evidence against \(routes[route].chainID)")
        choreDone(route)
    }

    mutating func unfreeze(_ chainID: String) {
        guard let route = routeOfChain[chainID], routes[route].client.isFrozen else { return }
        routes[route].client.isFrozen = false
        routes[route].client.frozenReason = ""
        routes[route].client.revisionCounter += 1
        routes[route].isClientDirty = true
        routes[route].careDue = clock
        // What was judged by a person does not freeze again when somebody repeats it.
        routes[route].pardonedThrough = routes[route].client.latestHeight
        forgetMisbehaviour(route)
        note(.warning, "client/unfrozen", route: route, "by an operator")
    }

    /// The chain is believed again: what was to be told of it is history, and stays in the journal.
    mutating func forgetMisbehaviour(_ route: Int) {
        routes[route].evidence = nil
        routes[route].unchecked = [:]
        routes[route].isCrossChecking = false
        if routes[route].chore == .submitMisbehaviour { routes[route].chore = nil }
        for peer in routes.indices { routes[peer].untold.removeAll { $0 == route } }
    }
}
