// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import RelayTransport

/// What the person concerned may ask of their own city: who looked at my records, and take back a
/// consent. The hall's application asks on their behalf, after it has verified who they are.
struct AccessRoutes: Sendable {
    let ledger: AccessLedger
    let office: RecordOffice?
    let storeFile: String
    let loop: EventLoop

    /// Entries of one answer: one person's record is asked for some times a year.
    private static let maxEntries = 1_000

    private struct Access: Encodable {
        let entry: UInt64
        let time: String
        let requester: String
        let department: String
        let application: String
        let items: [String]
        let predicates: [String]
        let purpose: String
        let serviceItem: String
        let caseNumber: String
        let basis: String
        let outcome: String
        let code: String?

        init(_ entry: AccessEntry) {
            let access = entry.access
            self.entry = entry.sequence
            time = RFC3339.format(entry.time)
            requester = access.requester.member.description
            department = access.requester.department.text
            application = access.requester.application.text
            items = access.items.map(\.text)
            predicates = access.predicates.map(\.text)
            purpose = access.purpose.text
            serviceItem = access.serviceItem.text
            caseNumber = access.caseNumber.text
            basis = access.basis.name
            outcome = access.outcome.name
            code = access.outcome.refusal?.text
        }
    }

    /// `POST /v1/accesses`: a record's accesses. The office alone can say which index is meant.
    func post(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        try request.requireJSON()
        do throws(DisclosureFailure) {
            _ = try ProofService.application(request)
            var body = try StrictMembers(body: request.body)
            let kind = try body.required("kind", PolicyForm.name)
            let reference = try body.required("reference", PolicyForm.reference)
            try body.finish()
            guard let office else {
                throw DisclosureFailure(.cityNoOffice, "this city has no record office")
            }
            office.disclose(kind: kind, reference: reference, items: [], predicates: []) {
                [self] answer in
                switch answer {
                case .failure(let failure): reply.finish(APIError(failure))
                case .success(.absent(let index)): list(index, reply)
                case .success(.found(let record)): list(record.index, reply)
                }
            }
        } catch {
            throw APIError(error)
        }
    }

    private func list(_ index: RecordIndex, _ reply: APIReply) {
        let isPosted = loop.post {
            var query = AccessQuery()
            query.record = index.digest
            query.limit = AccessRoutes.maxEntries
            do {
                let found = try AccessLogReader(path: storeFile).entries(query)
                reply.finish(.json(["accesses": found.map { Access($0.entry) }]))
            } catch {
                reply.finish(APIError(DisclosureService.logFailure))
            }
        }
        if !isPosted { reply.finish(APIError(DisclosureService.logFailure)) }
    }

    private struct Withdrawal: Encodable {
        let consent: String
        let withdrawn: String
    }

    /// `POST /v1/consents/withdrawn`: from the answer on nothing is released under it.
    func withdraw(_ request: APIRequest, _ reply: APIReply) throws(APIError) {
        try request.requireJSON()
        do throws(DisclosureFailure) {
            _ = try ProofService.application(request)
            var body = try StrictMembers(body: request.body)
            let consent = try body.required("consent")
            try body.finish()
            let isTaken = ledger.submit { desk in
                let now = desk.now
                return LedgerTurn([.withdraw(consent: consent, at: now)]) { result in
                    guard case .success = result else {
                        return reply.finish(APIError(DisclosureService.logFailure))
                    }
                    reply.finish(
                        .json(Withdrawal(consent: consent, withdrawn: RFC3339.format(now))))
                }
            }
            if !isTaken { throw DisclosureService.logFailure }
        } catch {
            throw APIError(error)
        }
    }
}
