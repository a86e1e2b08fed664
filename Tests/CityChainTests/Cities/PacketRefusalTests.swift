// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

/// The codes of packet messages, case by case as the recorded chains answered them
/// (failures.jsonl).
@Suite struct `Packet messages that are refused` {
    private let cities: TwoCities
    private var a: TestCity { cities.a }
    private var b: TestCity { cities.b }

    init() throws { cities = try TwoCities() }

    private func expect(
        _ result: TransactionResult, _ code: UInt32, _ codespace: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(result.code == code, "\(result.log)", sourceLocation: sourceLocation)
        #expect(result.codespace == codespace, sourceLocation: sourceLocation)
    }

    /// CheckTx and block agree on the code, unless CheckTx does not run the message.
    private func checkTx(
        _ message: any ChainMessage, by role: String = "relayer"
    ) throws -> CheckResult {
        try b.chain.submit(try b.sign([message], by: role).bytes).result
    }

    @Test func `a send is refused by its own shape`() throws {
        let good = try TwoCities.send("{}", port: "licence", from: b, by: "licensing")
        func refused(_ change: (inout MsgSendPacket) -> Void) throws -> CheckResult {
            var message = good
            change(&message)
            return try b.chain.submit(try b.sign([message], by: "licensing").bytes).result
        }
        let zero = try refused { $0.timeoutSeconds = 0 }
        #expect((zero.code, zero.codespace) == (8, "channelv2"))
        let two = try refused { $0.payloads.append($0.payloads[0]) }
        #expect((two.code, two.codespace) == (3, "channelv2"))
        let none = try refused { $0.payloads = [] }
        #expect((none.code, none.codespace) == (3, "channelv2"))
        let empty = try refused { $0.payloads[0].value = [] }
        #expect((empty.code, empty.codespace) == (3, "channelv2"))
    }

