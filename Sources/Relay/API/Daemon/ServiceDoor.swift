// SPDX-License-Identifier: Apache-2.0

import Federation
import RelayTransport

/// The API's listener with everything that answers behind it, on a loop of its own: a slow answer
/// to a person holds up no peer.
final class ServiceDoor: Sendable {
    private let loop: EventLoop
    private let door: APIDoor

    /// Listens at once. Throws what kept it from listening; then nothing of it runs.
    init(
        _ configuration: APIConfiguration, own: MemberID, routes: [APIRoute],
        console: ConsoleService
    ) throws {
        loop = try EventLoop(name: "api")
        do {
            door = try APIDoor(
                loop: loop, configuration: configuration, own: own,
                routes: ServiceDoor.common + console.routes + routes,
                session: { console.session($0) })
        } catch {
            loop.stop()
            throw error
        }
    }

    var port: Int { door.port }

    func reload() throws { try door.reload() }

    func stop() {
        door.close()
        loop.stop()
    }

    /// Routes that need nothing of the relay.
    private static let common: [APIRoute] = [
        .direct(.get, "/v1/whoami", .anyCaller) { request in
            .json(["caller": request.caller.name, "member": request.caller.member.description])
        }
    ]
}
