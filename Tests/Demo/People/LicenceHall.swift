// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient

/// The hall of one city that issues licences: what it decides is written by the city's record
/// office and shown by the city's chain.
struct LicenceHall {
    let application: Application

    var city: City { application.city }
    private var world: World { application.world }

    /// Seconds in which the other city must have answered a move's word.
    private static let patience = 120

    init(_ world: World, _ city: City) {
        application = Application(world: world, city: city, name: .licenceHall)
    }

    /// An identifier that the record office has not given yet.
    func freeIdentifier(_ number: Int) throws -> String {
        let records = SyntheticRecords(code: city.code)
        guard let identifier = records.licenceIdentifier(1_000 + number) else {
            throw World.Failure(description: "\(city.name) has no issuer of licences")
        }
        return identifier
    }

    // MARK: Words

    func issue(_ identifier: String) throws -> StrictJSON {
        try application.call(
            "/v1/licences",
            body([
                ("identifier", .string(identifier)),
                (
                    "fields",
                    .object([
                        ("certificate_name", .string("操作资格证书")),
                        ("certificateExpiringDate", .string("20300101")),
                    ])
                ),
            ]))
    }

    /// Takes in what another city offers, under an identifier of our own.
    func take(
        _ identifier: String, replacing old: String, of other: City
    ) throws -> StrictJSON {
        try application.call(
            "/v1/licences",
            body([
                ("identifier", .string(identifier)),
                (
                    "replaces",
                    .object([("city", .string(other.code)), ("identifier", .string(old))])
                ),
            ]))
    }

    func act(_ act: String, on id: String, with other: City? = nil) throws -> StrictJSON {
        try application.call(
            "/v1/licences/\(id)/acts",
            body([("act", .string(act)), ("city", other.map { .string($0.code) })]))
    }

    private func body(_ members: [(String, StrictJSON?)]) -> StrictJSON {
        .object(
            [
                ("idempotencyKey", Application.freshKey("hall")), ("officer", .string("window-5")),
                ("caseNumber", .string("\(city.code)-2026-0101")),
            ] + members)
    }

    // MARK: States

    /// Each look has its entry in the city's access log: who, and for which case.
    func get(_ id: String) throws -> StrictJSON {
        try application.call(
            "/v1/licences/\(id)",
            headers: ["cityrelay-officer: window-5", "cityrelay-case: \(city.code)-2026-0101"])
    }

    /// Waits until the relay shows a licence as it should be; gives it.
    func wait(
        _ what: String, for id: String, file: String = #fileID, line: Int = #line,
        until holds: (StrictJSON) -> Bool
    ) throws -> StrictJSON {
        var shown = StrictJSON.null
        try world.wait(
            LicenceHall.patience, what, everyMilliseconds: 250, file: file, line: line
        ) {
            shown = try get(id)
            return holds(shown)
        }
        return shown
    }

    /// What the city's chain itself holds of a licence; nil: nothing.
    func onChain(_ id: String) throws -> RecordState? {
        guard let index = RecordIndex(id) else { return nil }
        let value = try world.node(city).value(store: RecordIndex.storeName, key: index.stateKey)
        return try value.flatMap { $0.isEmpty ? nil : try RecordState(stored: $0) }
    }

    /// Waits until the chain knows the other city's record office, to which moves are sealed.
    func waitForOffice(of other: City) throws {
        let key = LicenceOffice.key(try InstitutionCode(other.institution))
        try world.wait(
            LicenceHall.patience, "\(city.name)'s chain knows \(other.name)'s record office"
        ) {
            try world.node(city).value(store: LicencePacket.port, key: key)?.isEmpty == false
        }
    }
}
