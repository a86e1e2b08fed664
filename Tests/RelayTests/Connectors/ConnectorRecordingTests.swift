// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayTransport
import TestSupport
import Testing

/// What real nodes answer at the tip, on pruned heights and on failures, and what the connector
/// makes of it (cometbft-ibc §5, building-cometbft §6). None of it is read as absence.
@Suite struct `Connector on recorded nodes` {
    typealias NodeError = RelayConnectors.NodeError

    /// The code that a decoded answer ends with; nil when it is usable.
    private func trouble<Value>(_ result: Result<Value, NodeError>) -> NodeError.Code? {
        if case .failure(let error) = result { error.code } else { nil }
    }

    /// How the connector's reader of this method judges a recorded answer.
    private func judge(_ call: RecordedCall) throws -> NodeError.Code? {
        switch call.method {
        case "abci_query":
            let key = call.parameter("data").flatMap { Hex.decode($0) } ?? []
            let state = call.parameter("height").flatMap { UInt64($0) } ?? 0
            let path = call.parameter("path") ?? ""
            return trouble(
                call.decoded(as: RPCQuery.self).flatMap { answer in
                    path.hasPrefix("/ibc.") || path.hasPrefix("/cosmos.")
                        ? StateQueries.value(answer.response, path, "recorded").map { _ in () }
                        : ProofSource.read(
                            answer.response, key: key, state: state, node: "recorded"
                        ).map { _ in () }
                })
        case "block_results": return trouble(call.decoded(as: RPCBlockResults.self))
        case "commit": return trouble(call.decoded(as: RPCCommitAnswer.self))
        case "block": return trouble(call.decoded(as: RPCBlock.self))
        case "header": return trouble(call.decoded(as: RPCHeaderAnswer.self))
        case "validators": return trouble(call.decoded(as: RPCValidators.self))
        case "consensus_params": return trouble(call.decoded(as: RPCConsensusParameters.self))
        case "tx": return trouble(call.decoded(as: RPCTransaction.self))
        case "tx_search": return trouble(call.decoded(as: RPCTransactionSearch.self))
        default: return trouble(call.decoded(as: RPCStatus.self))
        }
    }

    @Test func `answers that came before the block was executed are asked for again`() throws {
        let calls = try RecordedCall.all("race")
        try #require(!calls.isEmpty)
        for (_, call) in calls {
            let code = try judge(call)
            // Without proof the answer looks like absence: it has none, so it is a wrong answer.
            let wanted: Set<NodeError.Code> = [.notExecutedYet, .wrongAnswer]
            #expect(
                code.map { wanted.contains($0) } == true, "\(call.key): \(String(describing: code))"
            )
            if call.method != "abci_query" { #expect(code == .notExecutedYet, "\(call.key)") }
        }
    }

    @Test func `heights in the future are waited for, pruned ones sent to another node`() throws {
        var future = 0
        var pruned = 0
        for (_, call) in try RecordedCall.all("errors") {
            if call.label == "height in the future" {
                #expect(try judge(call) == .notExecutedYet, "\(call.key)")
                future += 1
            }
            if call.label == "height pruned from the block store" {
                #expect(try judge(call) == .pruned, "\(call.key)")
                pruned += 1
            }
        }
        #expect(future > 0 && pruned > 0)
    }

    @Test func `no query at a height that a node does not hold is an absence`() throws {
        var judged = 0
        for (_, call) in try RecordedCall.all("errors")
        where call.label.hasPrefix("query height in the future")
            || call.label.hasPrefix("height pruned from the state store")
            || call.label.hasPrefix("gRPC at a height in the future")
        {
            let code = try judge(call)
            #expect(code == .notExecutedYet || code == .wrongAnswer, "\(call.label)")
            judged += 1
        }
        #expect(judged > 0)
    }

