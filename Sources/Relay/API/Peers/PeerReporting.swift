// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

/// The client side of `Report`.
extension PeerCaller {
    func report(_ job: JobID, _ report: PeerReport) {
        var request = ReportRequest(chainID: context.ownChainID)
        switch report.content {
        case .held(let held): request.held = held
        case .wanted(let header, _): request.wanted = header
        case .misbehaviour(let record, let family):
            guard let reported = ReportedMisbehaviour(record, family: family) else {
                return fail(job, "evidence/unreadable", "our own record of it is damaged", 0)
            }
            request.misbehaviour = reported
        }
        call(.report, request.encoded) { [self] answer in
            switch answer {
            case .failure(let failure): context.submit([.jobFailed(job, failure)])
            case .success(let bytes):
                guard let response = try? ReportResponse(reading: bytes),
                    let answer = ReportAnswer(response)
                else { return badAnswer(job) }
                guard case .wanted(let header, let ours) = report.content else {
                    context.submit([.reportAnswered(job, answer)])
                    return
                }
                examine(job, response.wanted.headers, header, ours)
            }
        }
    }

    private func examine(
        _ job: JobID, _ shown: [[UInt8]], _ claimed: HeldHeader, _ ours: HeaderRecord
    ) {
        guard let client = context.shared.client(of: claimed.chainID) else {
            return fail(job, "verify/no-client", "our client of this chain is not made yet", 0)
        }
        let verification = EvidenceVerification(
            client: client, chainID: claimed.chainID, reporter: chainID, now: context.now())
        let isTaken = context.verifiers.run { [context] state in
            context.submit([
                .headerExamined(
                    job, verification.examine(shown, claimed: claimed, ours: ours, &state))
            ])
        }
        if !isTaken { fail(job, "peer/verifiers-busy", "too many verifications wait", 500) }
    }
}

extension ReportedMisbehaviour {
    /// Nil when the record does not hold two messages of a family that this program knows.
    init?(_ record: EvidenceRecord, family: String) {
        guard let id = FamilyID(rawValue: family),
            let body = try? EvidenceBody(reading: record.evidence), body.isComplete,
            let message = try? Families.misbehaviour(body.first, body.second, family: id)
        else { return nil }
        self.init(
            family: family, chainID: record.chainID, misbehaviour: message,
            support: ClientUpdate(headers: body.support))
    }
}
