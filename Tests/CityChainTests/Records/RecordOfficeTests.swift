// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import FoundationEssentials
import Glibc
import LightClient
import TestSupport
import Testing

/// The office's answers, and what a stranger can verify of them.
@Suite struct `Record office` {
    private let office: RecordOffice
    private let door: OfficeDoor
    private let people = SyntheticRecords(code: "431300")

    init() throws {
        let asOf = try #require(Timestamp(seconds: 1_793_491_200))
        office = try RecordOffice(
            code: "431300", people: 12, asOf: asOf, salts: .seeded(Array("test".utf8)))
        door = OfficeDoor(office, isLab: true) { asOf.adding(nanoseconds: 1_000_000_000) }
    }

    private func post(_ body: String, path: String = "/v1/disclose") throws -> (Int, JSONValue) {
        let response = door.answer(
            HTTPRequest(method: "POST", target: path, body: Array(body.utf8)))
        return (response.status, try JSONParser.parse(response.body))
    }

    private func ask(
        _ kind: String, _ reference: String, items: [String] = [], predicates: String = ""
    ) throws -> (Int, JSONValue) {
        let list = items.map { "\"\($0)\"" }.joined(separator: ",")
        return try post(
            """
            {"kind":"\(kind)","reference":"\(reference)","items":[\(list)],
             "predicates":[\(predicates)]}
            """)
    }

    private func code(_ answer: (Int, JSONValue)) -> String {
        #expect(answer.1["detail"]?.string?.isEmpty == false)
        return "\(answer.0) \(answer.1["code"]?.string ?? "")"
    }

