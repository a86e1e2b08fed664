// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

/// Two cities with a record office each that follows its own chain; the test carries packets.
struct DeskCities {
    let cities: TwoCities
    let hangzhou: Desk
    let beijing: Desk

    /// An office beside its chain.
    final class Desk {
        let city: TestCity
        let office: RecordOffice
        let people: SyntheticRecords

        init(_ city: TestCity) throws {
            self.city = city
            people = SyntheticRecords(code: city.code)
            office = try RecordOffice(
                code: city.code, people: 0, asOf: city.now,
                salts: .seeded(Array("desk \(city.code)".utf8)))
            let chain = city.chain
            office.look = { store, key in
                chain.query(ApplicationQuery(path: "/store/\(store)/key", data: key)).value
            }
            office.list = { store, prefix in
                let answer = chain.query(
                    ApplicationQuery(path: "/store/\(store)/subspace", data: prefix))
                let pairs = (try? Reply(answer.value ?? []).messages[1]) ?? []
                return pairs.compactMap { pair in
                    guard let parts = try? Reply(pair).messages, let key = parts[1]?.first,
                        let value = parts[2]?.first
                    else { return nil }
                    return StorePair(key: key, value: value)
                }
            }
            office.committed = { index in
                chain.query(
                    ApplicationQuery(path: "/store/records/key", data: index.stateKey)
                ).value.flatMap { try? RecordState(stored: $0) }
            }
        }

        /// What the office does after a block: follows the chain, and brings its changes there.
        func settle() throws {
            try office.follow(now: city.now)
            for _ in 0..<4 {
                let entries = try office.takeUnsettled(limit: 32)
                guard !entries.isEmpty else { return }
                let message = MsgPutRecords(
                    signer: try city.account("records").address, entries: entries)
                let result = try city.run([message], by: "records", gas: 8_000_000)
                try #require(result.code == 0, "\(result.log)")
            }
        }

        /// Gives an order as the city's relay does; time goes on by a block.
        func order(
            _ operation: LicenceOperation, _ name: LicenceOrder.Name, key: String? = nil,
            status: LicenceStatus? = nil, values: [(String, String)] = [], to other: Desk? = nil,
            replaces: String? = nil
        ) throws -> LicenceOutcome {
            try city.makeBlocks()
            let note = OfficeNote(
                key: key ?? "key \(city.chain.latestHeight) \(operation.code)",
                operation: operation, officer: "window-3", caseNumber: "C-1")
            let outcome = try office.perform(
                LicenceOrder(
                    name, note, status: status,
                    values: values.map { OfficeRecord.Value($0.0, $0.1) },
                    other: other.flatMap { CityGenesis.institution(of: $0.city.code) },
                    replaces: replaces), now: city.now)
            try settle()
            return outcome
        }

        func refusal(
            _ operation: LicenceOperation, _ name: LicenceOrder.Name,
            status: LicenceStatus? = nil, to other: Desk? = nil, replaces: String? = nil
        ) -> String {
            do {
                _ = try order(
                    operation, name, status: status, to: other, replaces: replaces)
                return "done"
            } catch let error as OfficeError {
                return error.code
            } catch let code as LicenceErrorCode {
                return code.rawValue
            } catch {
                return "\(error)"
            }
        }

        func state(_ index: RecordIndex) -> RecordState? { office.committed(index) }

        func status(_ index: RecordIndex) -> String { state(index)?.status ?? "none" }

        /// An identifier of this city's issuer in strict form.
        func identifier(_ number: Int) throws -> String {
            let sample = try LicenceIdentifier(
                try #require(people.licenceIdentifier(0)), mode: .strict)
            return try LicenceIdentifier(
                kind: sample.kind, issuer: sample.issuer,
                serial: "2026112700000000\(1_000 + number)", version: 1
            ).text
        }
    }

    init() throws {
        cities = try TwoCities()
        hangzhou = try Desk(cities.a)
        beijing = try Desk(cities.b)
        for (desk, other) in [(hangzhou, beijing), (beijing, hangzhou)] {
            try desk.settle()
            try meet()
            let text = String(decoding: try desk.office.card(), as: UTF8.self)
            let packet = try TwoCities.sent(text, port: "licence", from: desk.city, by: "bureau")
            _ = try carried(packet, from: desk, to: other)
        }
    }

    /// Brings both clocks to one time: a header of the future is refused.
    func meet() throws {
        let (a, b) = (cities.a, cities.b)
        let behind = a.now < b.now ? a : b
        let ahead = a.now < b.now ? b : a
        let seconds = ahead.now.unixSeconds - behind.now.unixSeconds
        if seconds > 0 { try behind.makeBlocks(Int(seconds)) }
    }

    func sent(_ outcome: LicenceOutcome, from desk: Desk) throws -> Packet {
        try #require(!outcome.packet.isEmpty)
        let text = String(decoding: outcome.packet, as: UTF8.self)
        return try TwoCities.sent(text, port: "licence", from: desk.city, by: "bureau")
    }

    /// Carries a packet over and its answer back; both offices hear of it.
    @discardableResult
    func carried(_ packet: Packet, from desk: Desk, to other: Desk) throws -> String {
        try meet()
        let answer = try #require(
            try TwoCities.deliver(packet, to: other.city, from: desk.city))
        try other.settle()
        try meet()
        let result = try TwoCities.returned(packet, answer, to: desk.city, from: other.city)
        try #require(result.code == 0, "\(result.log)")
        try desk.settle()
        return String(decoding: answer.appAcknowledgements[0], as: UTF8.self)
    }
}
