// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import TestSupport
import Testing

@Suite struct `JSON-RPC as CometBFT speaks it` {
    private func dispatcher() -> RPCDispatcher {
        var dispatcher = RPCDispatcher()
        dispatcher.methods["health"] = RPCMethod { _ throws(RPCError) in [:] }
        dispatcher.methods["commit"] = RPCMethod([Parameter("height", .integer)]) {
            arguments throws(RPCError) in
            ["height": arguments.integer("height").map { .text($0) } ?? .null]
        }
        dispatcher.methods["tx"] = RPCMethod([
            Parameter("hash", .base64Bytes), Parameter("prove", .bool),
        ]) { arguments throws(RPCError) in
            let hash = Hex.encode(arguments.bytes("hash")).uppercased()
            throw .internal("tx (\(hash)) not found")
        }
        dispatcher.methods["abci_query"] = RPCMethod([
            Parameter("path", .string), Parameter("data", .hexBytes),
            Parameter("height", .integer), Parameter("prove", .bool),
        ]) { arguments throws(RPCError) in
            ["path": .string(arguments.string("path")), "data": .hex(arguments.bytes("data"))]
        }
        return dispatcher
    }

    private func post(_ body: String) -> (status: Int, text: String) {
        let request = HTTPRequest(method: "POST", target: "/", body: Array(body.utf8))
        let response = dispatcher().answer(request)
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    private func get(_ target: String) -> (status: Int, text: String) {
        let response = dispatcher().answer(HTTPRequest(method: "GET", target: target))
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    /// Bodies and answers as a real node gave them (errors-raw.jsonl, errors.jsonl).
    static let posts: [(body: String, status: Int, answer: String)] = [
        (
            #"{"jsonrpc":"#, 500,
            #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error. Invalid JSON","#
                + #""data":"error unmarshaling request: unexpected end of JSON input"}}"#
        ),
        (#"{"jsonrpc":"2.0","method":"health","params":{}}"#, 200, ""),
        (
            #"[{"jsonrpc":"2.0","id":1,"method":"tx","params":{"hash":"AA=="}}]"#, 200,
            #"{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"Internal error","#
                + #""data":"tx (00) not found"}}"#
        ),
        (
            #"{"jsonrpc":"2.0","id":9007199254740993,"method":"health","params":{}}"#, 200,
            #"{"jsonrpc":"2.0","id":9007199254740992,"result":{}}"#
        ),
        (
            #"{"jsonrpc":"2.0","id":"abc","method":"health","params":{}}"#, 200,
            #"{"jsonrpc":"2.0","id":"abc","result":{}}"#
        ),
        (#"{"id":1,"method":"health"}"#, 200, #"{"jsonrpc":"2.0","id":1,"result":{}}"#),
        (
            #"{"id":1,"method":"commits","params":{}}"#, 200,
            #"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}}"#
        ),
        (
            #"{"id":1,"method":"commit","params":{"height":5}}"#, 200,
            #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Invalid params","data":"#
                + #""error converting json params to arguments: invalid 64-bit integer encoding "#
                + #"\"5\", expected string"}}"#
        ),
        (
            #"{"id":1,"method":"commit","params":{"height":"five"}}"#, 200,
            #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Invalid params","data":"#
                + #""error converting json params to arguments: invalid character 'i' in literal "#
                + #"false (expecting 'a')"}}"#
        ),
        (
            #"{"id":1,"method":"commit","params":["5"]}"#, 200,
            #"{"jsonrpc":"2.0","id":1,"result":{"height":"5"}}"#
        ),
        (
            #"{"id":1,"method":"commit","params":{"hight":"5"}}"#, 200,
            #"{"jsonrpc":"2.0","id":1,"result":{"height":null}}"#
        ),
        (
            #"{"id":1,"method":"abci_query","params":{"data":"zz"}}"#, 200,
            #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Invalid params","data":"#
                + #""error converting json params to arguments: encoding/hex: invalid byte: "#
                + #"U+007A 'z'"}}"#
        ),
        (
            #"{"id":1,"method":"tx","params":{"hash":"%%%"}}"#, 200,
            #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Invalid params","data":"#
                + #""error converting json params to arguments: illegal base64 data at input byte "#
                + #"0"}}"#
        ),
    ]

    @Test(arguments: posts)
    func `a posted body gets the answer a node gave`(
        body: String, status: Int, answer: String
    ) {
        let got = post(body)
        #expect(got.status == status)
        #expect(got.text == answer)
    }

    @Test func `eleven calls are refused without an id`() {
        let call = #"{"jsonrpc":"2.0","id":1,"method":"health","params":{}}"#
        let ten = "[" + Array(repeating: call, count: 10).joined(separator: ",") + "]"
        #expect(post(ten).text.hasPrefix(#"[{"jsonrpc":"2.0","id":1,"result":{}},"#))
        let eleven = "[" + Array(repeating: call, count: 11).joined(separator: ",") + "]"
        #expect(
            post(eleven).text
                == #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request","data":"#
                + #""batch request exceeds maximum (10) allowed number of requests"}}"#)
    }

    @Test func `a URI call answers with id -1 and errors with status 500`() {
        #expect(get("/health").text == #"{"jsonrpc":"2.0","id":-1,"result":{}}"#)
        #expect(get("/commit?height=241").text.hasSuffix(#""result":{"height":"241"}}"#))
        let bad = get("/commit?height=abc")
        #expect(bad.status == 500)
        #expect(
            bad.text
                == #"{"jsonrpc":"2.0","id":-1,"error":{"code":-32602,"message":"Invalid params","#
                + #""data":"error converting http params to arguments: invalid 64-bit integer "#
                + #"encoding \"abc\", expected string"}}"#)
        let query = get("/abci_query?path=%22/store/ibc/key%22&data=0x6e65&height=1&prove=true")
        #expect(query.text.hasSuffix(#""result":{"path":"/store/ibc/key","data":"6E65"}}"#))
        #expect(get("/nonsense").status == 404)
        #expect(get("/nonsense").text == "404 page not found\n")
    }

    @Test func `an oversized body gets status 400 and no id`() {
        var request = HTTPRequest(method: "POST", target: "/")
        request.bodyTooLarge = true
        let response = dispatcher().answer(request)
        #expect(response.status == 400)
        #expect(
            String(decoding: response.body, as: UTF8.self)
                == #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request","data":"#
                + #""error reading request body: http: request body too large"}}"#)
    }

    @Test func `JSON survives reading and writing`() throws {
        let text = #"{"a":[1,-2.5e3,"\u003ctext\u003e \"quoted\"",null,true,{}],"b":""}"#
        let value = try JSONParser.parse(Array(text.utf8))
        #expect(String(decoding: value.encoded, as: UTF8.self) == text)
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array("{\"a\":1,}".utf8)) }
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(Array("[1] 2".utf8)) }
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONSyntaxError.tooDeep) { try JSONParser.parse(Array(deep.utf8)) }
        #expect(try JSONParser.parse(Array(#""\ud83d\ude00""#.utf8)) == .string("😀"))
    }

    @Test func `moments are written as Go writes them`() throws {
        #expect(Timestamp.goZero.rfc3339 == "0001-01-01T00:00:00Z")
        #expect(Timestamp.unixEpoch.rfc3339 == "1970-01-01T00:00:00Z")
        let moment = try #require(Timestamp(seconds: 1_795_252_273, nanoseconds: 682_068_290))
        #expect(moment.rfc3339 == "2026-11-21T09:11:13.68206829Z")
        #expect(Timestamp.latest.rfc3339 == "9999-12-31T23:59:59.999999999Z")
        #expect(Timestamp(seconds: 951_782_400)?.rfc3339 == "2000-02-29T00:00:00Z")
    }
}
