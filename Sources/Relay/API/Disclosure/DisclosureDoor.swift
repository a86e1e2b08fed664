// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayTransport

/// Everything of a relay that is about records: it answers other cities' questions, and asks theirs
/// for our applications. Made once, beside the daemon's other parts.
final class DisclosureDoor: Sendable {
    let service: DisclosureService
    let proofs: ProofService
    private let ledger: AccessLedger
    private let receipts: ReceiptBox
    private let loop: EventLoop
    private let presentations: PresentationRoutes
    private let accesses: AccessRoutes
    private let licences: LicencesDoor

    /// What the door needs of the relay around it.
    struct Surroundings: Sendable {
        let own: MemberID
        let chainID: String
        let connector: CometBFTConnector
        /// Of accounts that are not the relay's own.
        let lines: AccountLines
        let verifiers: VerifierPool
        let now: @Sendable () -> Timestamp
        /// The manifest as it holds; made of the topology where the federation has none.
        let manifest: @Sendable () -> SealedManifest
        /// The other members as they are now.
        let members: @Sendable () -> [PeerChain]
        let client: @Sendable (String) -> SharedState.PeerClient?
        /// Our chain's registered clients of other cities' chains.
        let clients: @Sendable () -> [String]
        /// One call to the relay of a chain.
        let ask:
            @Sendable (
                String, PeerMethod, [UInt8],
                @escaping @Sendable (Result<[UInt8], JobFailure>) -> Void
            ) -> Void

        var newWork: NewWork { NewWork(manifest: manifest, now: now) }

        /// Height of our own chain's trust anchor, as the manifest has it now.
        var anchor: Height {
            let chain = manifest().manifest.member(own)?.chains.first {
                $0.id.description == chainID
            }
            return Height(
                revision: (try? chain?.id.revision()) ?? 0, height: chain?.anchor?.height ?? 1)
        }
    }

    /// Opens the access log. Throws what kept it from starting; then nothing of it runs.
    init(_ configuration: DisclosureConfiguration, _ around: Surroundings) throws {
        ledger = try AccessLedger(
            path: configuration.storeFile, owner: around.own, key: configuration.evidenceKey,
            pruneMilliseconds: configuration.pruneMilliseconds, now: around.now)
        do {
            loop = try EventLoop(name: "proofs")
        } catch {
            ledger.stop()
            throw error
        }
        do {
            service = try DisclosureService(
                own: around.own, anchor: { around.anchor }, configuration: configuration,
                connector: around.connector, verifiers: around.verifiers, ledger: ledger,
                now: around.now, newWork: around.newWork)
        } catch {
            loop.stop()
            ledger.stop()
            throw error
        }
        let service = service
        let ownCity = OwnCity(
            ask: { service.discloseOwn($0, then: $1) }, manifest: around.manifest,
            ledger: ledger)
        let directory = CityDirectory(
            own: around.own, now: around.now,
            members: { around.members().map { CityDirectory.Facts($0, around) } },
            ownFacts: {
                guard service.answers else { return nil }
                return ownCity.peer(around.own).map { CityDirectory.Facts(own: $0) }
            },
            ownOffers: { service.offers(to: around.own, then: $0) })
        let secrets = DisclosureSecrets(configuration.evidenceKey)
        let peer: @Sendable (MemberID) -> DisclosureAsker.PeerLink? = { member in
            directory.facts(of: member)?.link
        }
        do {
            receipts = try ReceiptBox(key: configuration.evidenceKey, ledger: ledger) {
                member, request, then in
                guard let link = peer(member) else { return false }
                link.call(.receipts, request.encoded) { result in
                    if case .success = result { then(true) } else { then(false) }
                }
                return true
            }
        } catch {
            service.close()
            loop.stop()
            ledger.stop()
            throw error
        }
        let asker = DisclosureAsker(
            own: around.own, key: configuration.evidenceKey, secrets: secrets,
            verifiers: around.verifiers, now: around.now, peer: peer, receipts: receipts,
            ownCity: ownCity)
        proofs = ProofService(
            loop: loop, asker: asker, ledger: ledger, directory: directory, now: around.now,
            manifest: around.manifest)
        presentations = PresentationRoutes(ledger: ledger, secrets: secrets)
        accesses = AccessRoutes(
            ledger: ledger, office: service.office, storeFile: configuration.storeFile,
            loop: loop)
        do {
            licences = try LicencesDoor(
                configuration, around, ledger: ledger, directory: directory, secrets: secrets)
        } catch {
            service.close()
            loop.stop()
            ledger.stop()
            throw error
        }
        _ = loop.post { [self] in
            pruneLater(configuration.pruneMilliseconds)
            sendReceiptsLater(configuration.receiptMilliseconds)
        }
    }

