// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayStore
import RelayTransport

/// Everything of a relay that is about licences which its own city's applications change.
final class LicencesDoor: Sendable {
    private let service: LicenceService
    /// Whoever acts as the licence hall.
    private let hall: APIAccess
    private let office: LicenceOffice?
    private let announcer: LicenceAnnouncer?
    private let loop: EventLoop

    /// - Parameter clients: our chain's registered clients of other cities' chains.
    init(
        _ configuration: DisclosureConfiguration, _ around: DisclosureDoor.Surroundings,
        ledger: AccessLedger, directory: CityDirectory, secrets: DisclosureSecrets
    ) throws {
        hall = .applications(named: configuration.licenceApplications)
        let loop = try EventLoop(name: "licences")
        self.loop = loop
        let office: LicenceOffice?
        let line: AccountLine?
        do {
            line = try configuration.sender.map { try around.lines.line(of: $0) }
            office = try configuration.office.map {
                try LicenceOffice(loop: loop, configuration, url: $0)
            }
        } catch {
            loop.stop()
            throw error
        }
        self.office = office
        let ports = PortSubmission(connector: around.connector, line: line)
        service = LicenceService(
            loop: loop, office: office, ports: ports, canSend: configuration.sender != nil,
            accounts: LicenceAccounts(
                own: around.own, key: configuration.evidenceKey, secrets: secrets, ledger: ledger),
            directory: directory, configuration: configuration, now: around.now,
            newWork: around.newWork)
        announcer =
            configuration.sender == nil
            ? nil
            : office.map {
                LicenceAnnouncer(
                    loop: loop, office: $0, ports: ports,
                    milliseconds: configuration.announceMilliseconds, clients: around.clients,
                    now: around.now)
            }
        announcer?.start()
    }

    func stop() {
        office?.close()
        loop.stop()
    }

    var routes: [APIRoute] {
        let (service, hall) = (service, hall)
        return [
            APIRoute(.post, "/v1/licences", hall) {
                (request, reply) throws(APIError) in try service.issue(request, reply)
            },
            APIRoute(.post, "/v1/licences/find", hall) {
                (request, reply) throws(APIError) in try service.find(request, reply)
            },
            APIRoute(.get, "/v1/licences/{id}", hall) {
                (request, reply) throws(APIError) in try service.get(request, reply)
            },
            APIRoute(.get, "/v1/licences/{id}/events", hall) {
                (request, reply) throws(APIError) in try service.events(request, reply)
            },
            APIRoute(.post, "/v1/licences/{id}/acts", hall) {
                (request, reply) throws(APIError) in try service.act(request, reply)
            },
        ]
    }
}
