// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import RelayTransport

/// Licences that are looked at: each look has its entry in the access log before it is answered.
extension LicenceService {
    /// `POST /v1/licences/find`: a number stands in the body, never in a path.
    func find(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        try request.requireJSON()
        do throws(DisclosureFailure) {
            let application = try ProofService.application(request)
            var body = try StrictMembers(body: request.body)
            let identifier = try body.required("identifier", PolicyForm.reference)
            let asker = LicenceAsker(
                application: application, officer: try body.required("officer"),
                caseNumber: try body.required("caseNumber"))
            try body.finish()
            try checked(office).find(identifier) { [self] found in
                switch found {
                case .failure(let failure): refuse(failure, .read, asker, nil, reply)
                case .success(let index):
                    read(index, asker, reply) { licence in
                        LicenceService.answer(index, licence, 200, reply)
                    }
                }
            }
        } catch {
            throw APIError(error)
        }
    }

    /// `GET /v1/licences/{id}`.
    func get(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        do throws(DisclosureFailure) {
            let application = try ProofService.application(request)
            let index = try LicenceService.index(request)
            let asker = try LicenceAsker(request, application: application)
            read(index, asker, reply) { licence in
                LicenceService.answer(index, licence, 200, reply)
            }
        } catch {
            throw APIError(error)
        }
    }

    /// Looks, and goes on once the look has its entry; what is not there is refused.
    func read(
        _ index: RecordIndex, _ asker: LicenceAsker, _ reply: APIReply,
        then: @escaping @Sendable (LicenceOnChain) -> Void
    ) {
        look(index, reply) { [self] found in
            switch found {
            case .failure(let failure): refuse(.other(failure), .read, asker, index, reply)
            case .success(let licence):
                note(index, licence, asker) { isNoted in
                    guard isNoted else {
                        return reply.finish(APIError(DisclosureService.logFailure))
                    }
                    guard licence.isThere else {
                        return reply.finish(APIError(LicenceFailure.rule(.notFound)))
                    }
                    then(licence)
                }
            }
        }
    }

    /// Writes a look into the access log.
    func note(
        _ index: RecordIndex, _ licence: LicenceOnChain, _ asker: LicenceAsker,
        then: @escaping @Sendable (Bool) -> Void
    ) {
        let proof = SHA256.hash(licence.stored)
        accounts.note(
            .read, by: asker, index: index,
            licence.isThere
                ? .released(proof: proof, height: licence.height)
                : .absent(proof: proof, height: licence.height), then: then)
    }

    /// Says no once the refusal has its entry.
    func refuse(
        _ failure: LicenceFailure, _ use: LicenceUse, _ asker: LicenceAsker,
        _ index: RecordIndex?, _ reply: APIReply
    ) {
        guard let outcome = failure.outcome else { return reply.finish(APIError(failure)) }
        accounts.note(use, by: asker, index: index, outcome) { isNoted in
            reply.finish(
                isNoted ? APIError(failure) : APIError(DisclosureService.logFailure))
        }
    }

    /// The licence as our chain has it, after a change of ours: the caller knows what it said.
    func show(_ index: RecordIndex, _ status: Int, _ reply: APIReply) {
        look(index, reply) { found in
            switch found {
            case .failure(let failure): reply.finish(APIError(failure))
            case .success(let licence): LicenceService.answer(index, licence, status, reply)
            }
        }
    }

    private static func answer(
        _ index: RecordIndex, _ licence: LicenceOnChain, _ status: Int, _ reply: APIReply
    ) {
        guard licence.isThere else {
            return reply.finish(APIError(LicenceFailure.rule(.notFound)))
        }
        reply.finish(.json(LicenceView(index, licence.state, licence.move), status: status))
    }

    private func look(
        _ index: RecordIndex, _ reply: APIReply,
        then: @escaping @Sendable (Result<LicenceOnChain, DisclosureFailure>) -> Void
    ) {
        if !look(index, then: then) { reply.finish(APIError(DisclosureService.logFailure)) }
    }

    /// A licence that is being taken in has no record yet: its move was remembered by its place.
    /// False when too much waits.
    func look(
        _ index: RecordIndex,
        then: @escaping @Sendable (Result<LicenceOnChain, DisclosureFailure>) -> Void
    ) -> Bool {
        ledger.submit { [self] desk in
            let taking = try? desk.answer(
                scope: LicenceService.takingScope, key: index.description)
            let named = taking.flatMap { try? RecordMove(reading: $0.answer) }
            ports.licence(index, taking: named, then: then)
            return nil
        }
    }
}
