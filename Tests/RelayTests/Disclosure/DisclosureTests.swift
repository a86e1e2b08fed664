// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayAPI
import RelayLaboratory
import RelayStore
import RelayTransport
import TestSupport
import Testing

extension `Relays among peers` {
    /// A hall in Beijing asks Hangzhou about records, through two whole relays and two chains.
    @Suite(.serialized) struct `Proofs about records` {
        static let shared = Result<DisclosureRig, any Error> { try DisclosureRig() }

        private func rig() throws -> DisclosureRig { try Self.shared.get() }

        @Test func `a record that is there is proven with the fields that were asked for`()
            async throws
        {
            let rig = try rig()
            let answer = try await rig.ask(
                "fund-account", rig.people.person(0), fields: ["GRZHZT", "JZNY"],
                predicates: ["{\"id\":\"monthsGE\",\"atLeast\":12}", "{\"id\":\"SixMconFlag\"}"],
                sourceMore: ",\"fieldReason\":\"value-required\"")
            try #require(answer.status == 200, "\(answer.text)")
            let first = try #require(answer.first)
            #expect(answer.outcome == "present", "\(answer.text)")
            #expect(first["fields"]?["GRZHZT"]?.string == "01")
            #expect(first["fields"]?["JZNY"]?.string == "202610")
            #expect(first["status"]?["code"]?.string == "01")
            #expect(first["status"]?["inForce"]?.bool == true)
            let predicates = first["predicates"]?.array ?? []
            #expect(predicates.count == 2)
            #expect(predicates.allSatisfy { $0["holds"]?.bool == true })
            #expect(first["verdict"]?.string?.contains("holds this record") == true)
            #expect(first["verdictChinese"]?.string?.contains("有该档案") == true)
            #expect((first["checked"]?.array?.count ?? 0) >= 3)
            #expect(try rig.words(answer) == ["present"])
        }

        @Test func `a record that is not there is proven absent`() async throws {
            let rig = try rig()
            let answer = try await rig.ask(
                "fund-account", rig.people.person(SyntheticRecords.absentPerson),
                fields: ["JZNY"])
            #expect(answer.outcome == "absent", "\(answer.text)")
            #expect(answer.first?["fields"] == nil)
            #expect(try rig.words(answer) == ["absent"])
        }

        @Test func `a licence that was revoked is shown as what it is`() async throws {
            let rig = try rig()
            let licence = try #require(rig.people.licenceIdentifier(2))
            let answer = try await rig.ask(
                "licence", licence, fields: ["certificate_name"],
                predicates: ["{\"id\":\"inForce\"}"])
            #expect(answer.outcome == "present", "\(answer.text)")
            #expect(answer.first?["status"]?["code"]?.string == "07")
            #expect(answer.first?["status"]?["chinese"]?.string == "吊销")
            #expect(answer.first?["status"]?["inForce"]?.bool == false)
            #expect(try rig.words(answer) == ["revoked"])
            let predicate = answer.first?["predicates"]?.array?.first
            #expect(predicate?["holds"]?.bool == false)
        }

        static let refusals:
            [(kind: String, fields: [String], predicates: [String], code: String)] = [
                ("fund-account", ["ZJHM"], [], "policy/field-not-granted"),
                ("fund-account", ["salary"], [], "policy/unknown-field"),
                ("fund-account", ["GRZHYE"], [], "policy/predicate-first"),
                ("resident-points", ["JFZF"], [], "policy/not-shared"),
                ("tree-identity", ["species"], [], "policy/unknown-kind"),
                ("marriage", [], ["{\"id\":\"married\"}"], "policy/consent-missing"),
                ("drivers-licence", ["ZJCX"], [], "policy/field-not-granted"),
            ]

        @Test(arguments: refusals)
        func `the other city refuses in words for the counter`(
            _ asked: (kind: String, fields: [String], predicates: [String], code: String)
        ) async throws {
            let rig = try rig()
            let answer = try await rig.ask(
                asked.kind, rig.people.person(0), fields: asked.fields,
                predicates: asked.predicates)
            #expect(answer.status == 200)
            #expect(answer.outcome == "refused", "\(answer.text)")
            #expect(answer.code == asked.code)
            let text = try #require(CounterCode(rawValue: asked.code)).text
            #expect(answer.first?["counter"]?["chinese"]?.string == text.chinese)
            #expect(answer.first?["counter"]?["englishNext"]?.string == text.englishNext)
        }

        @Test func `an application that no grant names gets nothing`() async throws {
            let rig = try rig()
            let answer = try await rig.ask(
                "fund-account", rig.people.person(0), fields: ["JZNY"], as: rig.kiosk)
            #expect(answer.code == "policy/no-grant", "\(answer.text)")
        }

