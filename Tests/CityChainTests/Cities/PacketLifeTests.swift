// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

@Suite struct `A packet between two cities` {
    private let cities: TwoCities
    private var a: TestCity { cities.a }
    private var b: TestCity { cities.b }

    init() throws { cities = try TwoCities() }

    /// What must hold on every chain whatever happened.
    private func expectBalanced(_ city: TestCity, sourceLocation: SourceLocation = #_sourceLocation)
    {
        let balances = city.chain.query(
            ApplicationQuery(
                path: "/store/providentfund/subspace", data: Array("account/".utf8)))
        var sum: UInt64 = 0
        for pair in (try? Reply(balances.value ?? []).messages[1]) ?? [] {
            let value = (try? Reply(pair).messages[2]?.first) ?? []
            sum += UInt64(String(decoding: value, as: UTF8.self)) ?? 0
        }
        let incoming = city.fen("total/opened") + city.fen("total/received")
        let outgoing = city.fen("total/locked") + city.fen("total/settled")
        #expect(incoming == sum + outgoing, sourceLocation: sourceLocation)
    }

    @Test func `money is locked, credited and settled exactly once`() throws {
        let account = a.account(of: 0)
        let packet = try TwoCities.sent(
            TwoCities.letter("3301002611260001", account: account, yuan: "12345.67"),
            port: "providentfund", from: a)
        #expect(packet.sequence == 1)
        #expect(a.fen("account/\(account)") == 10_000_000 - 1_234_567)
        #expect(a.fen("total/locked") == 1_234_567)
        let acknowledgement = try #require(try TwoCities.deliver(packet, to: b, from: a))
        let text = String(decoding: acknowledgement.appAcknowledgements[0], as: UTF8.self)
        let hash = SHA256.hash(packet.payloads[0].value)
        #expect(
            text
                == #"{"result":"accepted","ConNum":"3301002611260001","sha256":"\#(hash)"}"#)
        #expect(b.fen("account/\(account)") == 1_234_567)
        expectBalanced(a)
        expectBalanced(b)
        let result = try TwoCities.returned(packet, acknowledgement, to: a, from: b)
        #expect(result.code == 0)
        #expect(a.fen("total/locked") == 0)
        #expect(a.fen("total/settled") == 1_234_567)
        #expect(
            a.value("providentfund", "outcome/07-tendermint-0/1").map {
                String(decoding: $0, as: UTF8.self)
            }
                == #"{"ack_hex":"\#(Hex.encode(Array(text.utf8)))","result":"acknowledged"}"#)
        #expect(a.value("providentfund", "sent/07-tendermint-0/1") == hash.bytes)
        #expect(b.value("providentfund", "recv/07-tendermint-0/1") == packet.payloads[0].value)
        expectBalanced(a)
        // The commitment is gone: nothing is left to acknowledge.
        try a.makeBlocks()
        #expect(try a.prove(packet.commitmentKey, under: a.chain.latestHeight).value == nil)
    }

    @Test func `a refusal gives the money back and leaves no trace at the receiver`() throws {
        let account = a.account(of: 1)
        let packet = try TwoCities.sent(
            TwoCities.letter("1", account: account, yuan: "1.00", reply: "refuse"),
            port: "providentfund", from: a)
        try a.makeBlocks()
        let result = try b.run(
            [
                try TwoCities.update(b, from: a),
                try TwoCities.receive(packet, on: b, from: a),
            ], by: "relayer")
        let types = result.events.map(\.type)
        #expect(types.contains("ibccallbackerror-city_record"))
        #expect(b.value("providentfund", "recv/07-tendermint-0/1") == nil)
        #expect(b.fen("account/\(account)") == 0)
        let refusal = Acknowledgement.universalError
        #expect(try TwoCities.returned(packet, refusal, to: a, from: b).code == 0)
        #expect(a.fen("account/\(account)") == 10_000_000)
        #expect(a.fen("total/locked") == 0)
        expectBalanced(a)
        expectBalanced(b)
    }

    @Test
    func `a deadline that passes gives the money back, and the packet can not arrive any more`()
        throws
    {
        let account = a.account(of: 2)
        let packet = try TwoCities.sent(
            TwoCities.letter("1", account: account, yuan: "50.00"), port: "providentfund", from: a,
            timeoutSeconds: a.now.unixSeconds + 20)
        try a.makeBlocks()
        // Too early: the proof's header is before the deadline.
        let early = try a.run([try TwoCities.update(a, from: b)], by: "relayer")
        #expect(early.code == 0)
        let tooEarly = try a.runInBlock(
            try TwoCities.timeout(packet, on: a, from: b), by: "relayer")
        #expect((tooEarly.code, tooEarly.codespace) == (10, "channelv2"))
        // A block carries the time of the votes for the one before it.
        for city in [a, b] {
            city.wait(seconds: 60)
            try city.makeBlocks(2)
        }
        let late = try b.runInBlock(
            try TwoCities.receive(packet, on: b, from: a), by: "relayer")
        #expect((late.code, late.codespace) == (9, "channelv2"))
        let result = try a.run(
            [try TwoCities.update(a, from: b), try TwoCities.timeout(packet, on: a, from: b)],
            by: "relayer")
        #expect(result.code == 0, "\(result.log)")
        #expect(a.fen("account/\(account)") == 10_000_000)
        #expect(
            a.value("providentfund", "outcome/07-tendermint-0/1").map {
                String(decoding: $0, as: UTF8.self)
            }
                == #"{"ack_hex":"","result":"timed_out"}"#)
        expectBalanced(a)
    }

    @Test func `a late acknowledgement comes from the end blocker, two heights on`() throws {
        let packet = try TwoCities.sent(
            #"{"kind":"test","rig_reply":"later"}"#, port: "licence", from: a)
        #expect(try TwoCities.deliver(packet, to: b, from: a) == nil)
        let received = b.chain.latestHeight
        #expect(try b.prove(packet.receiptKey, under: try b.makeBlocks().height).value == [2])
        let due = try b.makeBlocks()
        #expect(due.height == received + 2)
        let events = try #require(due.results).output.events
        #expect(events.map(\.type) == ["write_acknowledgement", "message"])
        #expect(events.allSatisfy { $0.attributes.last == .init("mode", "EndBlock") })
        let acknowledgement = Acknowledgement([
            [1] + SHA256.hash(packet.payloads[0].value).bytes
        ])
        #expect(try TwoCities.returned(packet, acknowledgement, to: a, from: b).code == 0)
    }

    @Test func `a second delivery changes nothing and is refused by CheckTx when it is alone`()
        throws
    {
        let packet = try TwoCities.sent(
            TwoCities.letter("1", account: a.account(of: 0), yuan: "2.00"), port: "providentfund",
            from: a)
        try TwoCities.deliver(packet, to: b, from: a)
        let again = try TwoCities.receive(packet, on: b, from: a)
        let alone = try b.sign([again], by: "relayer")
        let (_, check) = try b.chain.submit(alone.bytes)
        #expect((check.code, check.codespace) == (22, "channel"))
        #expect(check.log == "packet messages are redundant")
        let result = try b.runInBlock(again, by: "relayer")
        #expect(result.code == 0)
        let data = try TxMsgData(reading: result.data)
        #expect(data.messageResponses.last?.value == [0x08, 0x01])
        #expect(b.fen("account/\(a.account(of: 0))") == 200)
        expectBalanced(b)
    }

    @Test func `both directions keep the sum of money over both cities`() throws {
        for index in 0..<3 {
            let there = try TwoCities.sent(
                TwoCities.letter("\(index)", account: a.account(of: index), yuan: "10.0\(index)"),
                port: "providentfund", from: a)
            let back = try TwoCities.sent(
                TwoCities.letter("\(index)", account: b.account(of: index), yuan: "3.1\(index)"),
                port: "providentfund", from: b)
            let first = try #require(try TwoCities.deliver(there, to: b, from: a))
            let second = try #require(try TwoCities.deliver(back, to: a, from: b))
            #expect(try TwoCities.returned(there, first, to: a, from: b).code == 0)
            #expect(try TwoCities.returned(back, second, to: b, from: a).code == 0)
        }
        expectBalanced(a)
        expectBalanced(b)
        #expect(a.fen("total/received") == b.fen("total/settled"))
        #expect(b.fen("total/received") == a.fen("total/settled"))
    }

    @Test func `a licence follows its newest status and stays ended`() throws {
        let reference = SHA256.hash(Array("licence 7".utf8))
        func letter(_ status: LicenceStatus, _ seconds: Int64) throws -> String {
            let asOf = try #require(Timestamp(seconds: 1_795_660_000 + seconds))
            let packet = LicencePacket.status(.init(reference, status, asOf: asOf))
            return String(decoding: packet.encoded, as: UTF8.self)
        }
        for (status, moment) in [(LicenceStatus.valid, 10), (.suspended, 12), (.revoked, 14)] {
            let packet = try TwoCities.sent(
                try letter(status, Int64(moment)), port: "licence", from: a)
            try TwoCities.deliver(packet, to: b, from: a)
            let key = String(decoding: Licences.reportKey(reference), as: UTF8.self)
            let record = try #require(b.value("licence", key))
            #expect(try JSONParser.parse(record)["status"]?.string == status.code)
        }
        // An older status overtaken on the way changes nothing.
        let stale = try b.run(
            try TwoCities.send(
                try letter(.valid, 9), port: "licence", from: b, by: "licensing"),
            by: "licensing")
        #expect(stale.code == 0)
        // A newer one cannot bring the licence back.
        let refused = try a.runInBlock(
            try TwoCities.send(
                try letter(.valid, 15), port: "licence", from: a, by: "licensing"),
            by: "licensing")
        #expect((refused.code, refused.codespace) == (7, "cityapp"))
        #expect(refused.log.contains("licence/ended"))
    }
}
