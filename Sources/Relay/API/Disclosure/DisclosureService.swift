// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayStore
import RelayTransport

/// The answering side of disclosures: another city's relay asks about one record of ours. Decides
/// before anything is looked up, asks the record office, proves the record's state on our chain,
/// writes the entry into the access log, and only then answers.
final class DisclosureService: Sendable {
    typealias Completion = @Sendable (Result<[UInt8], GRPCStatus>) -> Void
    /// Takes an answer as the asker will read it; it leaves sealed.
    typealias Answer = @Sendable (DiscloseResponse) -> Void

    let own: MemberID
    /// Height of our chain's trust anchor: where evidence begins.
    let anchor: @Sendable () -> Height
    let configuration: DisclosureConfiguration
    let connector: CometBFTConnector
    let office: RecordOffice?
    let ledger: AccessLedger
    let now: @Sendable () -> Timestamp
    let verifiers: VerifierPool
    /// Keys that other cities seal their questions to.
    let ring: SealingRing
    let health = ProviderHealth()
    private let loop: EventLoop
    private let newWork: NewWork

    init(
        own: MemberID, anchor: @escaping @Sendable () -> Height,
        configuration: DisclosureConfiguration, connector: CometBFTConnector,
        verifiers: VerifierPool, ledger: AccessLedger,
        now: @escaping @Sendable () -> Timestamp, newWork: NewWork
    ) throws {
        self.own = own
        self.anchor = anchor
        self.configuration = configuration
        self.connector = connector
        self.verifiers = verifiers
        self.ledger = ledger
        self.now = now
        self.newWork = newWork
        ring = SealingRing(own: own, evidenceKey: configuration.evidenceKey)
        loop = connector.loop
        office = try configuration.office.map {
            try RecordOffice(
                loop: connector.loop, url: $0, authorityFile: configuration.officeAuthorities,
                timeoutMilliseconds: configuration.officeMilliseconds)
        }
    }

    func close() { office?.close() }

    /// Whether this city answers questions about records at all.
    var answers: Bool { office != nil }

    /// Judges a peer's request on a verifier, then on the ledger. Any thread; completes on any.
    func disclose(
        _ question: SealedQuestion, from peer: MemberID, keys: [PublicKey],
        then: @escaping Completion
    ) {
        let isTaken = verifiers.run { [self] state in
            guard let message = ring.open(question.sealed, from: peer, now: now()) else {
                return then(.success(unopened.encoded))
            }
            var asked: DisclosureRequest?
            do throws(DisclosureFailure) {
                let request = try DisclosureRequest(canonical: message.request)
                asked = request
                try authenticate(request, message, from: peer, keys: keys, &state)
                guard request.answerKey.count == HPKE.keyByteCount else {
                    throw DisclosureFailure(
                        .requestMalformed, "the request names no key for its answer")
                }
                decide(request, message) { [self] response in
                    sealed(response, for: request, then)
                }
            } catch {
                // Without a good signature there is nobody to hold an entry against.
                then(.success(sealed(DiscloseResponse(error), for: asked).encoded))
            }
        }
        if !isTaken {
            then(
                .failure(
                    .tryAgain(
                        inMilliseconds: PeerService.busyMilliseconds, "this relay is busy")))
        }
    }

    /// A question of our own applications. Any thread; completes on any.
    func discloseOwn(_ message: DiscloseRequest, then: @escaping Answer) {
        let key = configuration.evidenceKey.publicKey
        let isTaken = verifiers.run { [self] state in
            do throws(DisclosureFailure) {
                let request = try DisclosureRequest(canonical: message.request)
                try authenticate(request, message, from: own, keys: [key], &state)
                decide(request, message, then)
            } catch {
                then(DiscloseResponse(error))
            }
        }
        if !isTaken {
            then(DiscloseResponse(DisclosureFailure(.cityBusy, "this relay is busy")))
        }
    }

    private var unopened: SealedAnswer {
        SealedAnswer(
            code: CounterCode.requestSealing.rawValue,
            detail: "the question is sealed to no key of \(own) that is still there",
            key: ring.key(now: now()))
    }

    /// Off the ledger's thread where a verifier has time.
    private func sealed(
        _ response: DiscloseResponse, for request: DisclosureRequest, _ then: @escaping Completion
    ) {
        let isTaken = verifiers.run { [self] _ in
            then(.success(sealed(response, for: request).encoded))
        }
        if !isTaken { then(.success(sealed(response, for: request).encoded)) }
    }

    /// Nothing but a code is said to a request that names no key.
    private func sealed(
        _ response: DiscloseResponse, for request: DisclosureRequest?
    ) -> SealedAnswer {
        let sealed = request.flatMap { request in
            DisclosureSealing.seal(
                response, ticket: request.ticket, key: request.answerKey,
                ephemeral: RandomBytes.make(HPKE.keyByteCount))
        }
        return sealed
            ?? SealedAnswer(
                code: response.code.isEmpty
                    ? CounterCode.requestMalformed.rawValue : response.code,
                detail: response.code.isEmpty ? "no answer can be sealed to it" : response.detail,
                retryAfterMilliseconds: response.retryAfterMilliseconds)
    }

    /// Who asks: until that is certain, there is nobody to hold an entry against.
    private func authenticate(
        _ request: DisclosureRequest, _ message: DiscloseRequest, from peer: MemberID,
        keys: [PublicKey], _ state: inout VerifierState
    ) throws(DisclosureFailure) {
        guard request.requester == peer.description, request.provider == own.description else {
            throw DisclosureFailure(
                .requestMalformed, "the request names other cities than those that talk here")
        }
        guard
            EvidenceSignature.request.isValid(
                message.signature, of: request.ticket.bytes, keys: keys, &state.signatures)
        else {
            throw DisclosureFailure(
                .requestBadSignature, "none of \(peer)'s evidence keys signed the request")
        }
    }

