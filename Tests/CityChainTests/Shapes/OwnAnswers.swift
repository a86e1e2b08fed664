// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

/// What our node answers in the situations of the recording: a chain that lived through the same
/// kinds of events and stands at the same height. Made once; every test reads it.
struct OwnAnswers: Sendable {
    /// Height of the recorded node when it was asked wrong questions.
    static let height: UInt64 = 252
    /// First block that the recorded pruning node still had.
    static let lowestKept: UInt64 = 192

    private(set) var byCall: [String: JSONValue] = [:]
    private(set) var announcements: [String: [JSONValue]] = [:]
    private(set) var pruned: [String: JSONValue] = [:]
    /// Answers while the tip was shown and not yet executed.
    private(set) var early: [String: JSONValue] = [:]

    static let made: Result<OwnAnswers, any Error> = Result { try OwnAnswers() }

    private init() throws {
        let cities = try TwoCities()
        let a = cities.a
        var subscriptions = Subscriptions()
        for (number, kind) in ["NewBlock", "NewBlockHeader", "NewBlockEvents", "Tx"].enumerated() {
            try subscriptions.add("tm.event='\(kind)'", id: .int(number))
        }
        try subscriptions.add("tm.event='ValidatorSetUpdates'", id: .int(9))
        var heard: [String: [JSONValue]] = [:]
        a.chain.onBlock = { stored in
            for announcement in BlockAnnouncements.all(of: stored) {
                heard[announcement.kind, default: []] += subscriptions.messages(for: announcement)
            }
        }
        try OwnAnswers.live(cities)
        try #require(a.chain.latestHeight <= RecordingShapeTests.eventful)
        while a.chain.latestHeight < OwnAnswers.height { try a.makeBlocks() }
        a.chain.onBlock = nil
        announcements = heard
        let dispatcher = OwnAnswers.dispatcher(a)
        for line in try RecordedCalls.all(a) where !line.isPruned {
            byCall[line.key] = OwnAnswers.ask(dispatcher, line.method, line.params)
        }
        for (name, call) in OwnAnswers.questions(a) {
            byCall[name] = OwnAnswers.ask(dispatcher, call.0, call.1)
        }
        try a.chain.prune(below: OwnAnswers.lowestKept)
        for line in try RecordedCalls.all(a) where line.isPruned {
            pruned[line.key] = OwnAnswers.ask(dispatcher, line.method, line.params)
        }
        try a.chain.storeBlock(now: a.now.adding(nanoseconds: 1_000_000_000))
        for line in try RecordedCalls.race(tip: a.chain.latestHeight) {
            early[line.key] = OwnAnswers.ask(dispatcher, line.method, line.params)
        }
    }

    static func dispatcher(_ city: TestCity) -> RPCDispatcher {
        var dispatcher = RPCDispatcher()
        let identity = NodeIdentity(
            nodeID: String(repeating: "ab", count: 20), moniker: "node0",
            rpcAddress: "127.0.0.1:26000",
            validatorAddress: city.chain.configuration.validators[0].key.publicKey.address)
        dispatcher.methods =
            NodeMethods(
                city.chain, identity: identity, genesis: ["chain_id": .string(city.chainID)]
            ).all
        return dispatcher
    }

    static func ask(
        _ dispatcher: RPCDispatcher, _ method: String, _ params: JSONValue
    ) -> JSONValue {
        let call: JSONValue = [
            "jsonrpc": "2.0", "id": .int(1), "method": .string(method), "params": params,
        ]
        return dispatcher.answerCall(call, overWebSocket: false) ?? .null
    }