    @Test func `a send is refused by the state`() throws {
        func send(
            _ value: String = "{}", port: WireText = "licence", timeout: UInt64? = nil,
            version: WireText = "cityrelay-1", client: WireText = TestCity.client,
            by role: String = "licensing"
        ) throws -> TransactionResult {
            try b.run(
                try TwoCities.send(
                    value, port: port, from: b, timeoutSeconds: timeout, version: version,
                    client: client, by: role), by: role)
        }
        let now = b.now.unixSeconds
        expect(try send(timeout: now - 60), 9, "channelv2")
        expect(try send(timeout: now + 90_000), 8, "channelv2")
        expect(try send(timeout: (now + 60) * 1_000_000_000), 8, "channelv2")
        expect(try send(version: "cityrelay-2"), 3, "cityapp")
        expect(try send(#"{"rig_reply":"refuse-at-source"}"#), 4, "cityapp")
        expect(try send(client: "07-tendermint-99"), 35, "clientv2")
        expect(try send(by: "stranger"), 5, "cityapp")
        expect(try send(by: "tester"), 5, "cityapp")
        expect(try send("not json"), 5, "cityapp")
        let unrouted = try send(port: "residence")
        expect(unrouted, 111_222, "undefined")
        #expect(unrouted.log.hasPrefix("recovered: no route for residence"))
        let large = String(repeating: "x", count: 262_145)
        let result = try b.run(
            [try TwoCities.send(large, port: "licence", from: b, by: "licensing")],
            by: "licensing", gas: 20_000_000)
        expect(result, 2, "channelv2")
        let first = try TwoCities.sent(#"{"kind":"test"}"#, port: "licence", from: b)
        #expect(first.sequence == 1, "a refused send used a sequence")
    }

    @Test func `a receive is refused in CheckTx and block alike`() throws {
        let packet = try TwoCities.sent(
            TwoCities.letter("1", account: a.account(of: 0), yuan: "7.00"), port: "providentfund",
            from: a)
        try a.makeBlocks()
        #expect(try b.run(try TwoCities.update(b, from: a), by: "relayer").code == 0)
        let good = try TwoCities.receive(packet, on: b, from: a)
        func refused(
            _ code: UInt32, _ codespace: String, _ change: (inout MsgRecvPacket) -> Void,
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            var message = good
            change(&message)
            let check = try checkTx(message)
            #expect(check.code == code, "\(check.log)", sourceLocation: sourceLocation)
            #expect(check.codespace == codespace, sourceLocation: sourceLocation)
            #expect(!check.log.contains("message index"), sourceLocation: sourceLocation)
            let hidden = try b.sign([try transfer(), message], by: "relayer")
            guard try b.chain.submit(hidden.bytes).result.code == 0 else { return }
            try b.makeBlocks()
            let result = try #require(b.chain.transaction(hash: hidden.hash)).result
            expect(result, code, codespace, sourceLocation: sourceLocation)
            let index = "failed to execute message; message index: 1: "
            #expect(
                result.log.hasPrefix(index) || code == 111_222, sourceLocation: sourceLocation)
        }
        try refused(2, "commitment") { $0.proofCommitment[100] ^= 1 }
        try refused(2, "commitment") { $0.proofCommitment = [] }
        try refused(2, "commitment") { $0.packet.payloads[0].value.append(0x20) }
        try refused(2, "commitment") { $0.packet.timeoutSeconds += 1 }
        try refused(2, "commitment") { $0.packet.sequence = 900 }
        try refused(9, "ibc") { $0.proofHeight.height += 1_000 }
        try refused(7, "client") { $0.proofHeight.height -= 1 }
        try refused(34, "clientv2") { $0.packet.sourceClient = "07-tendermint-5" }
        try refused(35, "clientv2") { $0.packet.destinationClient = "07-tendermint-1" }
        #expect(b.fen("account/\(a.account(of: 0))") == 0)
        #expect(try b.run(good, by: "relayer").code == 0)
    }

    private func transfer() throws -> MsgSend {
        let address = try b.account("relayer").address
        return MsgSend(fromAddress: address, toAddress: address, amount: [Coin(1, "stake")])
    }

    @Test func `a packet to a port that nobody has can only time out`() throws {
        let message = MsgSendPacket(
            sourceClient: TestCity.client, timeoutSeconds: a.now.unixSeconds + 600,
            payloads: [
                Payload(
                    sourcePort: "licence", destinationPort: "residence", version: "cityrelay-1",
                    encoding: "application/json", value: Array(#"{"kind":"test"}"#.utf8))
            ], signer: try a.account("licensing").address)
        let sent = try a.run(message, by: "licensing")
        var packet: Packet?
        for case .sent(let found) in try a.events(sent) { packet = found }
        let lost = try #require(packet)
        try a.makeBlocks()
        #expect(try b.run(try TwoCities.update(b, from: a), by: "relayer").code == 0)
        let receive = try TwoCities.receive(lost, on: b, from: a)
        let check = try checkTx(receive)
        #expect((check.code, check.codespace) == (111_222, "undefined"))
        expect(try b.runInBlock(receive, by: "relayer"), 111_222, "undefined")
        try b.makeBlocks()
        #expect(try b.prove(lost.receiptKey, under: b.chain.latestHeight).value == nil)
    }

    @Test func `a receive before the update it needs is refused`() throws {
        let packet = try TwoCities.sent(#"{"kind":"test"}"#, port: "licence", from: a)
        try a.makeBlocks()
        let update = try TwoCities.update(b, from: a)
        let receive = try TwoCities.receive(packet, on: b, from: a)
        let wrong = try b.sign([receive, update], by: "relayer")
        let check = try b.chain.submit(wrong.bytes).result
        #expect((check.code, check.codespace) == (9, "ibc"))
        #expect(try b.run([update, receive], by: "relayer").code == 0)
    }

    @Test func `an acknowledgement needs its proof, and ends a packet once`() throws {
        let packet = try TwoCities.sent(#"{"kind":"test"}"#, port: "licence", from: a)
        let acknowledgement = try #require(try TwoCities.deliver(packet, to: b, from: a))
        try b.makeBlocks()
        #expect(try a.run(try TwoCities.update(a, from: b), by: "relayer").code == 0)
        let good = try TwoCities.acknowledge(packet, acknowledgement, on: a, from: b)
        var other = good
        other.acknowledgement = .universalError
        expect(try a.runInBlock(other, by: "relayer"), 2, "commitment")
        var two = good
        two.acknowledgement = Acknowledgement([[1], [2]])
        let check = try a.chain.submit(try a.sign([two], by: "relayer").bytes).result
        #expect((check.code, check.codespace) == (5, "channelv2"))
        #expect(try a.run(good, by: "relayer").code == 0)
        let again = try a.runInBlock(good, by: "relayer")
        #expect(try TxMsgData(reading: again.data).messageResponses.last?.value == [0x08, 0x01])
    }

    @Test func `pending receives make the same ones of another relay redundant`() throws {
        let packet = try TwoCities.sent(#"{"kind":"test"}"#, port: "licence", from: a)
        try a.makeBlocks()
        #expect(try b.run(try TwoCities.update(b, from: a), by: "relayer").code == 0)
        #expect(try checkTx(try TwoCities.receive(packet, on: b, from: a)).code == 0)
        let other = try TwoCities.receive(packet, on: b, from: a, by: "relayer2")
        let check = try checkTx(other, by: "relayer2")
        #expect((check.code, check.codespace) == (22, "channel"))
    }
}