    /// Why a request that its asker signed is not even judged by the policy; nil: it is.
    private func objection(
        to request: DisclosureRequest, _ message: DiscloseRequest
    ) -> DisclosureFailure? {
        guard request.question != nil else {
            return DisclosureService.malformed
        }
        guard PolicyName.isReference(message.reference),
            message.referenceSalt.count == DisclosureRequest.saltBytes
        else {
            let code: CounterCode =
                PolicyName.isList(message.reference) ? .policySeveralSubjects : .requestMalformed
            return DisclosureFailure(code, "the reference is not in form")
        }
        let commitment = DisclosureRequest.commitment(
            salt: message.referenceSalt, kind: request.kind, reference: message.reference)
        guard commitment == request.referenceCommitment else {
            return DisclosureFailure(
                .requestMalformed, "the reference is not the one that was signed")
        }
        let age = now().unixNanoseconds.subtractingReportingOverflow(
            request.madeAtUnixNanoseconds)
        guard !age.overflow, abs(age.partialValue) <= DisclosureRequest.maxSkewNanoseconds else {
            return DisclosureFailure(
                .requestClockSkew,
                "the request was made \(age.partialValue / 1_000_000_000) s away from our clock")
        }
        return newWork.trouble(
            begun: Timestamp(unixNanoseconds: request.madeAtUnixNanoseconds))
    }

    /// Policy, caps and repetitions, in the order in which the ledger takes requests.
    private func decide(
        _ request: DisclosureRequest, _ message: DiscloseRequest, _ then: @escaping Answer
    ) {
        let unjudged = objection(to: request, message)
        let isTaken = ledger.submit { [self] desk in
            do {
                if let unjudged, try !desk.knows(request.ticket) {
                    return refuse(unjudged, request, message, nil, index: nil, then)
                }
                guard let question = request.question else {
                    then(DiscloseResponse(DisclosureService.malformed))
                    return nil
                }
                switch try desk.judge(
                    question, ticket: request.ticket, by: configuration.policy)
                {
                case .replayed:
                    let failure = DisclosureFailure(
                        .requestReplayed, "this request was answered before")
                    then(DiscloseResponse(failure))
                    return nil
                case .refuse(let refusal):
                    return refuse(
                        DisclosureFailure(refusal.code, refusal.detail), request, message, nil,
                        index: nil, then)
                case .release(let permission, let today):
                    let job = DisclosureJob(
                        service: self, request: request, message: message,
                        permission: permission, day: today, then: then)
                    _ = loop.post { job.start() }
                    return nil
                }
            } catch {
                then(DiscloseResponse(DisclosureService.logFailure))
                return nil
            }
        }
        if !isTaken { then(DiscloseResponse(DisclosureService.logFailure)) }
    }

    private static let malformed = DisclosureFailure(
        .requestMalformed, "a part of the request is not in form")

    /// Nothing leaves without its entry.
    func unlogged() -> DiscloseResponse {
        health.heard(.log, DisclosureService.logFailure, at: now())
        return DiscloseResponse(DisclosureService.logFailure)
    }

    static let logFailure = DisclosureFailure(
        .logUnavailable, "the access log takes no entry", retryAfterMilliseconds: 1_000)

    /// A refusal with its entry; answered once that is on the disk.
    func refuse(
        _ failure: DisclosureFailure, _ request: DisclosureRequest, _ message: DiscloseRequest,
        _ permission: DisclosurePermission?, index: RecordIndex?, _ then: @escaping Answer
    ) -> LedgerTurn? {
        guard let code = try? AccessCode(failure.code.rawValue),
            let record = AccessRecord(
                request, signature: message.signature, permission: permission,
                index: index?.digest, outcome: .refused(code))
        else {
            let malformed = DisclosureFailure(
                .requestMalformed, "a code of the request cannot stand in the access log")
            then(DiscloseResponse(malformed))
            return nil
        }
        return LedgerTurn([.append(record)]) { [self] result in
            guard case .success(let logged) = result, let entry = logged.first else {
                return then(unlogged())
            }
            health.heard(.log, nil, at: now())
            then(DiscloseResponse(failure).logged(entry))
        }
    }
}

extension DiscloseResponse {
    init(_ failure: DisclosureFailure) {
        self.init(
            code: failure.code.rawValue, detail: failure.detail,
            retryAfterMilliseconds: failure.retryAfterMilliseconds)
    }

    /// With the entry and the proof that the log holds it.
    func logged(_ logged: LoggedAccess) -> DiscloseResponse {
        var response = self
        response.entry = logged.leaf.leaf
        response.logProof =
            LogProofText(
                index: logged.proof.index, path: logged.proof.path,
                checkpoint: logged.checkpoint
            ).bytes
        return response
    }
}

extension DisclosureRequest {
    /// Throws unless the bytes are the one way in which this request is written.
    init(canonical bytes: [UInt8]) throws(DisclosureFailure) {
        do throws(WireError) {
            try self.init(reading: bytes)
        } catch {
            throw DisclosureFailure(.requestMalformed, "the request is malformed: \(error)")
        }
        guard encoded == bytes else {
            throw DisclosureFailure(.requestMalformed, "the request has another encoding")
        }
    }
}