    /// Receipts that a relay has not taken yet are sent again.
    private func sendReceiptsLater(_ milliseconds: Int) {
        loop.schedule(afterMilliseconds: milliseconds) { [weak self] in
            guard let self else { return }
            receipts.sendAll()
            sendReceiptsLater(milliseconds)
        }
    }

    /// Answers live in memory no longer than a visit, whether another request comes or not.
    private func pruneLater(_ milliseconds: Int) {
        loop.schedule(afterMilliseconds: milliseconds) { [weak self] in
            guard let self else { return }
            proofs.prune()
            service.forgetKeys()
            pruneLater(milliseconds)
        }
    }

    func stop() {
        licences.stop()
        service.close()
        loop.stop()
        ledger.stop()
    }

    /// What applications may call.
    var routes: [APIRoute] {
        let (proofs, presentations, accesses) = (proofs, presentations, accesses)
        return [
            APIRoute(.post, "/v1/proofs", .applications) { (request, reply) throws(APIError) in
                try proofs.post(request, reply)
            },
            .direct(.get, "/v1/proofs/{id}", .applications) { request throws(APIError) in
                try proofs.get(request)
            },
            APIRoute(.get, "/v1/proofs/{id}/events", .applications) {
                (request, reply) throws(APIError) in
                try proofs.events(request, reply)
            },
            APIRoute(.get, "/v1/cities", .applications) { (request, reply) throws(APIError) in
                try proofs.cities(request, reply)
            },
            APIRoute(.post, "/v1/presentations", .applications) {
                (request, reply) throws(APIError) in
                try presentations.post(request, reply)
            },
            APIRoute(.post, "/v1/consents/withdrawn", .applications) {
                (request, reply) throws(APIError) in
                try accesses.withdraw(request, reply)
            },
            APIRoute(.post, "/v1/accesses", .applications) { (request, reply) throws(APIError) in
                try accesses.post(request, reply)
            },
            .direct(.get, "/v1/openapi.json", .anyCaller) { _ in
                APIAnswer(
                    status: 200, headers: [HTTPHeader("content-type", "application/json")],
                    body: OpenAPI.document)
            },
        ] + licences.routes
    }
}

extension CityDirectory.Facts {
    fileprivate init(_ peer: PeerChain, _ around: DisclosureDoor.Surroundings) {
        let chainID = peer.chainID
        self.init(
            member: peer.member, name: peer.name, localName: peer.localName, chainID: chainID,
            link: DisclosureAsker.PeerLink(
                chain: peer, keys: peer.evidenceKeys, client: around.client(chainID),
                call: { around.ask(chainID, $0, $1, $2) }))
    }

    /// Our own city: there is no way to it but inside.
    fileprivate init(own peer: PeerChain) {
        self.init(
            member: peer.member, name: peer.name, localName: peer.localName,
            chainID: peer.chainID, link: nil)
    }
}

extension DisclosureService {
    /// Keys whose time is over open nothing any more, whether a question comes or not.
    func forgetKeys() { ring.forget(now: now()) }

    func offers(
        to requester: MemberID, then: @escaping @Sendable (OffersResponse) -> Void
    ) {
        checkHealth { [self] trouble in
            then(
                OffersResponse(
                    answers: answers,
                    offers: configuration.policy.offers(to: requester, now: now()),
                    obstacle: trouble?.code.rawValue ?? ""))
        }
    }
}
