// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import TestSupport
import Testing

/// Bodies and URIs as they were sent to a real node, and what came back: status, type and body.
@Suite struct RecordingHTTPTests {
    private let dispatcher: RPCDispatcher

    init() throws {
        let city = try TestCity(code: "330100", name: "hangzhou", people: 0)
        while city.chain.latestHeight < 246 { try city.makeBlocks() }
        dispatcher = OwnAnswers.dispatcher(city)
    }

    private func status(_ line: JSONValue) -> Int {
        guard case .number(let text)? = line["status"] else { return 0 }
        return Int(text) ?? 0
    }

    private func expect(
        _ line: JSONValue, _ response: HTTPResponse, _ name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let recorded = line["response_text"]?.string ?? ""
        let text = String(decoding: response.body, as: UTF8.self)
        #expect(response.status == status(line), "\(name)", sourceLocation: sourceLocation)
        #expect(
            (response.contentType ?? "") == line["content_type"]?.string, "\(name)",
            sourceLocation: sourceLocation)
        if recorded.hasPrefix("<html>") {
            #expect(text.hasPrefix(String(recorded.prefix(200))), sourceLocation: sourceLocation)
            return
        }
        guard let parsed = try? JSONParser.parse(Array(recorded.utf8)), parsed["error"] == nil
        else {
            #expect(text == recorded, "\(name)", sourceLocation: sourceLocation)
            return
        }
        let differences = ShapeComparison.differences(
            recorded: parsed, ours: try JSONParser.parse(response.body))
        #expect(differences == [], "\(name)", sourceLocation: sourceLocation)
    }

    @Test func `bodies get the recorded answers`() throws {
        let host = [HTTPField(name: "host", value: "127.0.0.1:26000")]
        for line in try RecordedCalls.lines("errors-raw") {
            let body = Array((line["body"]?.string ?? "").utf8)
            let request = HTTPRequest(method: "POST", target: "/", fields: host, body: body)
            try expect(line, dispatcher.answer(request), line["label"]?.string ?? "")
        }
    }

    @Test func `URIs get the recorded answers`() throws {
        let host = [HTTPField(name: "host", value: "127.0.0.1:26000")]
        for line in try RecordedCalls.lines("http-get") {
            let target = try #require(line["get"]?.string)
            // A chain without packets has none to show.
            if target.hasPrefix("/tx_search") || target.hasPrefix("/abci_query") { continue }
            let request = HTTPRequest(method: "GET", target: target, fields: host)
            try expect(line, dispatcher.answer(request), target)
        }
    }
}
