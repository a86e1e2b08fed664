// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient

/// The loan desk of one city's service hall: it asks other cities about a person's records.
struct LoanDesk {
    /// What one city is asked about one record.
    struct Question {
        let city: City
        let kind: String
        let reference: String
        var fields: [String] = []
        /// By name; a number behind a colon is a threshold (`monthsGE:12`).
        var predicates: [String] = []

        fileprivate var json: StrictJSON {
            .object([
                ("city", .string(city.code)), ("kind", .string(kind)),
                ("reference", .string(reference)), ("fields", .array(fields.map { .string($0) })),
                ("predicates", .array(predicates.map(Question.predicate))),
            ])
        }

        private static func predicate(_ text: String) -> StrictJSON {
            let parts = text.split(separator: ":").map(String.init)
            return .object([
                ("id", .string(parts[0])),
                ("atLeast", parts.count > 1 ? .number(parts[1]) : nil),
            ])
        }
    }

    struct Answer {
        let body: StrictJSON

        var parts: [StrictJSON] { body["answers"]?.array ?? [] }
        var outcomes: [String] { parts.map { $0["outcome"]?.string ?? "" } }
        var verdict: String { parts.first?["verdict"]?.string ?? "" }
        /// Of the first source, or of the whole request.
        var code: String {
            parts.first?["code"]?.string ?? body["code"]?.string ?? ""
        }
        var status: StrictJSON? { parts.first?["status"] }
        /// Without the bundle, which is long.
        var text: String {
            StrictJSON.object((body.members ?? []).filter { $0.name != "bundle" }).line
        }
    }

    let application: Application

    var city: City { application.city }
    private var world: World { application.world }

    /// Seconds in which every city must be able to answer.
    private static let patience = 60

    /// Waits until the relay says that every other city can answer now.
    func waitForCities() throws {
        var last = StrictJSON.null
        for _ in 0..<LoanDesk.patience {
            // A relay that was just started may not listen yet.
            last = (try? application.call("/v1/cities")) ?? .null
            let cities = last["cities"]?.array ?? []
            if cities.count == world.cities.count - 1,
                cities.allSatisfy({ $0["canAnswer"] == .bool(true) })
            {
                return
            }
            world.pause(milliseconds: 1_000)
        }
        throw World.Failure(description: "\(city.name): cities cannot answer: \(last.line)")
    }

    func ask(_ questions: [Question], caseNumber: String) throws -> Answer {
        let body = StrictJSON.object([
            ("idempotencyKey", Application.freshKey("desk")),
            ("department", .string(Records.department(city))), ("officer", .string("window-3")),
            ("purpose", .string(Records.purpose)),
            ("serviceItem", .string(Records.serviceItem(city))),
            ("caseNumber", .string(caseNumber)), ("maxAgeSeconds", .integer(3_600)),
            ("waitMilliseconds", .integer(20_000)), ("patienceSeconds", .integer(15)),
            ("sources", .array(questions.map(\.json))),
        ])
        return Answer(body: try application.call("/v1/proofs", body))
    }
}

extension World {
    /// A change of a record by the city's own system, beside the relay.
    func change(_ city: City, _ kind: String, _ reference: String, status: String) throws {
        let body = StrictJSON.object([
            ("kind", .string(kind)), ("reference", .string(reference)),
            ("status", .string(status)),
        ])
        let answer = try curl([
            "--silent", "--show-error", "--data", body.line,
            "http://127.0.0.1:\(city.officePort)/v1/lab/update",
        ])
        guard answer["status"]?.string == status else {
            throw Failure(description: "\(city.name)'s office: \(answer.line)")
        }
    }
}

extension Stage {
    /// Hangzhou's loan desk, and the two cities that it asks.
    func hall() throws -> (desk: LoanDesk, near: City, far: City) {
        let desk = LoanDesk(
            application: Application(world: world, city: .hangzhou, name: .loanDesk))
        try desk.waitForCities()
        return (desk, .beijing, .loudi)
    }

    /// The office's person of that number, by identity number, in a city.
    func person(_ number: Int, of city: City) -> String {
        SyntheticRecords(code: city.code).person(number)
    }
}
