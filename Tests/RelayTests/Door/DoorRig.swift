// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import RelayAPI
import RelayLaboratory
import RelayTransport
import TestSupport

/// One API listener of Hangzhou's centre, and clients with whatever certificate a test wants.
struct DoorRig {
    static let own = MemberID("330100/330100000000000")

    let loop: EventLoop
    let door: APIDoor

    init(
        admitsAnybody: Bool = false, routes: [APIRoute],
        session: (@Sendable (HeaderBlock) -> CallerIdentity?)? = nil
    ) throws {
        loop = try EventLoop(name: "api-test")
        door = try APIDoor(
            loop: loop,
            configuration: APIConfiguration(
                address: "127.0.0.1", port: 0, tls: try DoorCallers.relay.get().files,
                admitsAnybody: admitsAnybody),
            own: try DoorRig.member(), routes: routes, session: session)
    }

    static func member() throws -> MemberID {
        guard let own else { throw TransportError(.badAnswer, "no member") }
        return own
    }

    /// One call with a caller's certificate.
    func call(
        _ caller: Laboratory.Credentials, _ method: HTTPMethod = .get, _ path: String,
        json: String? = nil, type: String = "application/json"
    ) async throws -> (status: Int, body: JSON, text: String) {
        try await DoorCallers.call(
            port: door.port, caller, method, path, json: json, type: type)
    }

    func stop() {
        door.close()
        loop.stop()
    }
}

/// Certificates of people and programs of Hangzhou's centre, and one from elsewhere.
enum DoorCallers {
    static let institution = "330100000000000"

    static func issue(
        _ name: String, _ role: String, _ options: [String], division: String = "330100"
    ) -> Result<Laboratory.Credentials, any Error> {
        Result {
            try Laboratory.issue(
                "door-\(name)", division: division, institution: "\(division)000000000",
                role: role, options: options)
        }
    }

    static let relay = issue("relay", "member", [])
    static let hall = issue("hall", "app", ["--name", "hall"])
    static let observer = issue("lin", "person", ["--name", "lin", "--role", "observer"])
    static let wang = issue("wang", "person", ["--name", "wang", "--role", "operator"])
    static let chief = issue("zhao", "person", ["--name", "zhao", "--role", "administrator"])
    static let nameless = issue("nameless", "app", ["--name", "none", "--nameless"])
    static let stranger = issue(
        "stranger", "person", ["--name", "shi", "--role", "administrator"], division: "110000")

    static func call(
        port: Int, _ caller: Laboratory.Credentials, _ method: HTTPMethod = .get, _ path: String,
        json: String? = nil, type: String = "application/json"
    ) async throws -> (status: Int, body: JSON, text: String) {
        try await APICaller.call(
            port: port, caller, expected: try relay.get().expected, method, path, json: json,
            type: type, deadlineMilliseconds: 20_000)
    }
}
