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

    let own: MemberID
    /// Height of our chain's trust anchor: where evidence begins.
    let anchor: Height
    let configuration: DisclosureConfiguration
    let connector: CometBFTConnector
    let office: RecordOffice?
    let ledger: AccessLedger
    let now: @Sendable () -> Timestamp
    private let verifiers: VerifierPool
    private let loop: EventLoop

    init(
        own: MemberID, anchor: Height, configuration: DisclosureConfiguration,
        connector: CometBFTConnector, verifiers: VerifierPool, ledger: AccessLedger,
        now: @escaping @Sendable () -> Timestamp
    ) throws {
        self.own = own
        self.anchor = anchor
        self.configuration = configuration
        self.connector = connector
        self.verifiers = verifiers
        self.ledger = ledger
        self.now = now
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
        _ message: DiscloseRequest, from peer: MemberID, keys: [PublicKey],
        then: @escaping Completion
    ) {
        let isTaken = verifiers.run { [self] state in
            do throws(DisclosureFailure) {
                let request = try DisclosureRequest(canonical: message.request)
                try check(request, message, from: peer, keys: keys, &state)
                decide(request, message, then)
            } catch {
                // Without a good signature there is nobody to hold an entry against.
                then(.success(DiscloseResponse(error).encoded))
            }
        }
        if !isTaken {
            then(
                .failure(
                    .tryAgain(
                        inMilliseconds: PeerService.busyMilliseconds, "this relay is busy")))
        }
    }

    private func check(
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
        guard request.question != nil else {
            throw DisclosureFailure(.requestMalformed, "a part of the request is not in form")
        }
        guard PolicyName.isReference(message.reference),
            message.referenceSalt.count == DisclosureRequest.saltBytes
        else {
            let code: CounterCode =
                PolicyName.isList(message.reference) ? .policySeveralSubjects : .requestMalformed
            throw DisclosureFailure(code, "the reference is not in form")
        }
        let commitment = DisclosureRequest.commitment(
            salt: message.referenceSalt, kind: request.kind, reference: message.reference)
        guard commitment == request.referenceCommitment else {
            throw DisclosureFailure(
                .requestMalformed, "the reference is not the one that was signed")
        }
        let age = now().unixNanoseconds.subtractingReportingOverflow(
            request.madeAtUnixNanoseconds)
        guard !age.overflow, abs(age.partialValue) <= DisclosureRequest.maxSkewNanoseconds else {
            throw DisclosureFailure(
                .requestClockSkew,
                "the request was made \(age.partialValue / 1_000_000_000) s away from our clock")
        }
    }

    /// Policy, caps and repetitions, in the order in which the ledger takes requests.
    private func decide(
        _ request: DisclosureRequest, _ message: DiscloseRequest, _ then: @escaping Completion
    ) {
        let isTaken = ledger.submit { [self] desk in
            guard let question = request.question else { return nil }
            do {
                switch try desk.judge(
                    question, ticket: request.ticket, by: configuration.policy)
                {
                case .replayed:
                    let failure = DisclosureFailure(
                        .requestReplayed, "this request was answered before")
                    then(.success(DiscloseResponse(failure).encoded))
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
                then(.success(DiscloseResponse(DisclosureService.logFailure).encoded))
                return nil
            }
        }
        if !isTaken { then(.success(DiscloseResponse(DisclosureService.logFailure).encoded)) }
    }

    static let logFailure = DisclosureFailure(
        .logUnavailable, "the access log takes no entry", retryAfterMilliseconds: 1_000)

    /// A refusal with its entry; answered once that is on the disk.
    func refuse(
        _ failure: DisclosureFailure, _ request: DisclosureRequest, _ message: DiscloseRequest,
        _ permission: DisclosurePermission?, index: RecordIndex?, _ then: @escaping Completion
    ) -> LedgerTurn? {
        guard let code = try? AccessCode(failure.code.rawValue),
            let record = AccessRecord(
                request, signature: message.signature, permission: permission,
                index: index?.digest, outcome: .refused(code))
        else {
            let malformed = DisclosureFailure(
                .requestMalformed, "a code of the request cannot stand in the access log")
            then(.success(DiscloseResponse(malformed).encoded))
            return nil
        }
        return LedgerTurn([.append(record)]) { result in
            guard case .success(let logged) = result, let entry = logged.first else {
                return then(.success(DiscloseResponse(DisclosureService.logFailure).encoded))
            }
            then(.success(DiscloseResponse(failure).logged(entry).encoded))
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
