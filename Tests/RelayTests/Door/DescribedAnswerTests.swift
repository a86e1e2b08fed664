// SPDX-License-Identifier: Apache-2.0

import RelayAPI
import RelayLaboratory
import TestSupport
import Testing

/// The judge of every answer in these tests, itself judged: a good answer passes, each bent one is
/// found.
@Suite struct `Answers as they are described` {
    static let id = String(repeating: "0a", count: 32)
    static let licence = """
        {"id":"\(id)","revision":2,
        "status":{"code":"01","chinese":"有效","english":"valid","asOf":"2026-11-27T08:00:00Z",
        "inForce":true,"final":false},
        "move":{"key":"k","side":"source","phase":"offered","phaseChinese":"已办理转出",
        "with":"110000000000000","lastRefusal":"licence/timed-out",
        "packets":[{"id":"out/07-tendermint-0/1","act":"offer","height":7}]}}
        """

    private func faults(
        _ body: String, _ method: String = "GET", _ path: String = "/v1/licences/\(id)",
        sent: String? = nil, status: Int = 200, contentType: String = "application/json"
    ) throws -> [String] {
        try DescribedAnswers.own.get().faults(
            of: DescribedAnswers.Exchange(
                method, path, sent: sent, status: status, contentType: contentType, body: body))
    }

    @Test func `a good answer is good`() throws {
        #expect(try faults(Self.licence) == [])
        #expect(try faults("{\"id\":\"\(Self.id)\",\"revision\":0}") == [])
        let error = "{\"code\":\"licence/not-found\",\"message\":\"m\",\"next\":\"n\"}"
        #expect(try faults(error, status: 404) == [])
        #expect(try faults("whatever", "GET", "/v1/operations/status") == [], "not described")
    }

    static let bent: [(from: String, to: String, says: String)] = [
        ("\"revision\":2,", "", "revision is missing"),
        ("\"revision\":2", "\"revision\":\"2\"", "no integer"),
        ("\"revision\":2", "\"revision\":2.5", "no integer"),
        ("\"revision\":2", "\"revision\":2,\"holder\":\"x\"", "holder is not described"),
        ("\"code\":\"01\"", "\"code\":\"08\"", "none of those listed"),
        ("\"inForce\":true", "\"inForce\":\"yes\"", "no boolean"),
        ("08:00:00Z", "08:00", "no RFC 3339 moment"),
        ("licence/timed-out", "licence/lost", "none of those listed"),
        ("\"id\":\"0a", "\"id\":\"0A", "not of the form"),
        ("\"height\":7", "\"height\":7,\"value\":\"x\"", "value is not described"),
        ("\"packets\":[{", "\"packets\":[7,{", "no object"),
        ("\"asOf\":\"2026-11-27T08:00:00Z\",", "", "asOf is missing"),
    ]

    @Test(arguments: bent)
    func `a bent answer is found`(_ change: (from: String, to: String, says: String)) throws {
        let text = Self.licence.replacing(change.from, with: change.to)
        #expect(text != Self.licence)
        let found = try faults(text)
        #expect(found.contains { $0.contains(change.says) }, "\(change.to): \(found)")
    }

    @Test func `a code that nobody published is found, and so is an error that says it is well`()
        throws
    {
        let error = "{\"code\":\"licence/odd\",\"message\":\"m\",\"next\":\"n\"}"
        #expect(try !faults(error, status: 404).isEmpty)
        #expect(try !faults(error, status: 200).isEmpty)
        #expect(try !faults(Self.licence, status: 201).isEmpty, "no such status here")
        #expect(try !faults(Self.licence, contentType: "text/plain").isEmpty)
        #expect(try !faults("[", status: 404).isEmpty)
        #expect(try !faults(Self.licence, "DELETE", status: 405).isEmpty)
    }

    @Test func `a body that was taken though it is not described is found`() throws {
        let good = "{\"identifier\":\"1.2\",\"officer\":\"w\",\"caseNumber\":\"c\"}"
        func taken(_ sent: String) throws -> [String] {
            try faults(Self.licence, "POST", "/v1/licences/find", sent: sent)
        }
        #expect(try taken(good) == [])
        #expect(try !taken(good.replacing("\"officer\":\"w\",", with: "")).isEmpty)
        #expect(try !taken(good.replacing("\"w\"", with: "\"王\"")).isEmpty)
    }

    @Test func `each event is judged by its own schema`() throws {
        func events(_ text: String) throws -> [String] {
            try faults(
                text, "GET", "/v1/licences/\(Self.id)/events", contentType: "text/event-stream")
        }
        let line = Self.licence.replacing("\n", with: "")
        #expect(try events("event: licence\ndata: \(line)\n\n: \n\n") == [])
        #expect(try !events("event: other\ndata: \(line)\n\n").isEmpty)
        let bent = line.replacing("\"inForce\":true", with: "\"inForce\":1")
        #expect(try !events("event: licence\ndata: \(bent)\n\n").isEmpty)
    }

    static let unknown: [String] = [
        #"{"type":"string","minContains":1}"#, #"{"type":"text"}"#, #"{"$ref":"other.json"}"#,
        ##"{"$ref":"#/components/schemas/Nothing"}"##, #"{"type":"string","format":"uri"}"#,
        #"{"type":"array","items":{"const":1}}"#, #"{"anyOf":[]}"#, #"{"pattern":"("}"#,
        #"{"type":"object","properties":{"a":{}},"required":["b"]}"#,
        #"{"type":"object","additionalProperties":{"not":{}}}"#,
    ]

    @Test(arguments: unknown)
    func `a schema that the judge does not wholly know is refused`(_ schema: String) throws {
        let judge = JSONSchema(document: try JSON.parse(OpenAPI.document))
        #expect(throws: JSONSchema.Trouble.self) {
            try judge.check(try JSON.parse(Array(schema.utf8)), at: "x")
        }
    }

    @Test func `bounds, and one of several, are judged`() throws {
        let judge = JSONSchema(document: .null)
        func faults(_ value: String, _ schema: String) throws -> Int {
            let schema = try JSON.parse(Array(schema.utf8))
            try judge.check(schema, at: "x")
            return try judge.faults(of: try JSON.parse(Array(value.utf8)), by: schema).count
        }
        let number = #"{"type":"integer","minimum":1,"maximum":3}"#
        for (value, count) in [("1", 0), ("3", 0), ("0", 1), ("4", 1), ("true", 1), ("null", 1)] {
            #expect(try faults(value, number) == count, "\(value)")
        }
        let list = #"{"type":"array","minItems":1,"maxItems":2,"items":{"maxLength":2}}"#
        for (value, count) in [
            ("[\"a\"]", 0), ("[]", 1), ("[1,2,3]", 1), ("[\"abc\",\"中文字\"]", 2),
        ] {
            #expect(try faults(value, list) == count, "\(value)")
        }
        let map = #"{"type":"object","maxProperties":1,"additionalProperties":{"type":"string"}}"#
        for (value, count) in [("{}", 0), ("{\"a\":\"b\"}", 0), ("{\"a\":1,\"b\":\"\"}", 2)] {
            #expect(try faults(value, map) == count, "\(value)")
        }
        let either = #"{"oneOf":[{"type":"string"},{"type":"string","maxLength":1}]}"#
        #expect(try faults("\"ab\"", either) == 0)
        #expect(try faults("\"a\"", either) == 1, "both fit")
        #expect(try faults("1", either) == 1)
    }
}