    @Test func `no answer without a proof about the asked key and height gives a value`() throws {
        let usable: Set<String> = ["proof at height 2", "recent height on the pruned node"]
        for (_, call) in try RecordedCall.all("errors")
        where call.method == "abci_query" && !usable.contains(call.label) {
            guard call.parameter("path")?.hasPrefix("/store") != false else { continue }
            let isProven = call.response?["proofOps"].map { $0 != .null } ?? false
            if !isProven { #expect(try judge(call) != nil, "\(call.label)") }
        }
        // A genuine proof, for another key and for another height than asked.
        let genuine = try #require(
            try RecordedCall.all("proofs").first { $0.call.response?["proofOps"]?["ops"] != nil }?
                .call)
        let answer = try genuine.decoded(as: RPCQuery.self).get().response
        let key = try #require(genuine.parameter("data").flatMap { Hex.decode($0) })
        let height = try #require(genuine.parameter("height").flatMap { UInt64($0) })
        let read = { (key: [UInt8], height: UInt64) in
            trouble(ProofSource.read(answer, key: key, state: height, node: "recorded"))
        }
        #expect(read(key, height) == nil)
        #expect(read(key + [1], height) == .wrongAnswer)
        #expect(read(key, height + 1) == .wrongAnswer)
    }

    @Test func `only not found of the application itself says that something is not there`() throws
    {
        var absent = 0
        for (_, call) in try RecordedCall.all("queries") + RecordedCall.all("errors")
        where call.method == "abci_query" {
            let path = call.parameter("path") ?? ""
            guard path.hasPrefix("/ibc.") || path.hasPrefix("/cosmos."),
                let answer = try? call.decoded(as: RPCQuery.self).get().response,
                case .failure(let error) = StateQueries.value(answer, path, "recorded")
            else { continue }
            #expect(error.saysNotFound == answer.log.contains("code = NotFound"), "\(answer.log)")
            if error.saysNotFound { absent += 1 }
        }
        #expect(absent > 0)
    }

    @Test func `bodies that are no JSON-RPC answer are a bad answer`() throws {
        for (_, call) in try RecordedCall.all("errors-raw") {
            guard let text = call.line["response_text"]?.string else { continue }
            let results = RPCDecoder.decode(
                Array(text.utf8), [RPCCall("status"), RPCCall("status")], as: RPCStatus.self,
                node: "recorded")
            #expect(results.count == 2)
            for result in results { #expect(trouble(result) != nil) }
        }
    }

    @Test func `the tip's commits are read although they are not canonical`() throws {
        var read = 0
        for (_, call) in try RecordedCall.all("tip") where call.method == "commit" {
            let answer = try call.decoded(as: RPCCommitAnswer.self).get()
            guard let header = answer.signed_header.header, let commit = answer.signed_header.commit
            else { continue }
            #expect(header.height.value == commit.height.value)
            #expect(!answer.canonical)
            read += 1
        }
        #expect(read > 0)
    }

    // MARK: Failures

    /// What must follow from each recorded refusal, in words of cometbft-ibc §5.6.
    private static let actions: [String: RetryAction] = [
        "channel 22": .lookUp, "channelv2 2": .park, "channelv2 3": .park, "channelv2 5": .park,
        "channelv2 8": .againThenPark, "channelv2 9": .awaitExpiry, "channelv2 10": .reprove,
        "cityapp 3": .againThenPark, "cityapp 4": .againThenPark, "client 7": .readHostedClient,
        "clientv2 34": .park, "clientv2 35": .readHostedClient, "commitment 2": .reprove,
        "ibc 2": .again, "ibc 8": .readHostedClient, "ibc 9": .readHostedClient,
        "sdk 4": .readAccount, "sdk 5": .again, "sdk 11": .moreGas, "sdk 13": .again,
        "sdk 30": .again, "sdk 32": .readAccount, "sdk 41": .split, "undefined 111222": .park,
    ]

    @Test func `each of the recorded failing transactions leads to its action`() throws {
        let root = try Fixtures.recordings("ibc-go-v10")
        var judged = 0
        for line in try RecordedCall.lines("\(root)/failures.jsonl") {
            let label = line["label"]?.string ?? ""
            judged += 1
            if line["stage"]?.string == "rpc" {
                let envelope = try #require(line["broadcast_tx_sync"]?.encoded)
                let result = RPCDecoder.decode(
                    envelope, [RPCCall("broadcast_tx_sync")], as: RPCBroadcast.self, node: "n")[0]
                guard case .failure(let error) = result else {
                    Issue.record("\(label) was read as an answer")
                    continue
                }
                switch Submitter.answer(error) {
                case .accepted: #expect(label.hasPrefix("same transaction again"), "\(label)")
                case .refused(let result):
                    #expect(RetryPolicy.action(for: result) == .split, "\(label)")
                case .unknown: Issue.record("\(label) is known for certain")
                }
                continue
            }
            guard case .number(let text) = line["code"], let code = UInt32(text), code != 0
            else { continue }
            let space = line["codespace"]?.string ?? ""
            let result = TransactionResult(
                codespace: space, code: code, log: line["log"]?.string ?? "")
            #expect(
                RetryPolicy.action(for: result) == Self.actions["\(space) \(code)"], "\(label)")
        }
        #expect(judged == 136 || !root.contains("fixtures"))
    }

