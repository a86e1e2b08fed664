// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayStore
import RelayTransport

/// One release on its way: record office, chain, headers, access log, answer. On the connector's
/// loop until the ledger takes it over.
///
/// `@unchecked Sendable`, because what changes is touched on the loop's thread alone.
final class DisclosureJob: @unchecked Sendable {
    private let service: DisclosureService
    private let request: DisclosureRequest
    private let message: DiscloseRequest
    private let permission: DisclosurePermission
    private let day: PolicyDay
    private let then: DisclosureService.Answer
    private var index: RecordIndex?
    private var waitedMilliseconds = 0

    init(
        service: DisclosureService, request: DisclosureRequest, message: DiscloseRequest,
        permission: DisclosurePermission, day: PolicyDay,
        then: @escaping DisclosureService.Answer
    ) {
        self.service = service
        self.request = request
        self.message = message
        self.permission = permission
        self.day = day
        self.then = then
    }

    func start() {
        guard let office = service.office else {
            return fail(DisclosureFailure(.cityNoOffice, "this city has no record office"))
        }
        office.disclose(
            kind: request.kind, reference: message.reference, items: permission.items,
            predicates: permission.predicates
        ) { [self] answer in
            if case .failure(let failure) = answer, failure.code == .cityOfficeFailed {
                service.health.heard(.office, failure, at: service.now())
            } else {
                service.health.heard(.office, nil, at: service.now())
            }
            switch answer {
            case .failure(let failure): fail(failure)
            case .success(.absent(let index)):
                self.index = index
                prove(index, nil)
            case .success(.found(let record)):
                index = record.index
                guard let failure = shortfall(of: record) else {
                    return prove(record.index, record)
                }
                fail(failure)
            }
        }
    }

    /// The office may give neither more nor less than what the grant lets leave, and of a record of
    /// the kind that was asked for.
    private func shortfall(of record: OfficeRecord) -> DisclosureFailure? {
        guard RecordSchemas.builtIn.admits(schemaID: record.schemaID, forKind: request.kind) else {
            return DisclosureFailure(
                .cityOfficeFailed, "the record office gave a record of another kind")
        }
        var wanted: [String] = permission.items.map { "field \($0)" }
        wanted += permission.predicates.map { "predicate \($0.id) \($0.atLeast ?? 0)" }
        let given = record.leaves.map { leaf in
            leaf.isPredicate ? "predicate \(leaf.id) \(leaf.atLeast)" : "field \(leaf.id)"
        }
        guard wanted.sorted() == given.sorted() else {
            return DisclosureFailure(
                .cityOfficeFailed, "the record office gave other items than were asked for")
        }
        return nil
    }

    // MARK: Chain

    private func prove(_ index: RecordIndex, _ record: OfficeRecord?) {
        service.connector.prove(
            keys: [index.stateKey], store: RecordIndex.storeName, notBefore: 0
        ) { [self] answer in
            switch answer {
            case .failure(let error) where error.code == .notExecutedYet:
                again(index, record)
            case .failure(let error):
                let failure = DisclosureFailure(
                    .cityChainBehind, "our chain's nodes: \(error.code.rawValue)")
                service.health.heard(.chain, failure, at: service.now())
                fail(failure)
            case .success(let proven):
                service.health.heard(.chain, nil, at: service.now())
                guard let proof = proven.proofs.first else { return again(index, record) }
                guard agrees(proof.value, record) else { return again(index, record) }
                addHeaders(proven.height, proof, record)
            }
        }
    }

    /// Whether the chain says what the office says. It lags by some blocks after a change.
    private func agrees(_ value: [UInt8], _ record: OfficeRecord?) -> Bool {
        guard let record else { return value.isEmpty }
        guard !value.isEmpty, let state = try? RecordState(stored: value) else { return false }
        return state.fieldRoot == record.root && state.schemaID == record.schemaID
            && state.schemaVersion == record.schemaVersion
    }

