// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

/// The dear part of judging evidence that another member brought: both headers against a snapshot
/// of our own client of the accused chain. Pure; runs on a verifier. Nobody's word counts, ours
/// included: what is false is blamed on its reporter, what cannot be judged on nobody.
struct EvidenceVerification {
    let client: SharedState.PeerClient
    /// The accused chain.
    let chainID: String
    /// Chain of the member who brought it.
    let reporter: String
    let now: Timestamp

    /// Evidence that a member tells of.
    func judge(
        _ report: ReportedMisbehaviour, _ state: inout VerifierState
    ) -> EvidenceJudgement {
        guard report.family == client.snapshot.family.rawValue else {
            return .undecided(
                code: "evidence/family",
                detail: "the chain is of family \(client.snapshot.family.rawValue) here")
        }
        return judge(report.misbehaviour, support: report.support.headers, &state)
    }

    /// A header that a member had named by its hash and shows now, after those that lead to it.
    func examine(
        _ shown: [[UInt8]], claimed: HeldHeader, ours: HeaderRecord, _ state: inout VerifierState
    ) -> EvidenceJudgement {
        guard let last = shown.last else {
            return .undecided(code: "peer/header-gone", detail: "it does not hold the header now")
        }
        let family = client.snapshot.family
        do throws(ClientError) {
            let summary = try Families.inspect(last, family: family)
            guard summary.height == claimed.height, summary.headerHash.bytes == claimed.hash else {
                return refuted(last, claimed.height, "it showed another header than it had named")
            }
            guard !ours.message.isEmpty else { return try againstAnchor(shown, ours, &state) }
            return judge(
                try Families.misbehaviour(ours.message, last, family: family),
                support: Array(shown.dropLast().suffix(Families.maxSupport)), &state)
        } catch {
            return failed(error, last, claimed.height)
        }
    }

    // MARK: Private

    private func judge(
        _ misbehaviour: [UInt8], support: [[UInt8]], _ state: inout VerifierState
    ) -> EvidenceJudgement {
        let family = client.snapshot.family
        do throws(ClientError) {
            let proven = try Families.verifyMisbehaviour(
                misbehaviour, support: support, snapshot: client.snapshot, now: now,
                signatures: &state.signatures)
            let accused = try Families.accused(proven.message, family: family)
            return self.proven(
                proven.first, proven.second,
                EvidenceBody(first: accused.first, second: accused.second, support: support))
        } catch {
            let claimed = try? Families.accused(misbehaviour, family: family)
            let height = claimed.flatMap { try? Families.inspect($0.first, family: family).height }
            return failed(error, misbehaviour, height ?? .zero)
        }
    }

    /// Ours is the members' anchor, whose message is not kept: theirs is verified by itself.
    private func againstAnchor(
        _ shown: [[UInt8]], _ ours: HeaderRecord, _ state: inout VerifierState
    ) throws(ClientError) -> EvidenceJudgement {
        let verified = try Families.verifyUpdates(
            shown, snapshot: client.snapshot, now: now, signatures: &state.signatures)
        guard let theirs = verified.last, let hash = theirs.headerHash,
            hash.bytes != ours.headerHash, theirs.height == ours.height
        else { return .undecided(code: "headers/agree", detail: "both hold the same header") }
        let held = TrustedHeader(
            height: ours.height, timestamp: ours.timestamp, headerHash: Digest(ours.headerHash),
            consensusState: ours.consensusState)
        return proven(
            held, theirs,
            EvidenceBody(first: [], second: shown.last ?? [], support: Array(shown.dropLast())))
    }

    private func proven(
        _ first: TrustedHeader, _ second: TrustedHeader, _ body: EvidenceBody
    ) -> EvidenceJudgement {
        let kind =
            first.height == second.height
            ? FrozenReason.conflictingHeader : FrozenReason.timeNotIncreasing
        let record = EvidenceRecord(
            chainID: chainID, height: max(first.height, second.height), kind: kind,
            evidence: body.encoded, reportedBy: reporter, at: now)
        return .proven(
            record,
            reason: FrozenReason.text(
                kind, (first.height, first.headerHash?.bytes ?? []),
                (second.height, second.headerHash?.bytes ?? [])))
    }

    private func failed(
        _ error: ClientError, _ evidence: [UInt8], _ height: Height
    ) -> EvidenceJudgement {
        guard error.isFalsehood else {
            return .undecided(code: error.code, detail: "it cannot be judged here now: \(error)")
        }
        return refuted(evidence, height, "\(error.code): \(error)")
    }

    private func refuted(
        _ evidence: [UInt8], _ height: Height, _ detail: String
    ) -> EvidenceJudgement {
        .refuted(
            EvidenceRecord(
                chainID: chainID, height: height, kind: EvidenceJudgement.falseEvidence,
                evidence: evidence, reportedBy: reporter, at: now), detail: detail)
    }
}
