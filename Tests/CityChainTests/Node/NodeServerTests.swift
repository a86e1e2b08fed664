// SPDX-License-Identifier: Apache-2.0

import CityChain
import FoundationEssentials
import Glibc
import LightClient
import TestSupport
import Testing

/// One of the few tests with real sockets and the wall clock: a node on a thread, asked by curl and
/// by a websocket client.
@Suite struct NodeServerTests {
    private func configuration() -> NodeConfiguration {
        var configuration = NodeConfiguration(chainID: "loudi-431300-1", code: "431300")
        configuration.blockMilliseconds = 20
        configuration.people = 2
        configuration.isLab = true
        return configuration
    }

    @Test func `curl gets CometBFT's answers, bodies and statuses`() throws {
        let node = try RunningNode(configuration())
        defer { node.stop() }
        let base = "http://127.0.0.1:\(node.port)"
        let health = try curl(["-i", "\(base)/health"])
        #expect(health.hasPrefix("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"))
        #expect(health.hasSuffix("{\"jsonrpc\":\"2.0\",\"id\":-1,\"result\":{}}"))
        let status = try JSONParser.parse(Array(try curl(["\(base)/status"]).utf8))
        #expect(status["result"]?["node_info"]?["network"]?.string == "loudi-431300-1")
        let batch = #"[{"id":1,"method":"health"},{"id":"x","method":"commits"}]"#
        let answer = try JSONParser.parse(Array(try curl(["-d", batch, base]).utf8))
        #expect(answer.array?.map { $0["id"] } == [.int(1), .string("x")])
        let large = try curl(["-w", "%{http_code}", "--data-binary", "@-", base], input: 1_000_001)
        #expect(large.hasSuffix("request body too large\"}}400"))
        #expect(try curl(["-w", "%{http_code}", "\(base)/nothing"]).hasSuffix("404"))
        // Two requests on one connection.
        let twice = try curl(["-v", "\(base)/health", "\(base)/health"])
        #expect(twice.components(separatedBy: "\"result\":{}").count == 3)
    }

    @Test func `a websocket hears of blocks under the id of its subscription`() throws {
        let node = try RunningNode(configuration())
        defer { node.stop() }
        let socket = try WebSocketProbe(port: node.port)
        let call = #"{"jsonrpc":"2.0","id":7,"method":"subscribe","params":{"query":"#
        try socket.send(call + #""tm.event='NewBlockHeader'"}}"#)
        try socket.send(call.replacing(":7", with: ":8") + #""tm.event="}}"#)
        try socket.send(#"{"jsonrpc":"2.0","id":9,"method":"health","params":{}}"#)
        var answers: [String] = []
        var heights: [Int64] = []
        while heights.count < 3 {
            let message = try JSONParser.parse(try socket.receive())
            guard case .number(let id)? = message["id"] else { continue }
            let height = message["result"]?["data"]?["value"]?["header"]?["height"]?.string
            if let height, let number = Int64(height) {
                #expect(id == "7")
                heights.append(number)
            } else {
                answers.append(id)
            }
        }
        #expect(answers == ["7", "8", "9"])
        #expect(heights == [heights[0], heights[0] + 1, heights[0] + 2])
    }

    @Test func `faults are ordered by methods that only the laboratory has`() throws {
        let node = try RunningNode(configuration())
        defer { node.stop() }
        let base = "http://127.0.0.1:\(node.port)"
        #expect(try curl(["\(base)/lab_halt?halted=true"]).contains("\"result\":{}"))
        let block = try JSONParser.parse(Array(try curl(["\(base)/lab_block"]).utf8))
        #expect(block["result"]?["problem"]?.string == "halted")
        #expect(try curl(["\(base)/lab_halt?halted=false"]).contains("\"result\":{}"))
        let wrong = try curl(["\(base)/lab_power?name=%22nobody%22&power=5"])
        #expect(wrong.contains("unknownValidator"))
        var closed = configuration()
        closed.isLab = false
        let other = try RunningNode(closed)
        defer { other.stop() }
        #expect(try curl(["http://127.0.0.1:\(other.port)/lab_block"]).hasPrefix("404"))
    }

    @Test func `a node that is started again stands where it stopped`() throws {
        let home = "\(Corpus.root)/.build/citychain-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: home) }
        var configuration = configuration()
        configuration.directory = home
        var before: [JSONValue?] = []
        for run in 0..<2 {
            // Nothing is told to a node that goes: its memory is simply gone.
            let node = try CityNode(configuration)
            if run == 0 {
                for _ in 0..<5 { node.tick() }
                #expect(node.problem == nil)
            }
            let dispatcher = dispatcher(node.chain)
            let answers = ["commit", "validators", "abci_info", "block_results"].map {
                dispatcher.answerCall(
                    ["id": .int(1), "method": .string($0)], overWebSocket: false)
            }
            if run == 0 { before = answers } else { #expect(answers == before) }
            node.tick()
            #expect(node.chain.latestHeight == UInt64(6 + run))
            before = run == 0 ? latest(node, dispatcher) : before
        }
        configuration.people = 3
        #expect(throws: NodeError.self) { try CityNode(configuration) }
    }

    private func latest(_ node: CityNode, _ dispatcher: RPCDispatcher) -> [JSONValue?] {
        ["commit", "validators", "abci_info", "block_results"].map {
            dispatcher.answerCall(["id": .int(1), "method": .string($0)], overWebSocket: false)
        }
    }

    private func dispatcher(_ chain: CityChain.Chain) -> RPCDispatcher {
        var dispatcher = RPCDispatcher()
        let identity = NodeIdentity(
            nodeID: "", moniker: "", rpcAddress: "", validatorAddress: [])
        dispatcher.methods = NodeMethods(chain, identity: identity, genesis: [:]).all
        return dispatcher
    }
}
