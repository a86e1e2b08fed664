// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

/// The record office beside a node: its door on a socket, its writer on the chain.
package final class OfficeService {
    private let office: RecordOffice
    private let configuration: NodeConfiguration
    private let place: NodeConfiguration.Listening
    package let entries: [RecordEntry]
    private var server: HTTPServer?
    private var writer: OfficeWriter?
    /// Why the last change is not on the chain; nil when all is well.
    package private(set) var problem: String?

    private init(
        _ office: RecordOffice, _ configuration: NodeConfiguration,
        _ place: NodeConfiguration.Listening
    ) throws {
        self.office = office
        self.configuration = configuration
        self.place = place
        entries = try office.entries()
    }

    /// Opens the office that the configuration asks for, or makes it with the laboratory's people.
    static func open(
        _ configuration: NodeConfiguration, now: Timestamp
    ) throws -> OfficeService? {
        guard let place = configuration.office else { return nil }
        guard place.isLoopback else { throw NodeError.officeNotLoopback(host: place.host) }
        let salts = configuration.officeSeed.map { SaltSource.seeded($0) } ?? .system
        var path: String?
        if let directory = configuration.directory {
            try GenesisFile.makeFolder(directory)
            path = "\(directory)/records.json"
        }
        let kept = try path.flatMap {
            try RecordOffice.reopen(path: $0, salts: salts, code: configuration.code)
        }
        let office =
            try kept
            ?? RecordOffice(
                code: configuration.code, people: configuration.people, asOf: now, salts: salts,
                path: path)
        return try OfficeService(office, configuration, place)
    }

    func listen(on loop: EventLoop, _ chain: Chain, now: @escaping () -> Timestamp) throws {
        writer = try OfficeWriter(
            office, chain, chainID: configuration.chainID, code: configuration.code)
        let door = OfficeDoor(office, isLab: configuration.isLab, now: now)
        server = try HTTPServer(on: loop, host: place.host, port: place.port) { door.answer($0) }
    }

    package var port: UInt16 { server?.port ?? 0 }

    /// After every block.
    func settle(now: Timestamp) {
        do {
            try office.follow(now: now)
            try writer?.settle()
            problem = nil
        } catch {
            problem = "\(error)"
        }
    }

    func close() { server?.close() }
}
