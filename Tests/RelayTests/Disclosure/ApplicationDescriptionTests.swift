// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import FoundationEssentials
import RelayAPI
import RelayLaboratory
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// `openapi.json` against the program, and APPLICATIONS.md's examples against two cities.
extension `Relays among peers`.`Proofs about records` {
    private func description() throws -> JSON { try JSON.parse(OpenAPI.document) }

    @Test func `the description names the routes that the door has, and no others`() throws {
        let rig = try Self.shared.get()
        let routes = rig.harness.beijing.daemon.withLock { $0?.applicationRoutes } ?? []
        let paths = try #require(try description()["paths"]?.object)
        var described: Set<String> = []
        for (path, methods) in paths {
            for (method, operation) in methods.object ?? [:] {
                described.insert("\(method.uppercased()) \(path)")
                let named = path.split(separator: "{").dropFirst().map {
                    String($0.prefix { $0 != "}" })
                }
                let parameters = operation["parameters"]?.array ?? []
                let inPath = parameters.filter { $0["in"]?.string == "path" }
                #expect(inPath.compactMap { $0["name"]?.string } == named, "\(path)")
                #expect(operation["responses"]?["default"] != nil, "\(path)")
            }
        }
        #expect(described == Set(routes.map { "\($0.method.name) \($0.path)" }))
    }

    @Test func `a call whose body does not say that it is JSON is refused, whichever call it is`()
        async throws
    {
        let rig = try Self.shared.get()
        let relay = rig.harness.beijing
        let routes = relay.daemon.withLock { $0?.applicationRoutes } ?? []
        let taking = routes.filter { $0.method == .post }
        #expect(taking.count > 10)
        for route in taking {
            let path = route.path.replacing("{id}", with: String(repeating: "ab", count: 32))
                .replacing("{letter}", with: "TEXT01-261100001")
            let answer = try await APICaller.call(
                port: relay.daemon.withLock { $0?.apiPort } ?? 0, rig.hall,
                expected: relay.credentials.expected, .post, path, json: "{}", type: "text/plain")
            #expect(answer.status == 415, "\(path): \(answer.text)")
            #expect(answer.body["code"]?.string == "api/not-json", "\(path)")
        }
    }

    @Test func `the description lists every code, each once`() throws {
        let listed = try description()["components"]?["schemas"]?["Code"]?["enum"]?.array ?? []
        #expect(listed.compactMap(\.string) == CounterCode.allCases.map(\.rawValue))
        let letters =
            try description()["components"]?["schemas"]?["LetterCode"]?["enum"]?.array ?? []
        #expect(letters.compactMap(\.string) == LetterErrorCode.allCases.map(\.rawValue))
        let licences =
            try description()["components"]?["schemas"]?["LicenceCode"]?["enum"]?.array ?? []
        #expect(licences.compactMap(\.string) == LicenceErrorCode.allCases.map(\.rawValue))
    }

    @Test func `the description lists the states and acts of letters`() throws {
        let schemas = try description()["components"]?["schemas"]
        let states = schemas?["LetterStateCode"]?["enum"]?.array?.compactMap(\.string) ?? []
        #expect(Set(states) == Set(LetterState.allCases.map(\.rawValue)))
        let acts = schemas?["LetterWord"]?["properties"]?["act"]?["enum"]?.array ?? []
        #expect(Set(acts.compactMap(\.string)) == Set(LetterAct.allCases.map(\.rawValue)))
    }

    @Test func `the description's required members are those that a request may not leave out`()
        async throws
    {
        let rig = try Self.shared.get()
        let schema = try description()["components"]?["schemas"]?["ProofRequest"]
        let required = schema?["required"]?.array?.compactMap(\.string) ?? []
        let known = Set((schema?["properties"]?.object ?? [:]).keys)
        let text = DisclosureRig.body([
            DisclosureRig.source("fund-account", "A", fields: ["JZNY"])
        ])
        let body = try JSONDecoder().decode(RelayAPI.JSONValue.self, from: Data(text.utf8))
        guard case .object(let members) = body else {
            Issue.record("no object")
            return
        }
        #expect(Set(members.keys).isSubset(of: known))
        for name in required {
            let rest = RelayAPI.JSONValue.object(members.filter { $0.key != name })
            let text = String(decoding: try APIAnswer.encode(rest), as: UTF8.self)
            let answer = try await rig.call(.post, "/v1/proofs", json: text)
            #expect(answer.code == "request/malformed")
            #expect(answer.body["message"]?.string?.hasPrefix(name) == true, "\(answer.text)")
        }
    }

    @Test func `the door serves its description`() async throws {
        let rig = try Self.shared.get()
        let answer = try await rig.call(.get, "/v1/openapi.json")
        #expect(answer.status == 200)
        #expect(answer.body["openapi"]?.string == "3.1.0")
        let file = try Corpus.read(
            "\(Corpus.root)/Sources/Relay/API/Applications/openapi.json")
        #expect(answer.text == String(decoding: file, as: UTF8.self))
    }

    @Test(.enabled(if: Program.path("curl") != nil, "curl is not installed"))
    func `the examples for developers run as they stand`() async throws {
        let rig = try Self.shared.get()
        let page = String(
            decoding: try Corpus.read("\(Corpus.root)/APPLICATIONS.md"), as: UTF8.self)
        let port = rig.harness.beijing.daemon.withLock { $0?.apiPort } ?? 0
        let files = rig.hall.files
        let settings =
            [
                "RELAY=https://127.0.0.1:\(port)", "CERT=\(files.certificate)", "KEY=\(files.key)",
                "CA=\(files.authority)", "PERSON=\(rig.people.person(0))",
                "CENTRE=\(rig.harness.hangzhou.city.code)000000000",
            ] + (try LicenceRig.examples(of: rig.harness.beijing))
        try rig.introduce()
        // Licences are shown by the chain: it goes on meanwhile.
        let city = rig.harness.beijing.city
        let making = Task {
            while !Task.isCancelled {
                city.makeBlocks()
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        defer { making.cancel() }
        var outputs: [String] = []
        for (language, program) in [("sh", "/bin/sh"), ("python", "/usr/bin/python3")] {
            for block in page.components(between: "```\(language)\n", and: "```\n") {
                let file = rig.harness.beijing.folder.file("example")
                try Data(block.utf8).write(to: URL(filePath: file))
                let result = try Program.run(["/usr/bin/env"] + settings + [program, file])
                #expect(result.status == 0, "\(result.output)")
                outputs.append(result.output)
            }
        }
        try #require(outputs.count == 7)
        #expect(outputs[0].contains("\"canAnswer\":true"), "\(outputs[0])")
        #expect(outputs[1].contains("\"outcome\":\"present\""), "\(outputs[1])")
        #expect(outputs[2].contains("\"type\":\"BDC901/0\""), "\(outputs[2])")
        #expect(outputs[3].contains("\"inForce\":true"), "\(outputs[3])")
        #expect(outputs[4].contains("present"), "\(outputs[4])")
        #expect(outputs[6].contains("02 暂扣") && outputs[6].contains("01 有效"), "\(outputs[6])")
    }
}

extension String {
    /// What stands between each pair of marks.
    fileprivate func components(between start: String, and end: String) -> [String] {
        var found: [String] = []
        var rest = self[...]
        while let begin = rest.firstRange(of: start) {
            rest = rest[begin.upperBound...]
            guard let stop = rest.firstRange(of: end) else { break }
            found.append(String(rest[..<stop.lowerBound]))
            rest = rest[stop.upperBound...]
        }
        return found
    }
}
