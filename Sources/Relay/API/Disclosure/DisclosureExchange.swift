// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayTransport

/// One question on its way to another city and the judgement of what comes back.
struct DisclosureExchange: Sendable {
    let asker: DisclosureAsker
    let link: DisclosureAsker.PeerLink
    let request: DisclosureRequest
    let message: DiscloseRequest
    /// Opens the answer; for this question alone.
    let secret: [UInt8]
    let then: DisclosureAsker.Completion

    private var provider: MemberID { link.chain.member }

    /// Without a key of the city the question goes empty: the answer brings the key.
    func send(isSecondTry: Bool) {
        let sealed = asker.sealingKeys.key(of: provider, now: asker.now()).flatMap {
            DisclosureSealing.seal(
                message, from: asker.own, to: provider, key: $0,
                ephemeral: RandomBytes.make(HPKE.keyByteCount))
        }
        link.call(.disclose, SealedQuestion(sealed: sealed ?? []).encoded) { [self] answer in
            switch answer {
            case .failure(let failure): fail(DisclosureAsker.failure(failure, link))
            case .success(let bytes): take(bytes, isSecondTry: isSecondTry)
            }
        }
    }

    private func take(_ bytes: [UInt8], isSecondTry: Bool) {
        guard let answer = try? SealedAnswer(reading: bytes) else {
            return fail(DisclosureFailure(.proofNotVerified, "the answer is not of this protocol"))
        }
        guard answer.sealed.isEmpty else { return judge(answer) }
        if answer.code == CounterCode.requestSealing.rawValue, !isSecondTry,
            let key = answer.key
        { return learn(key) }
        // Nothing is claimed by it, and so nothing is to be believed.
        fail(
            DisclosureFailure(
                CounterCode(rawValue: answer.code) ?? .proofNotVerified,
                String(answer.detail.prefix(300)),
                retryAfterMilliseconds: answer.retryAfterMilliseconds))
    }

    private func learn(_ key: SealingKey) {
        run { state in
            guard
                key.isValid(
                    of: provider, keys: link.keys, now: asker.now(), &state.signatures)
            else {
                return fail(
                    DisclosureFailure(
                        .proofNotVerified, "no evidence key of the city vouches for its key"))
            }
            asker.sealingKeys.learn(key, of: provider)
            send(isSecondTry: true)
        }
    }

    private func judge(_ answer: SealedAnswer) {
        // The client may have moved on meanwhile; headers that it dropped are in the newer one.
        guard let client = asker.peer(provider)?.client ?? link.client else {
            return fail(DisclosureFailure(.cityTrustLost, "our client is gone"))
        }
        let check = DisclosureCheck(
            peer: link.chain, client: client.snapshot, keys: link.keys, request: request,
            signature: message.signature, now: asker.now())
        run { state in
            guard
                let response = DisclosureSealing.open(
                    answer, ticket: request.ticket, secret: secret)
            else {
                return fail(
                    DisclosureFailure(.proofNotVerified, "the answer cannot be opened"))
            }
            do throws(DisclosureFailure) {
                let verified = try check.verify(response, &state)
                asker.receipts.add(response.entry, at: verified.logIndex, of: provider) {
                    then(.init(.success(verified), message, response, of: link.chain))
                }
            } catch {
                // A refusal with its entry is evidence; an answer that did not verify is none.
                guard error.code.rawValue == response.code else { return fail(error) }
                let asked = DisclosureAsker.Asked(
                    .failure(error), message, response, of: link.chain)
                guard let place = try? SignedAccessEntry(leaf: response.entry).decoded().sequence
                else { return then(asked) }
                asker.receipts.add(response.entry, at: place, of: provider) { then(asked) }
            }
        }
    }

    private func run(_ work: @escaping @Sendable (inout VerifierState) -> Void) {
        guard !asker.verifiers.run(work) else { return }
        fail(
            DisclosureFailure(
                .cityBusy, "too many verifications wait", retryAfterMilliseconds: 500))
    }

    private func fail(_ failure: DisclosureFailure) {
        then(.init(failure, message, of: provider))
    }
}
