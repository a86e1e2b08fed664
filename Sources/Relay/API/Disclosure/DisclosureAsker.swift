// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayTransport

/// The asking side of disclosures: signs a request, takes it, sealed, to the other city's relay,
/// and believes of the answer what our own light client has verified. Questions to our own city
/// take the same way through policy and access log, without the wire.
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
    let sealingKeys = SealingKeys()
    let receipts: ReceiptBox
    let ownCity: OwnCity

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
        let secret = RandomBytes.make(HPKE.keyByteCount)
        guard let answerKey = try? HPKE.publicKey(secret: secret) else {
            return then(Asked(DisclosureFailure(.cityBusy, "no key for the answer was made")))
        }
        let salt = RandomBytes.make(DisclosureRequest.saltBytes)
        let request = question.request(
            from: own, secrets: secrets, salt: salt,
            nonce: RandomBytes.make(DisclosureRequest.nonceBytes), answerKey: answerKey,
            now: now())
        var message = DiscloseRequest(
            request: request.encoded,
            signature: EvidenceSignature.request.sign(request.ticket.bytes, with: key),
            reference: question.reference, referenceSalt: salt)
        guard question.provider != own else { return askOwn(request, message, then) }
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
        message.trustedHeight = trusted
        message.anchor = link.chain.anchor
        DisclosureExchange(
            asker: self, link: link, request: request, message: message, secret: secret,
            then: then
        ).send(isSecondTry: false)
    }

    static func failure(_ failure: JobFailure, _ link: PeerLink) -> DisclosureFailure {
        let code: CounterCode =
            switch failure.code {
            case "peer/busy": .cityBusy
            case "peer/unimplemented": .cityNoOffice
            case "member/suspended": .citySuspended
            case "peer/invalidArgument": .requestMalformed
            default: .cityUnreachable
            }
        return DisclosureFailure(
            code, "\(link.chain.chainID): \(failure.code)",
            retryAfterMilliseconds: failure.retryAfterMilliseconds)
    }
}
