// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import TestSupport
import Testing

/// Our node's answers beside those of real nodes, field by field.
@Suite struct RecordingShapeTests {
    private let ours: OwnAnswers

    init() throws { ours = try OwnAnswers.made.get() }

    private func expectSame(
        _ recorded: JSONValue?, _ ours: JSONValue?, _ name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        guard let recorded, let ours else {
            Issue.record("\(name): an answer is missing", sourceLocation: sourceLocation)
            return
        }
        let differences = ShapeComparison.differences(recorded: recorded, ours: ours)
        #expect(differences == [], "\(name)", sourceLocation: sourceLocation)
    }

    /// Texts of refusals that hold what only the Go decoder says; code and codespace must agree.
    private static let ownWords: Set<String> = ["broadcast: not a transaction"]

    @Test(arguments: try RecordedCalls.errors())
    func `a wrong question gets the answer that the node gave`(call: RecordedCall) throws {
        let answer = try #require((call.isPruned ? ours.pruned : ours.byCall)[call.key])
        if call.response["error"] != nil {
            #expect(answer == call.response, "\(call.label)")
            return
        }
        if RecordingShapeTests.ownWords.contains(call.label) {
            #expect(answer["result"]?["code"] == call.response["result"]?["code"])
            #expect(answer["result"]?["codespace"] == call.response["result"]?["codespace"])
            return
        }
        let recorded = try #require(call.response["result"])
        if let refusal = recorded["response"], refusal["code"] != .number("0") {
            #expect(answer == call.response, "\(call.label)")
            return
        }
        // What a store holds at a height is each chain's own; its form is not.
        let ownState = ["tx", "tx_search", "block_search", "blockchain", "abci_query"]
        if ownState.contains(call.method), isAbsent(answer) != isAbsent(call.response) { return }
        expectSame(call.response, answer, call.label)
    }

    /// Whether an answer says that there is nothing: no result, no value, no transaction.
    private func isAbsent(_ answer: JSONValue) -> Bool {
        guard let result = answer["result"] else { return true }
        if let response = result["response"] { return response["value"] == .null }
        return result["total_count"]?.string == "0"
    }

    @Test func `a tip that is not executed yet is answered alike`() throws {
        for call in try RecordedCalls.race(tip: OwnAnswers.height + 1) {
            let answer = try #require(ours.early[call.key])
            // Only the heights differ.
            let texts = [call.response, answer].map { value in
                String(decoding: value.encoded, as: UTF8.self)
                    .split { $0.isNumber }.joined(separator: "#")
            }
            #expect(texts[0] == texts[1], "\(call.method)")
        }
    }

    @Test(arguments: [
        "health", "abci_info", "consensus_params", "unconfirmed_txs", "num_unconfirmed_txs",
    ])
    func `what a node says of itself has its members`(method: String) throws {
        let line = try RecordedCalls.lines("node").first { $0["method"]?.string == method }
        expectSame(line?["response"], ours.byCall[method], method)
    }

    @Test func `status has every member`() throws {
        for line in try RecordedCalls.lines("status").dropFirst(10).prefix(3) {
            expectSame(line["response"], ours.byCall["status"], "status")
        }
    }

    @Test func `net_info differs by its peers alone`() throws {
        let line = try RecordedCalls.lines("node").first { $0["method"]?.string == "net_info" }
        guard case .object(let recorded)? = line?["response"]?["result"],
            case .object(let mine)? = ours.byCall["net_info"]?["result"]
        else { throw TestFailure("no net_info") }
        #expect(recorded.map(\.name) == mine.map(\.name))
        #expect(mine.last?.value == [])
    }

    /// Heights in which something happens on our chain; the rest is empty.
    static let eventful: UInt64 = 45

    /// Every height of ours must look like some height of the recording.
    @Test(arguments: [
        ("commit", "commits"), ("header", "headers"), ("block", "blocks"),
        ("validators", "validators"),
    ])
    func `what belongs to a height looks like the recording`(method: String, file: String) throws {
        let recorded = try RecordedCalls.lines(file).compactMap { $0["response"] }
        var kinds: Set<Int> = []
        for height in 1...RecordingShapeTests.eventful {
            let answer = try #require(ours.byCall["\(method) \(height)"])
            // Most heights look like the last that fitted: try that one first.
            let order = Array(kinds) + recorded.indices
            let match = order.first {
                ShapeComparison.differences(recorded: recorded[$0], ours: answer).isEmpty
            }
            guard let match else {
                expectSame(recorded[min(Int(height), recorded.count) - 1], answer, "\(height)")
                continue
            }
            kinds.insert(match)
        }
        #expect(!kinds.isEmpty)
    }

