// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

/// Our own city as a source: its office answers our own applications by the same policy as others,
/// and every answer has its entry in the same log.
struct OwnCity: Sendable {
    /// Puts a question to our own service.
    let ask: @Sendable (DiscloseRequest, @escaping @Sendable (DiscloseResponse) -> Void) -> Void
    /// The manifest as it holds: our own keys and our chain's anchor.
    let manifest: @Sendable () -> SealedManifest
    let ledger: AccessLedger

    /// Our own entry in the members' list.
    func peer(_ own: MemberID) -> PeerChain? {
        manifest().manifest.member(own)?.member.map { PeerChain($0) }
    }
}

extension DisclosureAsker {
    /// There is no client of our own chain here. What our node says is judged as a stranger would
    /// judge it: the whole bundle, from the manifest's anchor on.
    func askOwn(
        _ request: DisclosureRequest, _ message: DiscloseRequest, _ then: @escaping Completion
    ) {
        let fail: @Sendable (DisclosureFailure) -> Void = { then(Asked($0, message, of: own)) }
        guard let peer = ownCity.peer(own) else {
            return fail(DisclosureFailure(.cityUnknown, "the members' list does not name us"))
        }
        ownCity.ask(message) { response in
            let isTaken = verifiers.run { _ in
                guard response.code.isEmpty else {
                    let failure = DisclosureFailure(
                        CounterCode(rawValue: response.code) ?? .cityOfficeFailed,
                        response.detail,
                        retryAfterMilliseconds: response.retryAfterMilliseconds)
                    if !response.entry.isEmpty { acknowledge(response.entry) }
                    return then(Asked(.failure(failure), message, response, of: peer))
                }
                do throws(DisclosureFailure) {
                    let verified = try verifiedOwn(request, message, response, peer)
                    acknowledge(response.entry)
                    then(Asked(.success(verified), message, response, of: peer))
                } catch { fail(error) }
            }
            if !isTaken {
                fail(
                    DisclosureFailure(
                        .cityBusy, "too many verifications wait", retryAfterMilliseconds: 500))
            }
        }
    }

    private func verifiedOwn(
        _ request: DisclosureRequest, _ message: DiscloseRequest, _ response: DiscloseResponse,
        _ peer: PeerChain
    ) throws(DisclosureFailure) -> VerifiedDisclosure {
        let manifest = ownCity.manifest()
        let verdict: BundleVerdict
        do {
            let chain = try BundleChain(
                member: own, chain: peer.chain, lineage: response.lineage.headers)
            let part = BundlePart(provider: own, asked: message, response: response)
            verdict = try BundleVerifier.verify(
                Bundle(under: manifest, askedBy: own, chains: [chain], parts: [part]),
                roots: TrustRoots(manifest))
        } catch {
            throw DisclosureFailure(
                .proofNotVerified, "our own answer does not hold: \(OwnCity.code(error))")
        }
        guard let part = verdict.parts.first, let height = part.height,
            let time = part.headerTime, let place = part.logIndex
        else { throw DisclosureFailure(.proofNotVerified, "our own answer shows no record") }
        let age = now().nanoseconds(since: time)
        guard age <= request.maxAgeNanoseconds else { throw .stale(peer.chainID, age, request) }
        var record: RecordState?
        if case .present(let state, _) = part.finding { record = state }
        return VerifiedDisclosure(
            request: request, response: response, height: height, time: time, record: record,
            logIndex: place)
    }

    /// Asker and source are one: the receipt goes beside the entry at once.
    private func acknowledge(_ entry: [UInt8]) {
        guard let place = try? SignedAccessEntry(leaf: entry).decoded().sequence else { return }
        let receipt = AccessReceipt(for: BinaryMerkle.leafHash(entry), signedBy: key)
        _ = ownCity.ledger.submit { _ in
            LedgerTurn([.receipt(sequence: place, signature: receipt.signature)]) { _ in }
        }
    }
}

extension OwnCity {
    static func code(_ error: any Error) -> String {
        (error as? BundleError)?.code ?? (error as? ClientError)?.code ?? "unknown"
    }
}

extension DisclosureFailure {
    /// The chain's newest block is older than the request allows.
    static func stale(
        _ chainID: String, _ age: Int64, _ request: DisclosureRequest
    ) -> DisclosureFailure {
        DisclosureFailure(
            .proofStale,
            "the newest block of \(chainID) is \(age / 1_000_000_000) s old, "
                + "\(request.maxAgeNanoseconds / 1_000_000_000) s are allowed",
            retryAfterMilliseconds: 5_000)
    }
}