    @Test func `a simulation's one code is told apart by its log`() throws {
        let wanted = [
            "account sequence wrong": "sdk 32", "message fails": "clientv2 35",
            "second message fails": "clientv2 35", "fee above the balance": "sdk 5",
            "public key of another account": "sdk 32",
        ]
        var seen: Set<String> = []
        for (_, call) in try RecordedCall.all("simulate") where call.label.hasPrefix("case: ") {
            let answer = try call.decoded(as: RPCQuery.self).get().response
            let name = String(call.label.dropFirst(6))
            guard case .failure(let error) = StateQueries.value(answer, "Simulate", "recorded")
            else { continue }
            let result = SimulationFailure.result(error)
            #expect("\(result.codespace) \(result.code)" == wanted[name] ?? "sdk 6", "\(name)")
            seen.insert(name)
            if name == "second message fails" {
                #expect(RetryPolicy.messageIndex(in: result.log) == 1)
            }
        }
        #expect(seen.isSuperset(of: wanted.keys))
    }

    // MARK: Blocks

    @Test func `every recorded packet's events are found, end blockers' acknowledgements too`()
        throws
    {
        let root = try Fixtures.recordings("ibc-go-v10")
        var found: [String: Set<String>] = [:]
        var inEndBlockers = 0
        for (_, call) in try RecordedCall.all("block_results") {
            let results = try call.decoded(as: RPCBlockResults.self).get()
            let reading = BlockReader(account: "cosmos1nobody").read(results)
            #expect(reading.unreadable.isEmpty)
            for event in reading.events {
                found["\(event.kind)", default: []].insert(Hex.encode(event.packet.encoded))
                if event.kind == .writeAcknowledgement { #expect(!event.acknowledgement.isEmpty) }
            }
            inEndBlockers += (results.finalize_block_events ?? [])
                .count { $0.type == "write_acknowledgement" }
        }
        #expect(inEndBlockers > 0)
        var packets = 0
        for line in try RecordedCall.lines("\(root)/packets.jsonl") {
            guard let hex = line["packet_hex"]?.string else { continue }
            packets += 1
            #expect(found["send"]?.contains(hex) == true)
            switch line["end"]?.string {
            case "acknowledged", "refused":
                for kind in ["receive", "writeAcknowledgement", "acknowledge"] {
                    #expect(found[kind]?.contains(hex) == true, "\(kind)")
                }
            case "timed_out": #expect(found["timeout"]?.contains(hex) == true)
            default: break
            }
        }
        #expect(packets > 0)
    }

    @Test func `the acknowledgement of an ended packet is read from its transaction`() throws {
        var read = 0
        for (_, call) in try RecordedCall.all("tx") {
            guard let transaction = try? call.decoded(as: RPCTransaction.self).get(),
                transaction.tx_result.code == 0, let bytes = transaction.tx?.bytes,
                let body = try? TxBody(reading: TxRaw(reading: bytes).bodyBytes)
            else { continue }
            for any in body.messages where any.typeURL.text == MsgAcknowledgement.typeURL {
                let message = try MsgAcknowledgement(reading: any.value)
                let packet = try PacketSummary(encoded: message.packet.encoded)
                #expect(
                    PacketFacts.acknowledgement(of: packet, in: bytes)
                        == message.acknowledgement.encoded)
                var other = message.packet
                other.sequence += 1
                let stranger = try PacketSummary(encoded: other.encoded)
                #expect(PacketFacts.acknowledgement(of: stranger, in: bytes).isEmpty)
                read += 1
            }
        }
        #expect(read > 0)
    }
}
