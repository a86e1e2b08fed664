// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import Glibc
import LightClient
import RelayLaboratory
import RelayTransport
import TestSupport
import Testing

/// A licence hall in each of two cities, at their own relays; blocks are made while a call waits.
final class LicenceRig: Sendable {
    let disclosure: DisclosureRig
    private let halls: [String: Laboratory.Credentials]

    var hangzhou: PeerHarness.Relay { disclosure.harness.hangzhou }
    var beijing: PeerHarness.Relay { disclosure.harness.beijing }

    static let caseNumber = "HZ-2026-1"
    static let holder = "欧阳某某"

    /// - Parameter isTapped: whether everything that passes is written down; then the members know
    ///   each other by a manifest, and their relays have every store that a relay can have.
    init(isTapped: Bool = false) throws {
        disclosure = try DisclosureRig(
            chainPatienceMilliseconds: 15_000, withManifest: isTapped, isTapped: isTapped)
        var halls: [String: Laboratory.Credentials] = [:]
        for relay in [disclosure.harness.hangzhou, disclosure.harness.beijing] {
            halls[relay.city.code] = try disclosure.application(of: relay, "licence-hall")
        }
        self.halls = halls
        // Each chain knows the other city's office before anything moves.
        let harness = disclosure.harness
        try harness.until("the offices know each other") {
            try [(harness.hangzhou, "110000"), (harness.beijing, "330100")].allSatisfy {
                relay, code in
                let institution = try InstitutionCode("\(code)000000000")
                let key = LicenceOffice.key(institution)
                let value = relay.city.node.perform {
                    $0.chain.query(ApplicationQuery(path: "/store/licence/key", data: key)).value
                }
                return (value ?? nil)?.isEmpty == false
            }
        }
    }

    func hall(of relay: PeerHarness.Relay) throws -> Laboratory.Credentials {
        try #require(halls[relay.city.code])
    }

    /// An identifier in strict form of an issuer in a city.
    func identifier(_ number: Int, of relay: PeerHarness.Relay? = nil) throws -> String {
        try Self.identifier(number, code: (relay ?? hangzhou).city.code)
    }

    /// What the page's examples take from the environment.
    static func examples(of relay: PeerHarness.Relay) throws -> [String] {
        let people = SyntheticRecords(code: relay.city.code)
        return [
            "LICENCE=\(try #require(people.licenceIdentifier(0)))",
            "NEW=\(try identifier(90, code: relay.city.code))",
        ]
    }

    static func identifier(_ number: Int, code: String) throws -> String {
        let people = SyntheticRecords(code: code)
        let sample = try LicenceIdentifier(try #require(people.licenceIdentifier(0)))
        return try LicenceIdentifier(
            kind: sample.kind, issuer: sample.issuer,
            serial: "2026112700000000\(1_000 + number)", version: 1
        ).text
    }

    // MARK: calls

    /// A call while both chains go on.
    func call(
        _ method: HTTPMethod, _ path: String, json: String? = nil,
        headers: [HTTPHeader] = [], at relay: PeerHarness.Relay
    ) async throws -> DisclosureRig.Answer {
        try await disclosure.harness.whileBlocksGoOn {
            try await self.disclosure.call(
                method, path, json: json, headers: headers, as: try self.hall(of: relay),
                at: relay)
        }
    }

    func until(
        _ what: String, seconds: Int = 40, _ holds: () async throws -> Bool
    ) async throws {
        let deadline = time(nil) + seconds
        while time(nil) < deadline {
            if try await holds() { return }
        }
        throw LaboratoryCity.Trouble("not within \(seconds) s: \(what)")
    }

    func makeBlocks() {
        hangzhou.city.makeBlocks()
        beijing.city.makeBlocks()
    }

    /// A city's office gets a new key, as its own operator would give it one.
    func rotateOfficeKey(of relay: PeerHarness.Relay) throws {
        let result = try Program.run([
            "/usr/bin/curl", "--silent", "--fail", "--data", "{}",
            "http://127.0.0.1:\(relay.city.node.officePort ?? 0)/v1/lab/rotate",
        ])
        guard result.status == 0 else { throw LaboratoryCity.Trouble(result.output) }
    }

    /// The key of a city's office that another city's chain knows.
    func officeKey(of code: String, at relay: PeerHarness.Relay) throws -> [UInt8]? {
        let place = LicenceOffice.key(try InstitutionCode("\(code)000000000"))
        let value = relay.city.node.perform {
            $0.chain.query(ApplicationQuery(path: "/store/licence/key", data: place)).value
        }
        return (value ?? nil).flatMap { LicenceOffice(stored: $0)?.sealingKey }
    }

    static func actBody(_ act: String, key: String, more: String = "") -> String {
        "{\"idempotencyKey\":\"\(key)\",\"officer\":\"window-3\",\"caseNumber\":\"\(caseNumber)\","
            + "\"act\":\"\(act)\"\(more)}"
    }

    private static func newBody(_ identifier: String, key: String, more: String) -> String {
        "{\"idempotencyKey\":\"\(key)\",\"officer\":\"window-3\",\"caseNumber\":\"\(caseNumber)\","
            + "\"identifier\":\"\(identifier)\"\(more)}"
    }

    func issue(_ identifier: String, key: String) async throws -> DisclosureRig.Answer {
        let fields =
            ",\"fields\":{\"certificate_name\":\"操作资格证书\",\"certificate_holder\":\""
            + "\(Self.holder)\",\"certificateExpiringDate\":\"20300101\"}"
        return try await call(
            .post, "/v1/licences", json: Self.newBody(identifier, key: key, more: fields),
            at: hangzhou)
    }

    func take(
        _ identifier: String, replacing old: String, key: String
    ) async throws -> DisclosureRig.Answer {
        let replaces = ",\"replaces\":{\"city\":\"330100\",\"identifier\":\"\(old)\"}"
        return try await call(
            .post, "/v1/licences", json: Self.newBody(identifier, key: key, more: replaces),
            at: beijing)
    }

    func act(
        _ act: String, on id: String, key: String? = nil, more: String = ""
    ) async throws -> DisclosureRig.Answer {
        let key = key ?? "act-\(UInt64.random(in: .min ... .max))"
        return try await call(
            .post, "/v1/licences/\(id)/acts", json: Self.actBody(act, key: key, more: more),
            at: hangzhou)
    }

    func get(
        _ id: String, at relay: PeerHarness.Relay? = nil
    ) async throws -> DisclosureRig.Answer {
        try await call(
            .get, "/v1/licences/\(id)",
            headers: [
                HTTPHeader("cityrelay-officer", "window-3"),
                HTTPHeader("cityrelay-case", Self.caseNumber),
            ],
            at: relay ?? hangzhou)
    }

    func find(
        _ identifier: String, at relay: PeerHarness.Relay
    ) async throws -> DisclosureRig.Answer {
        try await call(
            .post, "/v1/licences/find",
            json: "{\"identifier\":\"\(identifier)\",\"officer\":\"window-3\","
                + "\"caseNumber\":\"\(Self.caseNumber)\"}", at: relay)
    }

    /// What Beijing's loan desk is told of a licence of Hangzhou, proven.
    func proof(of identifier: String) async throws -> DisclosureRig.Answer {
        try await disclosure.harness.whileBlocksGoOn {
            try await self.disclosure.ask(
                "licence", identifier, predicates: ["{\"id\":\"inForce\"}"])
        }
    }
}