    /// Packets of every ending both ways, faults, set changes.
    private static func live(_ cities: TwoCities) throws {
        let (a, b) = (cities.a, cities.b)
        let there = try TwoCities.sent(
            TwoCities.letter("1", account: a.account(of: 0), yuan: "1.00"), port: "providentfund",
            from: a)
        let acknowledgement = try #require(try TwoCities.deliver(there, to: b, from: a))
        #expect(try TwoCities.returned(there, acknowledgement, to: a, from: b).code == 0)
        let letters = [
            TwoCities.letter("2", account: b.account(of: 0), yuan: "1.00"),
            TwoCities.letter("3", account: b.account(of: 1), yuan: "1.00"),
            TwoCities.letter("4", account: b.account(of: 2), yuan: "1.00", reply: "refuse"),
        ]
        let packets = try letters.map {
            try TwoCities.sent($0, port: "providentfund", from: b)
        }
        let late = try TwoCities.sent(
            TwoCities.letter("5", account: b.account(of: 3), yuan: "1.00", reply: "later"),
            port: "providentfund", from: b)
        try b.makeBlocks()
        let receives = try packets.map { try TwoCities.receive($0, on: a, from: b) }
        try a.run([try TwoCities.update(a, from: b)] + receives, by: "relayer")
        try b.makeBlocks()
        try a.run(
            [try TwoCities.update(a, from: b), try TwoCities.receive(late, on: a, from: b)],
            by: "relayer")
        _ = try a.runInBlock(receives[0], by: "relayer")
        try a.makeBlocks(3)
        let lost = try TwoCities.sent(
            #"{"kind":"test"}"#, port: "licence", from: a,
            timeoutSeconds: a.now.unixSeconds + 5)
        for city in [a, b] {
            city.wait(seconds: 20)
            try city.makeBlocks(3)
        }
        try a.run(
            [try TwoCities.update(a, from: b), try TwoCities.timeout(lost, on: a, from: b)],
            by: "relayer")
        try a.run(
            try TwoCities.send(
                #"{"kind":"test"}"#, port: "licence", from: a, version: "cityrelay-2"),
            by: "bureau")
        try a.run(
            MsgUpdateClientConfig(
                clientID: TestCity.client, config: ClientConfig(),
                signer: try a.account("operator").address), by: "operator")
        try faults(a)
    }

    private static func faults(_ a: TestCity) throws {
        try a.chain.order(power: 45, of: "val1")
        try a.makeBlocks(3)
        try a.chain.setBehaviour(.absent, of: "val3")
        try a.makeBlocks(2)
        try a.chain.setBehaviour(.votesNil, of: "val3")
        try a.makeBlocks(2)
        try a.chain.setBehaviour(.votes, of: "val3")
        try a.chain.include(
            try a.chain.duplicateVote(by: "val2", at: a.chain.latestHeight))
        let address = try a.account("tester").address
        try a.run(
            MsgSend(
                fromAddress: address, toAddress: address, amount: [Coin(1, "stake")]),
            by: "tester")
        try a.chain.order(power: 0, of: "val3")
        try a.makeBlocks(3)
    }

    /// Questions whose situation is ours to name, not a height of the recording.
    private static func questions(_ a: TestCity) -> [String: (String, JSONValue)] {
        var result: [String: (String, JSONValue)] = [
            "status": ("status", [:]), "health": ("health", [:]), "abci_info": ("abci_info", [:]),
            "net_info": ("net_info", [:]), "consensus_params": ("consensus_params", [:]),
            "unconfirmed_txs": ("unconfirmed_txs", [:]),
            "num_unconfirmed_txs": ("num_unconfirmed_txs", [:]), "tip": ("commit", [:]),
        ]
        for height in 1...a.chain.latestHeight {
            let params: JSONValue = ["height": .text(height)]
            for method in ["commit", "block", "block_results", "header", "validators"] {
                result["\(method) \(height)"] = (method, params)
            }
            for (index, bytes) in (a.chain.block(at: height)?.block.transactions ?? []).enumerated()
            {
                result["tx \(height) \(index)"] = (
                    "tx", ["hash": .base64(SHA256.hash(bytes).bytes), "prove": true]
                )
            }
        }
        for method in ["tx_search", "block_search"] {
            let query =
                method == "tx_search"
                ? "send_packet.packet_source_client='07-tendermint-0'"
                : "write_acknowledgement.packet_dest_client='07-tendermint-0'"
            result[method] = (method, ["query": .string(query), "prove": false])
        }
        return result
    }
}
