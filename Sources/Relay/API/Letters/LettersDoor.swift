// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayTransport
import Synchronization

/// Everything of a relay that is about one centre's letters. Made once, beside the daemon's other
/// parts.
final class LettersDoor: Sendable {
    let late = LateLetters()
    private let loop: EventLoop
    private let service: LetterService
    /// Whoever acts as the centre.
    private let centre: APIAccess
    /// Whoever brings the bank's notices.
    private let bank: APIAccess
    /// The one or the other: who may say what of a sum, the service decides.
    private let either: APIAccess

    /// Opens the store. Throws what kept it from starting; then nothing of it runs.
    init(
        _ configuration: LettersConfiguration, owner: MemberID, lines: AccountLines,
        clients: @escaping @Sendable () -> [LetterPeer],
        newWork: NewWork, now: @escaping @Sendable () -> Timestamp,
        log: @escaping @Sendable (EngineNote) -> Void
    ) throws {
        centre = .applications(named: configuration.applications)
        bank = .applications(named: configuration.bankApplications)
        either = .applications(named: configuration.applications + configuration.bankApplications)
        let line = try lines.line(of: configuration.account)
        let loop = try EventLoop(name: "letters")
        self.loop = loop
        let late = late
        do {
            service = try loop.performAndWait {
                try LetterService(
                    configuration, owner: owner, loop: loop, line: line, clients: clients,
                    lateCounts: late, newWork: newWork, now: now, log: log)
            }
        } catch {
            loop.stop()
            throw error
        }
    }

    /// What the connector tells of our chain. Any thread.
    func see(_ event: EngineEvent) { service.see(event) }

    func stop() {
        // The store is let go at once, whoever still holds the service.
        try? loop.performAndWait { [service] in service.close() }
        loop.stop()
    }

    /// What the centre's own system may call.
    var routes: [APIRoute] {
        let (service, centre, bank, either) = (service, centre, bank, either)
        return [
            APIRoute(.post, "/v1/letters", centre) { (request, reply) throws(APIError) in
                try service.post(request, reply)
            },
            APIRoute(.get, "/v1/letters", centre) { (request, reply) throws(APIError) in
                try service.list(request, reply)
            },
            APIRoute(.post, "/v1/letters/arrivals", either) {
                (request, reply) throws(APIError) in
                try service.arrive(request, reply)
            },
            APIRoute(.get, "/v1/letters/arrivals", either) {
                (request, reply) throws(APIError) in
                service.suspense(request, reply)
            },
            APIRoute(.post, "/v1/letters/arrivals/returned", bank) {
                (request, reply) throws(APIError) in
                try service.giveBack(request, reply)
            },
            APIRoute(.post, "/v1/letters/{letter}/remittances/returned", bank) {
                (request, reply) throws(APIError) in
                try service.comeBack(request, reply)
            },
            APIRoute(
                .post, "/v1/letters/batches", centre, bodyBytes: LetterService.batchBytes
            ) { (request, reply) throws(APIError) in try service.batch(request, reply) },
            APIRoute(.post, "/v1/letters/{letter}/review", centre) {
                (request, reply) throws(APIError) in
                try service.review(request, reply)
            },
            APIRoute(.get, "/v1/letters/institutions", centre) {
                (request, reply) throws(APIError) in
                service.institutions(reply)
            },
            APIRoute(.get, "/v1/letters/{letter}", centre) {
                (request, reply) throws(APIError) in
                service.get(request, reply)
            },
            APIRoute(.get, "/v1/letters/{letter}/events", centre) {
                (request, reply) throws(APIError) in
                service.events(request, reply)
            },
        ]
    }
}