    /// Reads an answer as a relay does.
    private func disclosure(_ answer: JSONValue) throws -> (RecordDisclosure, Digest) {
        func hex(_ value: JSONValue?) throws -> [UInt8] {
            try #require(value?.string.flatMap { Hex.decode($0) })
        }
        func number(_ value: JSONValue?) throws -> Int {
            guard case .number(let text)? = value else { throw TestFailure("no number") }
            return try #require(Int(text))
        }
        func path(_ item: JSONValue) throws -> FieldPath {
            FieldPath(
                leaf: try number(item["leaf"]),
                hashes: try (item["path"]?.array ?? []).map { try #require(Digest(try hex($0))) })
        }
        let fields = try (answer["fields"]?.array ?? []).map { item in
            DisclosedField(
                field: try SaltedField(
                    id: item["id"]?.string ?? "", text: item["value"]?.string ?? "",
                    salt: try FieldSalt(try hex(item["salt"]))), path: try path(item))
        }
        let predicates = try (answer["predicates"]?.array ?? []).map { item in
            DisclosedPredicate(
                id: item["id"]?.string ?? "",
                claim: item["value"] == nil
                    ? .atLeast(
                        try number(item["atLeast"]),
                        witness: try #require(Digest(try hex(item["witness"]))))
                    : try DisclosedPredicate.flag(item["value"]?.string ?? ""),
                salt: try FieldSalt(try hex(item["salt"])), path: try path(item))
        }
        return (
            RecordDisclosure(
                schemaID: answer["schemaId"]?.string ?? "",
                leafCount: try number(answer["leafCount"]), fields: fields, predicates: predicates),
            try #require(Digest(try hex(answer["root"])))
        )
    }

    @Test func `what it shows leads to the root that the chain has`() throws {
        let (status, answer) = try ask(
            "fund-account", people.person(1), items: ["XingMing", "GRZHZT", "GRZHYE", "JZNY"],
            predicates: """
                {"id":"monthsGE","atLeast":12},{"id":"SixMconFlag"},{"id":"noUnsettledLoan"}
                """)
        #expect(status == 200)
        let (shown, root) = try disclosure(answer)
        try shown.verify(root: root)
        let index = try #require(answer["index"]?.string.flatMap { RecordIndex($0) })
        let entry = try #require(try office.entries().first { $0.index == index })
        #expect(entry.state.fieldRoot == root)
        #expect(entry.state.status == "02")
        #expect(
            shown.fields.map { String(decoding: $0.field.value, as: UTF8.self) }.prefix(2)
                == ["李秀英", "02"])
        #expect(
            shown.predicates.map(\.claim).dropFirst() == [.flag(holds: true), .flag(holds: true)])
        #expect(answer["found"] == .bool(true))
    }

    @Test func `the cast has every state that a counter meets`() throws {
        let accounts = try (0..<9).map { number in
            try #require(
                try office.find(kind: "fund-account", reference: people.person(number)).record)
        }
        #expect(
            accounts.map(\.status) == ["01", "02", "06", "01", "02", "01", "05", "01", "04"])
        #expect(accounts[3].value("LoanEndFlag") == "1")
        #expect(accounts.map { $0.holds("noUnsettledLoan") }.filter { !$0 }.count == 2)
        #expect(!accounts[5].holds("SixMconFlag"))
        #expect(try PersonName(accounts[4].value("XingMing")).hasRareCharacter)
        #expect(try PersonName(accounts[7].value("XingMing")).hasPrivateUse)
        let licences = try (0..<9).map { number in
            try office.find(
                kind: "licence", reference: people.licenceIdentifier(number) ?? ""
            ).record?.status
        }
        #expect(licences == ["01", "02", "07", "05", "06", "01", "04", "03", "01"])
        let business = try #require(people.businessCode)
        #expect(
            try office.find(kind: "business-licence", reference: business).record?.status == "01")
    }

    @Test func `a person without a record has a place and nothing in it`() throws {
        let person = people.person(SyntheticRecords.absentPerson)
        let (status, answer) = try ask("fund-account", person, items: ["GRZHZT"])
        #expect(status == 200)
        #expect(answer["found"] == .bool(false))
        let place = try RecordIndex(
            key: office.indexKey, kind: "fund-account", reference: person)
        #expect(answer["index"]?.string == place.description)
        #expect(answer["root"] == nil && answer["fields"] == nil)
    }

    @Test func `what must not leave is refused, for absent people too`() throws {
        for number in [0, SyntheticRecords.absentPerson] {
            let person = people.person(number)
            func refused(_ items: [String], _ predicates: String = "") throws -> String {
                code(try ask("fund-account", person, items: items, predicates: predicates))
            }
            #expect(try refused(["SJHM"]) == "422 office/never-disclosed")
            #expect(try refused(["FrLoanFlag"]) == "422 office/never-disclosed")
            #expect(try refused(["LoanEndFlag"]) == "422 office/predicate-only")
            #expect(try refused(["LXJCYS"]) == "422 office/predicate-only")
            #expect(try refused(["nothing"]) == "422 office/unknown-field")
            #expect(try refused(["JZNY", "JZNY"]) == "422 office/asked-twice")
            #expect(try refused([], #"{"id":"nothing"}"#) == "422 office/unknown-predicate")
            #expect(try refused([], #"{"id":"monthsGE"}"#) == "422 office/predicate-form")
            #expect(
                try refused([], #"{"id":"SixMconFlag","atLeast":6}"#)
                    == "422 office/predicate-form")
        }
        let points = try ask("resident-points", people.person(0), items: ["JFZF"])
        #expect(code(points) == "422 office/withheld")
    }

    @Test func `a threshold is shown up to the count and not above`() throws {
        func months(_ text: String) throws -> (Int, JSONValue) {
            try ask(
                "fund-account", people.person(1),
                predicates: "{\"id\":\"monthsGE\",\"atLeast\":\(text)}")
        }
        for threshold in [1, 6, 14] {
            let (status, answer) = try months("\(threshold)")
            #expect(status == 200)
            let (shown, root) = try disclosure(answer)
            try shown.verify(root: root)
            var more = shown
            if case .atLeast(let k, let witness) = more.predicates[0].claim {
                more.predicates[0].claim = .atLeast(k + 1, witness: witness)
            }
            #expect(throws: FieldTreeError.otherRoot(field: "predicate/monthsGE")) {
                try more.verify(root: root)
            }
        }
        #expect(code(try months("15")) == "422 office/threshold-not-reached")
        for text in ["0", "601", "-1", "1.5", "1e3", "99999999999999999999", "\"12\""] {
            #expect(code(try months(text)) == "422 office/threshold-range", "\(text)")
        }
    }

    @Test func `a question out of form has a code and no echo of the person`() throws {
        let person = people.person(0)
        let cases = [
            ("", "400 office/not-json"), ("{", "400 office/not-json"),
            ("[]", "400 office/bad-request"), ("{}", "400 office/bad-request"),
            (#"{"kind":"fund-account"}"#, "400 office/bad-request"),
            (#"{"kind":1,"reference":"x"}"#, "400 office/bad-request"),
            (#"{"kind":"a","kind":"a","reference":"x"}"#, "400 office/bad-request"),
            (#"{"kind":"a","reference":"x","more":1}"#, "400 office/bad-request"),
            (#"{"kind":"a","reference":"x","items":"y"}"#, "400 office/bad-request"),
            (#"{"kind":"a","reference":"x","items":[1]}"#, "400 office/bad-request"),
            (#"{"kind":"a","reference":"x","predicates":[1]}"#, "400 office/bad-request"),
            (#"{"kind":"plates","reference":"x"}"#, "422 office/unknown-kind"),
            (
                "{\"kind\":\"fund-account\",\"reference\":\"\(person)0\"}",
                "422 office/reference-form"
            ),
            (#"{"kind":"licence","reference":"x"}"#, "422 office/reference-form"),
        ]
        for (body, expected) in cases {
            let answer = try post(body)
            #expect(code(answer) == expected, "\(body)")
            #expect(!String(decoding: answer.1.encoded, as: UTF8.self).contains(person))
        }
        let many = (0...OfficeDoor.itemLimit).map { "F\($0)" }
        #expect(code(try ask("fund-account", person, items: many)) == "400 office/bad-request")
    }

    @Test func `FORMATS.md lists every refusal with its status, and no other`() throws {
        let text = String(decoding: try Corpus.read("\(Corpus.root)/FORMATS.md"), as: UTF8.self)
        var listed: Set<String> = []
        for line in text.split(separator: "\n") where line.contains("| `office/") {
            let parts = line.split { "| `".contains($0) }
            listed.insert("\(parts[0]), \"\(parts[1])\"")
        }
        var told: Set<String> = []
        for name in ["OfficeError", "OfficeDoor", "RecordOffice"] {
            let path = "\(Corpus.root)/Sources/CityChain/Office/\(name).swift"
            let source = String(decoding: try Corpus.read(path), as: UTF8.self)
            for match in source.matches(of: /(4\d\d|500),\s*("office\/[a-z-]+")/) {
                told.insert("\(match.1), \(match.2)")
            }
        }
        #expect(told.count > 20)
        #expect(listed == told)
    }

    @Test func `there is no path that lists, searches or reads in bulk`() throws {
        for path in ["/", "/v1/records", "/v1/disclose/all", "/v1/search", "/status", "/websocket"]
        {
            for method in ["GET", "POST"] {
                let response = door.answer(HTTPRequest(method: method, target: path))
                #expect(response.status == 404, "\(method) \(path)")
            }
        }
        #expect(door.answer(HTTPRequest(method: "GET", target: "/v1/disclose")).status == 405)
        let closed = OfficeDoor(office, isLab: false) { .unixEpoch }
        let update = HTTPRequest(method: "POST", target: "/v1/lab/update")
        #expect(closed.answer(update).status == 404)
    }

    @Test func `a change brings new salts to every leaf, and the old revision answers until then`()
        throws
    {
        let licence = try #require(people.licenceIdentifier(0))
        let before = try #require(
            try office.find(kind: "licence", reference: licence).record)
        // The chain has the first revision.
        office.committed = { index in
            index == before.index ? (try? before.entry())?.state : nil
        }
        _ = try office.takeUnsettled(limit: 1_000)
        let (status, answer) = try post(
            "{\"kind\":\"licence\",\"reference\":\"\(licence)\",\"status\":\"07\"}",
            path: "/v1/lab/update")
        #expect(status == 200, "\(answer)")
        let pending = try office.takeUnsettled(limit: 1_000).first { $0.index == before.index }
        #expect(pending?.state.revision == 2)
        #expect(pending?.state.status == "07")
        let unchanged = try office.find(kind: "licence", reference: licence).record
        #expect(unchanged == before)
        // A second change waits for the first.
        let second = try post(
            "{\"kind\":\"licence\",\"reference\":\"\(licence)\",\"status\":\"01\"}",
            path: "/v1/lab/update")
        #expect(code(second) == "422 office/unsettled")
        office.committed = { index in index == before.index ? pending?.state : nil }
        let after = try #require(try office.find(kind: "licence", reference: licence).record)
        #expect(after.revision == 2)
        #expect(Set(after.salts.values).isDisjoint(with: before.salts.values))
        #expect(Set(after.decoys).isDisjoint(with: before.decoys))
        #expect(try after.tree().root == pending?.state.fieldRoot)
        #expect(!after.holds("inForce"))
    }

    @Test func `values are changed within their form alone`() throws {
        func update(_ rest: String) throws -> String {
            let (status, answer) = try post(
                "{\"kind\":\"fund-account\",\"reference\":\"\(people.person(0))\",\(rest)}",
                path: "/v1/lab/update")
            return "\(status) \(answer["code"]?.string ?? "")"
        }
        #expect(try update(#""values":{"GRZHYE":"1.5"}"#) == "422 office/field-form")
        #expect(try update(#""values":{"LJJF":"1"}"#) == "422 office/unknown-field")
        #expect(try update(#""status":"17""#) == "422 office/field-form")
        #expect(try update(#""values":{"GRZHYE":"1.50"},"status":"06""#) == "200 ")
        let absent = try post(
            "{\"kind\":\"marriage\",\"reference\":\"\(people.person(5))\",\"status\":\"02\"}",
            path: "/v1/lab/update")
        #expect(code(absent) == "422 office/no-record")
    }

    @Test func `salts are the system's unless a seed is given, and none is used twice`() throws {
        func make(_ salts: SaltSource) throws -> [RecordEntry] {
            try RecordOffice(code: "330100", people: 0, asOf: .unixEpoch, salts: salts).entries()
        }
        #expect(try make(.seeded([1])) == make(.seeded([1])))
        #expect(try make(.seeded([1])) != make(.seeded([2])))
        #expect(try make(.system) != make(.system))
        var seen: Set<FieldSalt> = []
        var count = 0
        for number in 0..<9 {
            let record = try #require(
                try office.find(kind: "fund-account", reference: people.person(number)).record)
            let all = Array(record.salts.values) + record.decoys
            seen.formUnion(all)
            count += all.count
        }
        #expect(seen.count == count)
    }

    @Test func `the file keeps everything, for its owner alone`() throws {
        let folder = "\(Corpus.root)/.build/office-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let path = "\(folder)/records.json"
        #expect(try RecordOffice.reopen(path: path, salts: .system, code: "330100") == nil)
        let made = try RecordOffice(
            code: "330100", people: 0, asOf: .unixEpoch, salts: .system, path: path)
        let rights = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect("\(rights ?? 0)" == "\(0o600)")
        let person = SyntheticRecords(code: "330100").person(2)
        try made.update(
            kind: "fund-account", reference: person, status: "01", values: [],
            asOf: Timestamp(unixNanoseconds: 1_793_491_200_000_000_001))
        let card = try made.rotateSealingKey(now: .unixEpoch)
        let again = try #require(
            try RecordOffice.reopen(path: path, salts: .system, code: "330100"))
        #expect(try again.card() == card)
        #expect(try again.entries() == made.entries())
        #expect(again.indexKey == made.indexKey)
        #expect(again.count == made.count)
        try Data("{}".utf8).write(to: URL(filePath: path))
        #expect(throws: NodeError.officeUnreadable(path: path)) {
            try RecordOffice.reopen(path: path, salts: .system, code: "330100")
        }
    }
}