    private func again(_ index: RecordIndex, _ record: OfficeRecord?) {
        let pause = service.configuration.chainLookMilliseconds
        waitedMilliseconds += pause
        guard waitedMilliseconds <= service.configuration.chainPatienceMilliseconds else {
            return fail(
                DisclosureFailure(
                    .cityChainBehind, "our chain does not show what the record office says",
                    retryAfterMilliseconds: 5_000))
        }
        service.connector.loop.schedule(afterMilliseconds: pause) { [self] in
            prove(index, record)
        }
    }

    private func addHeaders(_ height: Height, _ proof: StoreProof, _ record: OfficeRecord?) {
        // The asker's evidence begins at the anchor that its manifest names, which may be another
        // than ours for as long as a new version spreads.
        let start = message.anchor > .zero ? message.anchor : service.anchor()
        headers(from: message.trustedHeight, to: height) { [self] update in
            headers(from: .zero, to: start) { [self] anchor in
                headers(from: start, to: height) { [self] lineage in
                    release(height, proof, record, update, anchor + lineage)
                }
            }
        }
    }

    private func headers(
        from trusted: Height, to height: Height, then: @escaping @Sendable ([[UInt8]]) -> Void
    ) {
        // A height that is trusted already needs no header; from zero on the anchor is one.
        guard trusted < height else { return then([]) }
        service.connector.updates(from: trusted, to: height) { [self] answer in
            switch answer {
            case .success(let headers): then(headers)
            case .failure(let error):
                fail(
                    DisclosureFailure(
                        .cityChainBehind, "our chain's headers: \(error.code.rawValue)"))
            }
        }
    }

    // MARK: Log

    private func release(
        _ height: Height, _ proof: StoreProof, _ record: OfficeRecord?, _ update: [[UInt8]],
        _ lineage: [[UInt8]]
    ) {
        // What the asker would refuse for its age does not leave.
        if let newest = lineage.last,
            let header = try? Families.inspect(newest, family: .cometBFT)
        {
            let age = service.now().nanoseconds(since: header.timestamp)
            guard age <= request.maxAgeNanoseconds else {
                return fail(.stale("our chain", age, request))
            }
        }
        let response = DiscloseResponse(
            index: index?.digest.bytes ?? [], leafCount: record?.leafCount ?? 0,
            leaves: record?.leaves ?? [], state: proof.value, proof: proof.proof,
            proofHeight: height, update: ClientUpdate(headers: update),
            lineage: ClientUpdate(headers: lineage), grant: permission.grant.id)
        guard let digest = Disclosure(response)?.digest else {
            return fail(DisclosureFailure(.cityOfficeFailed, "the record has no index"))
        }
        let outcome: AccessRecord.Outcome =
            record == nil
            ? .absent(proof: digest, height: height) : .released(proof: digest, height: height)
        guard
            let access = AccessRecord(
                request, signature: message.signature, permission: permission,
                index: index?.digest, outcome: outcome)
        else {
            return fail(
                DisclosureFailure(
                    .requestMalformed, "a code of the request cannot stand in the access log"))
        }
        let isTaken = service.ledger.submit { [self] desk in
            let changes = desk.released(access, of: permission.grant.id, on: day)
            return LedgerTurn(changes) { [self] result in
                guard case .success(let logged) = result, let entry = logged.first else {
                    return then(service.unlogged())
                }
                service.health.heard(.log, nil, at: service.now())
                then(response.logged(entry))
            }
        }
        if !isTaken { then(DiscloseResponse(DisclosureService.logFailure)) }
    }

    /// Nothing leaves; the refusal has its entry too. "Not reached" and "not held" tell something
    /// of the record, so they count under the grant's cap: else it could be found by asking.
    private func fail(_ failure: DisclosureFailure) {
        let isTaken = service.ledger.submit { [self] desk in
            desk.release(permission.grant.id, on: day, ticket: request.ticket)
            var turn = service.refuse(
                failure, request, message, permission, index: index, then)
            if [.proofNotReached, .proofNotHeld].contains(failure.code) {
                turn?.changes.append(
                    .use(name: permission.grant.id, window: day.number, count: 1))
            }
            return turn
        }
        if !isTaken { then(DiscloseResponse(DisclosureService.logFailure)) }
    }
}
