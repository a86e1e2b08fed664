// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import FoundationEssentials
import Glibc
import LightClient
import TestSupport
import Testing

/// A node with its record office, asked by curl. Blocks are made on demand: nothing waits.
@Suite struct `Record office beside a node` {
    private let people = SyntheticRecords(code: "431300")

    private func configuration(_ home: String?) -> NodeConfiguration {
        var configuration = NodeConfiguration(chainID: "loudi-431300-1", code: "431300")
        configuration.blockMilliseconds = 0
        configuration.people = 2
        configuration.isLab = true
        configuration.office = NodeConfiguration.Listening()
        configuration.directory = home
        return configuration
    }

    private func post(_ node: RunningNode, _ path: String, _ body: String) throws -> JSONValue {
        let port = try #require(node.officePort)
        return try JSONParser.parse(
            Array(try curl(["-d", body, "http://127.0.0.1:\(port)\(path)"]).utf8))
    }

    private func block(_ node: RunningNode) throws {
        _ = try curl(["http://127.0.0.1:\(node.port)/lab_block"])
    }

    private func state(_ node: RunningNode, _ index: String) throws -> RecordState? {
        let key = "0x" + Hex.encode(RecordIndex.keyPrefix) + index
        let url =
            "http://127.0.0.1:\(node.port)/abci_query?path=%22/store/records/key%22&data=\(key)"
        let answer = try JSONParser.parse(Array(try curl([url]).utf8))
        let value = answer["result"]?["response"]?["value"]?.string.flatMap { Base64.decode($0) }
        guard let value, !value.isEmpty else { return nil }
        return try RecordState(stored: value)
    }

    @Test func `a change at the counter stands on the chain two blocks later, and survives`() throws
    {
        let home = "\(Corpus.root)/.build/office-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: home) }
        let person = people.person(0)
        let question =
            "{\"kind\":\"fund-account\",\"reference\":\"\(person)\",\"items\":[\"GRZHZT\"]}"
        var root: String?
        do {
            let node = try RunningNode(configuration(home))
            defer { node.stop() }
            for _ in 0..<3 { try block(node) }
            let first = try post(node, "/v1/disclose", question)
            let index = try #require(first["index"]?.string)
            #expect(try state(node, index)?.fieldRoot.description == first["root"]?.string)
            let change = question.replacing(",\"items\":[\"GRZHZT\"]", with: ",\"status\":\"06\"")
            #expect(try post(node, "/v1/lab/update", change)["revision"] == .number("2"))
            // Offered after the first block, carried by the second.
            try block(node)
            #expect(try post(node, "/v1/disclose", question)["root"] == first["root"])
            try block(node)
            let second = try post(node, "/v1/disclose", question)
            #expect(second["fields"]?.array?.first?["value"]?.string == "06")
            let kept = try #require(try state(node, index))
            #expect(kept.revision == 2 && kept.status == "06")
            #expect(kept.fieldRoot.description == second["root"]?.string)
            root = second["root"]?.string
        }
        let again = try RunningNode(configuration(home))
        defer { again.stop() }
        #expect(try post(again, "/v1/disclose", question)["root"]?.string == root)
    }

    @Test func `an office whose file was changed while the chain stood catches up`() throws {
        let home = "\(Corpus.root)/.build/office-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: home) }
        var index = ""
        do {
            let node = try RunningNode(configuration(home))
            defer { node.stop() }
            for _ in 0..<3 { try block(node) }
        }
        let office = try #require(
            try RecordOffice.reopen(path: "\(home)/records.json", salts: .system, code: "330100"))
        index = try office.update(
            kind: "fund-account", reference: people.person(1), status: "01", values: [],
            asOf: Timestamp(unixNanoseconds: 1_893_491_200_000_000_000)
        ).index.description
        let node = try RunningNode(configuration(home))
        defer { node.stop() }
        #expect(try state(node, index)?.revision == 1)
        try block(node)
        try block(node)
        #expect(try state(node, index)?.revision == 2)
    }

    @Test func `the office listens on loopback alone`() {
        var configuration = configuration(nil)
        configuration.office = NodeConfiguration.Listening(host: "0.0.0.0")
        #expect(throws: NodeError.officeNotLoopback(host: "0.0.0.0")) {
            try CityNode(configuration)
        }
    }
}
