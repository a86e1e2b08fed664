// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayTransport

/// The asking side of disclosures: signs a request, takes it to the other city's relay, and
/// believes of the answer what our own light client has verified.
struct DisclosureAsker: Sendable {
    typealias Completion = @Sendable (Asked) -> Void

    /// What came of one question, and what it leaves behind for a third party.
    struct Asked: Sendable {
        let verdict: Result<VerifiedDisclosure, DisclosureFailure>
        /// Nil where no request was made.
        var part: BundlePart?
        /// Nil where nothing was disclosed.
        var chain: BundleChain?

        init(_ failure: DisclosureFailure) { verdict = .failure(failure) }

        /// A request without an answer that could be believed.
        init(_ failure: DisclosureFailure, _ asked: DiscloseRequest, of member: MemberID) {
            verdict = .failure(failure)
            part = BundlePart(
                provider: member, asked: asked,
                response: DiscloseResponse(code: failure.code.rawValue))
        }

        init(
            _ verdict: Result<VerifiedDisclosure, DisclosureFailure>, _ asked: DiscloseRequest,
            _ response: DiscloseResponse, of peer: PeerChain
        ) {
            self.verdict = verdict
            part = BundlePart(provider: peer.member, asked: asked, response: response)
            if case .success = verdict {
                chain = try? BundleChain(
                    member: peer.member, chain: peer.chain, lineage: response.lineage.headers)
            }
        }
    }

    let own: MemberID
    let key: SigningKey
    let secrets: DisclosureSecrets
    let verifiers: VerifierPool
    let now: @Sendable () -> Timestamp
    /// The relay and chain of a member; nil: none of ours.
    let peer: @Sendable (MemberID) -> PeerLink?

    /// What is known of one other city.
    struct PeerLink: Sendable {
        let chain: PeerChain
        let keys: [PublicKey]
        let client: SharedState.PeerClient?
        /// One call to the city's relay.
        let call:
            @Sendable (
                PeerMethod, [UInt8], @escaping @Sendable (Result<[UInt8], JobFailure>) -> Void
            ) -> Void

        func offers(
            then: @escaping @Sendable (Result<[UInt8], DisclosureFailure>) -> Void
        ) {
            let link = self
            call(.offers, OffersRequest().encoded) { result in
                then(result.mapError { DisclosureAsker.failure($0, link) })
            }
        }
    }

    /// Any thread; completes on any.
    func ask(_ question: DisclosureQuestion, then: @escaping Completion) {
        guard let link = peer(question.provider) else {
            return then(
                Asked(
                    DisclosureFailure(
                        .cityUnknown, "\(question.provider) is no member that we reach")))
        }
        guard let trusted = link.client?.snapshot.latest?.height else {
            return then(
                Asked(
                    DisclosureFailure(
                        .cityTrustLost, "our client of \(link.chain.chainID) is not made yet",
                        retryAfterMilliseconds: 1_000)))
        }
        let salt = DisclosureAsker.random(DisclosureRequest.saltBytes)
        let request = question.request(
            from: own, secrets: secrets, salt: salt,
            nonce: DisclosureAsker.random(DisclosureRequest.nonceBytes), now: now())
        let message = DiscloseRequest(
            request: request.encoded,
            signature: EvidenceSignature.request.sign(request.ticket.bytes, with: key),
            reference: question.reference, referenceSalt: salt, trustedHeight: trusted)
        link.call(.disclose, message.encoded) { [self] answer in
            switch answer {
            case .failure(let failure):
                then(
                    Asked(DisclosureAsker.failure(failure, link), message, of: link.chain.member))
            case .success(let bytes): judge(bytes, request, message, link, then)
            }
        }
    }

    private func judge(
        _ bytes: [UInt8], _ request: DisclosureRequest, _ message: DiscloseRequest,
        _ link: PeerLink, _ then: @escaping Completion
    ) {
        let fail: @Sendable (DisclosureFailure) -> Void = {
            then(Asked($0, message, of: link.chain.member))
        }
        guard let response = try? DiscloseResponse(reading: bytes) else {
            return fail(
                DisclosureFailure(.proofNotVerified, "the answer is not of this protocol"))
        }
        // The client may have moved on meanwhile; headers that it dropped are in the newer one.
        guard let client = peer(link.chain.member)?.client ?? link.client else {
            return fail(DisclosureFailure(.cityTrustLost, "our client is gone"))
        }
        let check = DisclosureCheck(
            peer: link.chain, client: client, keys: link.keys, request: request,
            signature: message.signature, now: now())
        let isTaken = verifiers.run { state in
            do throws(DisclosureFailure) {
                let verified = try check.verify(response, &state)
                then(Asked(.success(verified), message, response, of: link.chain))
            } catch {
                // A refusal with its entry is evidence; an answer that did not verify is none.
                guard error.code.rawValue == response.code else { return fail(error) }
                then(Asked(.failure(error), message, response, of: link.chain))
            }
        }
        if !isTaken {
            fail(
                DisclosureFailure(
                    .cityBusy, "too many verifications wait", retryAfterMilliseconds: 500))
        }
    }

    static func failure(_ failure: JobFailure, _ link: PeerLink) -> DisclosureFailure {
        let code: CounterCode =
            switch failure.code {
            case "peer/busy": .cityBusy
            case "peer/unimplemented": .cityNoOffice
            case "peer/invalidArgument": .requestMalformed
            default: .cityUnreachable
            }
        return DisclosureFailure(
            code, "\(link.chain.chainID): \(failure.code)",
            retryAfterMilliseconds: failure.retryAfterMilliseconds)
    }

    static func random(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255) }
    }
}
