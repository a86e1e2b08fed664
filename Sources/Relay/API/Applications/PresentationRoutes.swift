// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import RelayTransport

/// Makes use-codes: the holder's session at the hall lets one licence be looked at once, for one
/// matter.
struct PresentationRoutes: Sendable {
    let ledger: AccessLedger
    let secrets: DisclosureSecrets

    private struct Made: Encodable {
        let code: String
        let expires: String
        let mode: String
    }

    /// `POST /v1/presentations`.
    func post(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        try request.requireJSON()
        do throws(DisclosureFailure) {
            _ = try ProofService.application(request)
            try make(request, reply)
        } catch {
            throw APIError(error)
        }
    }

    private func make(_ request: APIRequest, _ reply: APIReply) throws(DisclosureFailure) {
        var body = try StrictMembers(body: request.body)
        let kind = try body.required("kind", PolicyForm.name)
        let reference = try body.required("reference", PolicyForm.reference)
        let serviceItem = try body.required("serviceItem")
        let caseNumber = try body.required("caseNumber")
        let officer = try body.required("officer")
        let modeText = try body.required("mode", PolicyForm.name)
        guard let mode = PresentationCode.Mode(rawValue: modeText) else {
            throw body.wrong("mode", "is neither holder nor inspection")
        }
        let life = try body.integer(
            "lifeSeconds", in: 1...PresentationCode.maxLifeSeconds, standard: 300)
        try body.finish()
        let text = Hex.encode(RandomBytes.make(PresentationCode.codeBytes))
        let isTaken = ledger.submit { [secrets] desk in
            guard desk.hasRoomForPresentation else {
                reply.finish(APIError(ProofService.memoryFull))
                return nil
            }
            let code = PresentationCode(
                codeHash: SHA256.hash(Array(text.utf8)),
                licence: secrets.licence(kind, reference), serviceItem: serviceItem,
                caseNumber: caseNumber, officer: officer, mode: mode,
                expires: desk.now.adding(nanoseconds: life * 1_000_000_000))
            return LedgerTurn([.present(code)]) { result in
                guard case .success = result else {
                    return reply.finish(APIError(DisclosureService.logFailure))
                }
                reply.finish(
                    .json(
                        Made(
                            code: text, expires: RFC3339.format(code.expires),
                            mode: mode.rawValue), status: 201))
            }
        }
        if !isTaken { throw DisclosureService.logFailure }
    }
}