        @Test func `a cap is the last release of the day, however many ask at once`()
            async throws
        {
            let rig = try rig()
            let asked = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let answer = try await rig.ask(
                            "drivers-licence", rig.people.person(0),
                            predicates: ["{\"id\":\"includesC1\"}"])
                        return answer.outcome == "present" ? "present" : answer.code ?? ""
                    }
                }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(asked.count { $0 == "present" } == 1, "\(asked)")
            #expect(asked.count { $0 == "policy/cap-reached" } == 3)
        }

        @Test func `several sources give several answers, some of them refusals`() async throws {
            let rig = try rig()
            let licence = try #require(rig.people.licenceIdentifier(0))
            let body = DisclosureRig.body([
                DisclosureRig.source(
                    "fund-account", rig.people.person(0), fields: ["JZNY"]),
                DisclosureRig.source("licence", licence, predicates: ["{\"id\":\"inForce\"}"]),
                DisclosureRig.source("resident-points", rig.people.person(0), fields: ["JFZF"]),
            ])
            let answer = try await rig.call(.post, "/v1/proofs", json: body)
            #expect(answer.status == 200, "\(answer.text)")
            let outcomes = answer.body["answers"]?.array?.compactMap { $0["outcome"]?.string }
            #expect(outcomes == ["present", "present", "refused"])
            #expect(try rig.words(answer) == ["present", "present", "refused"])
        }

        @Test func `one key gives one answer, and another body under it is refused`()
            async throws
        {
            let rig = try rig()
            let body = DisclosureRig.body(
                [DisclosureRig.source("fund-account", rig.people.person(1), fields: ["JZNY"])],
                key: "same-key")
            let first = try await rig.call(.post, "/v1/proofs", json: body)
            let second = try await rig.call(.post, "/v1/proofs", json: body)
            #expect(first.status == 200 && first.text == second.text, "\(first.text)")
            let other = body.replacing("BJ-2026-0001", with: "BJ-2026-0002")
            let refused = try await rig.call(.post, "/v1/proofs", json: other)
            #expect(refused.status == 409)
            #expect(refused.code == "idempotency/other-body")
            let foreign = try await rig.call(
                .get, "/v1/proofs/\(first.body["id"]?.string ?? "")", as: rig.kiosk)
            #expect(foreign.code == "proof/not-found")
        }

        @Test func `a use-code opens one request, its replay none`() async throws {
            let rig = try rig()
            let licence = try #require(rig.people.licenceIdentifier(0))
            let made = try await rig.call(
                .post, "/v1/presentations",
                json: """
                    {"kind":"licence","reference":"\(licence)","serviceItem":"110000-LOAN-01",
                    "caseNumber":"BJ-2026-0001","officer":"window-3","mode":"holder"}
                    """)
            try #require(made.status == 201, "\(made.text)")
            let code = try #require(made.body["code"]?.string)
            func ask(_ code: String) async throws -> DisclosureRig.Answer {
                try await rig.ask(
                    "licence", licence, predicates: ["{\"id\":\"inForce\"}"],
                    sourceMore: ",\"presentation\":\"\(code)\"")
            }
            let used = try await ask(code)
            #expect(used.outcome == "present", "\(used.text)")
            let replayed = try await ask(code)
            #expect(replayed.code == "proof/replayed", "\(replayed.text)")
            #expect(try await ask("0123").code == "presentation/unknown")
        }

        @Test func `a grant that needs the holder's use-code answers to nothing less`()
            async throws
        {
            let rig = try rig()
            let licence = try #require(rig.people.licenceIdentifier(0))
            func code(_ mode: String) async throws -> String {
                let made = try await rig.call(
                    .post, "/v1/presentations",
                    json: """
                        {"kind":"licence","reference":"\(licence)","serviceItem":"110000-SHOW-01",
                        "caseNumber":"BJ-2026-0001","officer":"window-3","mode":"\(mode)"}
                        """)
                return try #require(made.body["code"]?.string, "\(made.text)")
            }
            func ask(_ code: String?) async throws -> DisclosureRig.Answer {
                let body = DisclosureRig.body([
                    DisclosureRig.source(
                        "licence", licence, predicates: ["{\"id\":\"inForce\"}"],
                        more: code.map { ",\"presentation\":\"\($0)\"" } ?? "")
                ]).replacing("110000-LOAN-01", with: "110000-SHOW-01")
                return try await rig.call(.post, "/v1/proofs", json: body)
            }
            for code in [nil, try await code("inspection")] {
                let refused = try await ask(code)
                #expect(refused.outcome == "refused", "\(refused.text)")
                #expect(refused.code == "policy/presentation-missing", "\(refused.text)")
                let counter = refused.first?["counter"]?["chineseNext"]?.string
                #expect(counter?.contains("用证码") == true)
            }
            let opened = try await ask(try await code("holder"))
            #expect(opened.outcome == "present", "\(opened.text)")
            // The signed request says it to whoever verifies the bundle later.
            #expect(try rig.words(opened) == ["present"])
            let cities = try await rig.call(.get, "/v1/cities")
            let kinds = cities.body["cities"]?.array?.flatMap { $0["kinds"]?.array ?? [] } ?? []
            #expect(kinds.contains { $0["presentation"]?.string == "holder" }, "\(cities.text)")
        }

        static let malformed: [(change: @Sendable (String) -> String, code: String)] = [
            ({ $0.replacing("\"officer\":\"window-3\",", with: "") }, "request/malformed"),
            ({ $0.replacing("\"officer\":", with: "\"office\":") }, "request/malformed"),
            ({ $0.replacing("window-3", with: "王 小明") }, "request/malformed"),
            ({ $0.replacing("window-3", with: "330106188001010014") }, "request/malformed"),
            ({ $0.replacing("3600", with: "0") }, "request/malformed"),
            ({ $0.replacing("\"330100\"", with: "\"999999\"") }, "city/unknown"),
            ({ $0.replacing("REFERENCE", with: "A,B") }, "policy/several-subjects"),
            ({ $0.replacing("\"REFERENCE\"", with: "[\"A\",\"B\"]") }, "policy/several-subjects"),
            ({ _ in "{" }, "request/malformed"),
            (
                { $0.replacing("\"officer\":", with: "\"officer\":\"x\",\"officer\":") },
                "request/malformed"
            ),
        ]

        @Test func `a request that is not in form is refused by its own code`() async throws {
            let rig = try rig()
            for (index, change) in Self.malformed.enumerated() {
                let body = DisclosureRig.body([
                    DisclosureRig.source("fund-account", "REFERENCE", fields: ["JZNY"])
                ])
                let answer = try await rig.call(.post, "/v1/proofs", json: change.change(body))
                #expect(answer.code == change.code, "\(index): \(answer.text)")
                #expect(answer.body["counterChinese"]?.string?.isEmpty == false)
            }
        }

        @Test func `two references in one city and kind are two persons`() async throws {
            let rig = try rig()
            let body = DisclosureRig.body(
                [0, 1].map {
                    DisclosureRig.source(
                        "fund-account", rig.people.person($0), fields: ["JZNY"])
                })
            let answer = try await rig.call(.post, "/v1/proofs", json: body)
            #expect(answer.code == "policy/several-subjects", "\(answer.text)")
        }

        @Test func `a second person is found under another name of the city, and in another kind`()
            async throws
        {
            let rig = try rig()
            let first = DisclosureRig.source(
                "fund-account", rig.people.person(0), fields: ["JZNY"])
            let other = rig.people.person(1)
            for second in [
                DisclosureRig.source(
                    "fund-account", other, city: "330100/330100000000000", fields: ["JZNY"]),
                DisclosureRig.source(
                    "drivers-licence", other, predicates: ["{\"id\":\"includesC1\"}"]),
                DisclosureRig.source(
                    "marriage", "01:\(other)", predicates: ["{\"id\":\"married\"}"]),
                DisclosureRig.source(
                    "marriage", "x:y:\(other)", predicates: ["{\"id\":\"married\"}"]),
                DisclosureRig.source(
                    "marriage", "03:E12345678", predicates: ["{\"id\":\"married\"}"]),
                DisclosureRig.source("residence-points", other, fields: ["JFZF"]),
            ] {
                let body = DisclosureRig.body([first, second])
                let answer = try await rig.call(.post, "/v1/proofs", json: body)
                #expect(answer.code == "policy/several-subjects", "\(answer.text)")
            }
        }

        @Test func `two licences of one request are two subjects, in whatever city`() async throws {
            let rig = try rig()
            let sources = try [(0, "330100"), (1, "110000")].map { person, city in
                DisclosureRig.source(
                    "licence", try #require(rig.people.licenceIdentifier(person)), city: city,
                    predicates: ["{\"id\":\"inForce\"}"])
            }
            let answer = try await rig.call(
                .post, "/v1/proofs", json: DisclosureRig.body(sources))
            #expect(answer.code == "policy/several-subjects", "\(answer.text)")
        }

        @Test func `the cities are listed with what each can answer and why not`() async throws {
            let rig = try rig()
            // After an earlier test the city may still be on its way back.
            var answer = try await rig.call(.get, "/v1/cities")
            for _ in 0..<100
            where answer.body["cities"]?.array?.first?["canAnswer"]?.bool != true {
                try await Task.sleep(for: .milliseconds(100))
                answer = try await rig.call(.get, "/v1/cities")
            }
            let cities = answer.body["cities"]?.array ?? []
            #expect(cities.count == 1, "\(answer.text)")
            let hangzhou = try #require(cities.first)
            #expect(hangzhou["canAnswer"]?.bool == true)
            let kinds = hangzhou["kinds"]?.array?.compactMap { $0["kind"]?.string } ?? []
            #expect(Set(kinds) == ["fund-account", "licence", "drivers-licence", "marriage"])
            let kiosk = try await rig.call(.get, "/v1/cities", as: rig.kiosk)
            let seen = kiosk.body["cities"]?.array?.first
            #expect(seen?["canAnswer"]?.bool == false, "no grant names it: \(kiosk.text)")
            #expect(seen?["code"]?.string == "policy/no-grant")
            #expect(seen?["kinds"]?.array?.isEmpty == true)
        }
    }
}