    @Test func `the commit at the tip is not canonical, as recorded`() throws {
        let line = try RecordedCalls.lines("tip").first {
            $0["method"]?.string == "commit"
                && $0["response"]?["result"]?["canonical"] == .bool(false)
        }
        expectSame(line?["response"], ours.byCall["tip"], "tip")
        #expect(ours.byCall["tip"]?["result"]?["canonical"] == .bool(false))
    }

    @Test func `a transaction is found with its proof and without`() throws {
        let recorded = try RecordedCalls.lines("tx").compactMap { $0["response"] }
        let mine = ours.byCall.filter {
            $0.key.hasPrefix("tx ") && $0.key.split(separator: " ").count == 3
        }
        #expect(mine.count > 10)
        for (name, answer) in mine where answer["result"]?["tx_result"]?["code"] == .number("0") {
            let fits = recorded.contains {
                ShapeComparison.differences(recorded: $0, ours: answer).isEmpty
            }
            #expect(fits, "\(name)")
        }
        for method in ["tx_search", "block_search"] {
            let lines = try RecordedCalls.lines(method).compactMap { $0["response"] }
            let answer = try #require(ours.byCall[method])
            #expect(answer["result"]?["total_count"]?.string != "0")
            let best = lines.map { ShapeComparison.differences(recorded: $0, ours: answer) }
                .min { $0.count < $1.count }
            #expect(best == [], "\(method)")
        }
    }

    @Test func `every result has the events of the same messages in the recording, in order`()
        throws
    {
        var recorded: [String: Set<[String]>] = [:]
        for code in ["330100", "110000"] {
            for line in try RecordedCalls.lines("block_results", code: code) {
                for result in line["response"]?["result"]?["txs_results"]?.array ?? [] {
                    recorded[ShapeComparison.situation(result), default: []].insert(
                        ShapeComparison.eventLines(result["events"]))
                }
            }
        }
        var compared: Set<String> = []
        for height in 1...RecordingShapeTests.eventful {
            let result = ours.byCall["block_results \(height)"]?["result"]
            for transaction in result?["txs_results"]?.array ?? [] {
                let situation = ShapeComparison.situation(transaction)
                guard let known = recorded[situation] else { continue }
                compared.insert(situation)
                let lines = ShapeComparison.eventLines(transaction["events"])
                #expect(known.contains(lines), "\(situation): \(lines)")
            }
        }
        // Create, register, send, update with receives, acknowledge, timeout, no-op, refused send …
        #expect(compared.count >= 9, "\(compared)")
    }

    @Test func `block results have every member, null where nothing happened`() throws {
        let recorded = try RecordedCalls.lines("block_results")
            .compactMap { $0["response"]?["result"] }
        var seen: Set<String> = []
        for height in 1...RecordingShapeTests.eventful {
            let answer = try #require(ours.byCall["block_results \(height)"]?["result"])
            guard case .object(let members) = answer, case .object(let names) = recorded[0] else {
                throw TestFailure("block_results \(height)")
            }
            #expect(members.map(\.name) == names.map(\.name))
            // A set change of ours comes without the staking messages of the recording, so each
            // member is compared by itself.
            for member in members {
                let isEmpty = member.value == .null
                let fits = recorded.contains { line in
                    line[member.name].map {
                        ShapeComparison.differences(recorded: $0, ours: member.value).isEmpty
                    } ?? false
                }
                #expect(fits, "block_results \(height) \(member.name)")
                if !isEmpty { seen.insert(member.name) }
            }
        }
        #expect(
            seen.isSuperset(of: ["txs_results", "finalize_block_events", "validator_updates"]))
    }

    @Test(arguments: ["NewBlock", "NewBlockHeader", "NewBlockEvents", "Tx", "ValidatorSetUpdates"])
    func `websocket messages look like the recording`(kind: String) throws {
        let files = ["websocket", "websocket-events"]
        let recorded = try files.flatMap { try RecordedCalls.lines($0) }
            .compactMap { $0["received"] }
            .filter {
                $0["result"]?["data"]?["type"]?.string == "tendermint/event/\(kind)"
            }
        let mine = try #require(ours.announcements[kind])
        #expect(!recorded.isEmpty)
        var fitting = 0
        for message in mine {
            // The names in `events` depend on what happened; they are compared by the results'
            // test.
            let fits = recorded.contains {
                ShapeComparison.differences(recorded: data($0), ours: data(message)).isEmpty
            }
            if fits { fitting += 1 }
        }
        // Each kind of message was recorded in few situations; ours must meet those.
        #expect(fitting > 0)
        let uniform = ["NewBlockHeader", "ValidatorSetUpdates"]
        if uniform.contains(kind) { #expect(fitting == mine.count) }
        #expect(mine.allSatisfy { $0["result"]?["events"]?["tm.event"] == [.string(kind)] })
    }

    private func data(_ message: JSONValue) -> JSONValue { message["result"]?["data"] ?? .null }
}
