// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

@Suite struct `What a transaction must be` {
    private let cities: TwoCities
    private var a: TestCity { cities.a }
    private var b: TestCity { cities.b }

    init() throws { cities = try TwoCities() }

    private func transfer(_ amount: UInt64 = 1, from role: String = "tester") throws -> MsgSend {
        MsgSend(
            fromAddress: try a.account(role).address, toAddress: try a.account("courier").address,
            amount: [Coin(amount, "stake")])
    }

    private func check(_ bytes: [UInt8]) throws -> CheckResult { try a.chain.submit(bytes).result }

    private func expect(
        _ result: CheckResult, _ code: UInt32, _ codespace: String, log: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(result.code == code, "\(result.log)", sourceLocation: sourceLocation)
        #expect(result.codespace == codespace, sourceLocation: sourceLocation)
        if let log { #expect(result.log == log, sourceLocation: sourceLocation) }
    }

    @Test func `an account's sequence is the next one`() throws {
        for wrong in [5, 9] as [UInt64] {
            let transaction = try a.sign([try transfer()], by: "tester", sequence: wrong)
            expect(
                try check(transaction.bytes), 32, "sdk",
                log: "account sequence mismatch, expected 0, got \(wrong): incorrect account "
                    + "sequence")
        }
    }

    @Test func `CheckTx counts what is pending, the query what is committed`() throws {
        for sequence in 0..<3 as Range<UInt64> {
            let transaction = try a.sign([try transfer()], by: "tester", sequence: sequence)
            expect(try check(transaction.bytes), 0, "")
        }
        #expect(try a.baseAccount("tester").sequence == 0)
        let stored = try a.makeBlocks()
        #expect(stored.block.transactions.count == 3)
        #expect(try a.baseAccount("tester").sequence == 3)
    }

    @Test func `a signature is over this chain, this account and these bytes`() throws {
        let text =
            "signature verification failed; please verify account number (5) and chain-id "
            + "(hangzhou-330100-1): (unable to verify single signer signature): unauthorized"
        let elsewhere = try a.sign([try transfer()], by: "tester", chainID: "beijing-110000-1")
        expect(try check(elsewhere.bytes), 4, "sdk", log: text)
        var altered = try a.sign([try transfer()], by: "tester").bytes
        altered[altered.count - 1] ^= 1
        expect(try check(altered), 4, "sdk", log: text)
    }

    @Test func `a transaction has a deadline, a fee and a gas limit`() throws {
        let late = try a.sign([try transfer()], by: "tester", timeoutHeight: 3)
        expect(
            try check(late.bytes), 30, "sdk",
            log: "block height: \(a.chain.latestHeight), timeout height: 3: tx timeout height")
        let cheap = try a.sign([try transfer()], by: "tester", gas: 800_000, fee: 10)
        expect(
            try check(cheap.bytes), 13, "sdk",
            log: "insufficient fees; got: 10stake required: 800stake: insufficient fee")
        let poor = try a.sign([try transfer(from: "stranger")], by: "stranger", fee: 90_000_000)
        expect(
            try check(poor.bytes), 5, "sdk",
            log: "spendable balance 30000stake is smaller than 90000000stake: insufficient funds: "
                + "insufficient funds")
        let huge = try a.sign([try transfer()], by: "tester", gas: 90_000_000)
        expect(
            try check(huge.bytes), 41, "sdk",
            log: "tx gas limit 90000000 exceeds block max gas 80000000: invalid gas limit")
        let small = try a.sign([try transfer()], by: "tester", gas: 5_000)
        let result = try check(small.bytes)
        expect(result, 11, "sdk")
        #expect(result.log.hasSuffix(": out of gas"))
    }

    @Test func `what is no transaction is refused as one`() throws {
        expect(
            try check([]), 18, "sdk", log: "must contain at least one message: invalid request")
        expect(try check(Array("not a transaction".utf8)), 2, "sdk")
        let good = try a.sign([try transfer()], by: "tester").bytes
        expect(try check(good + [0x20, 0x01]), 2, "sdk")
        expect(try check(Array(good.dropLast())), 2, "sdk")
        let unsigned = TxRaw(
            bodyBytes: try TxRaw(reading: good).bodyBytes,
            authInfoBytes: try TxRaw(reading: good).authInfoBytes, signatures: [])
        expect(try check(unsigned.encoded), 15, "sdk", log: "no signatures supplied")
        let unknown = TxBody(messages: [ProtobufAny(typeURL: "/nobody.Msg", value: [])])
        let raw = TxRaw(
            bodyBytes: unknown.encoded, authInfoBytes: [], signatures: [[0x01]])
        expect(try check(raw.encoded), 2, "sdk")
    }

    @Test func `an unknown account pays for nothing`() throws {
        let key = AccountKey(
            try SigningKey.secp256k1(scalar: SHA256.hash(Array("nobody".utf8)).bytes),
            prefix: AccountAddress.prefix)
        let message = MsgSend(
            fromAddress: key.address, toAddress: key.address, amount: [Coin(1, "stake")])
        let terms = TransactionTerms(
            chainID: WireText(a.chainID), accountNumber: 0, sequence: 0, gasLimit: 100_000,
            fee: [Coin(100, "stake")], timeoutHeight: 0)
        let transaction = SignedTransaction([message.wrapped], terms, by: key)
        expect(try check(transaction.bytes), 9, "sdk")
    }

    @Test func `a failing message undoes all messages, not the fee`() throws {
        let before = a.fen("account/\(a.account(of: 0))")
        let good = try TwoCities.send(
            TwoCities.letter("1", account: a.account(of: 0), yuan: "7.00"), port: "providentfund",
            from: a)
        let bad = try TwoCities.send(
            TwoCities.letter("2", account: "nobody", yuan: "7.00"), port: "providentfund", from: a)
        let sequence = try a.baseAccount("bureau").sequence
        let result = try a.run([good, bad], by: "bureau")
        #expect((result.code, result.codespace) == (5, "cityapp"))
        #expect(result.log.hasPrefix("failed to execute message; message index: 1: "))
        #expect(result.data.isEmpty)
        #expect(
            result.events.map(\.type).filter { $0 != "tx" } == [
                "coin_spent", "coin_received", "transfer", "message",
            ])
        #expect(result.events.allSatisfy { $0.value("msg_index") == nil })
        #expect(a.fen("account/\(a.account(of: 0))") == before)
        #expect(a.value("ibc", "nextSequenceSend/07-tendermint-0")?.last == 1)
        #expect(try a.baseAccount("bureau").sequence == sequence + 1)
        #expect(result.gasUsed > 0)
    }

    @Test func `a deadline that passes in the mempool leaves no event and no sequence`() throws {
        let transaction = try a.sign(
            [try transfer()], by: "tester", timeoutHeight: a.chain.latestHeight)
        expect(try check(transaction.bytes), 0, "")
        try a.makeBlocks()
        let result = try #require(a.chain.transaction(hash: transaction.hash)).result
        #expect((result.code, result.codespace, result.gasUsed) == (30, "sdk", 0))
        #expect(result.events.isEmpty)
        #expect(try a.baseAccount("tester").sequence == 0)
    }

    @Test func `Simulate tells the gas that the block takes`() throws {
        let messages = [try transfer(), try transfer(2)]
        let base = try a.baseAccount("tester")
        let terms = TransactionTerms(
            chainID: WireText(a.chainID), accountNumber: base.accountNumber, sequence: 0,
            gasLimit: 3_000_000, fee: [Coin(3_000, "stake")], timeoutHeight: 0)
        let bytes = SignedTransaction.unsigned(
            messages.map(\.wrapped), terms, publicKey: try a.account("tester").publicKey)
        var request = ProtobufWriter()
        request.bytes(2, bytes)
        let answer = a.chain.query(
            ApplicationQuery(path: "/cosmos.tx.v1beta1.Service/Simulate", data: request.bytes))
        #expect(answer.code == 0, "\(answer.log)")
        let reply = try Reply(try #require(answer.value))
        let gas = try Reply(try #require(reply.messages[1]?.first))
        #expect(gas.numbers[1] == .max)
        let result = try a.run(messages, by: "tester")
        #expect(gas.numbers[2].map { Int64($0) } == result.gasUsed)
        let simulated = try Reply(try #require(reply.messages[2]?.first))
        #expect(simulated.messages[1]?.first == result.data)
        // The same again now wants the next sequence.
        let stale = a.chain.query(
            ApplicationQuery(path: "/cosmos.tx.v1beta1.Service/Simulate", data: request.bytes))
        #expect((stale.code, stale.codespace) == (6, "sdk"))
        #expect(
            stale.log.hasPrefix(
                "rpc error: code = Unknown desc = account sequence mismatch, expected 1, got 0"))
    }

    @Test func `events stand in the order of the SDK`() throws {
        let result = try a.run(
            try TwoCities.send(
                TwoCities.letter("1", account: a.account(of: 0), yuan: "7.00"),
                port: "providentfund", from: a), by: "bureau")
        #expect(
            result.events.map(\.type) == [
                "coin_spent", "coin_received", "transfer", "message", "tx", "tx", "tx", "message",
                "send_packet", "message",
            ])
        let own = result.events[7]
        #expect(own.attributes.map(\.key) == ["action", "sender", "msg_index"])
        #expect(own.value("action") == "/ibc.core.channel.v2.MsgSendPacket")
        #expect(result.events[9].value("module") == "ibc_channelv2")
        #expect(result.events[7...].allSatisfy { $0.attributes.last == .init("msg_index", "0") })
        #expect(result.events[4].attributes.map(\.key) == ["fee", "fee_payer"])
        let address = try a.account("bureau").address
        #expect(result.events[5].value("acc_seq") == "\(address)/0")
        let other = try a.run(try transfer(), by: "tester")
        #expect(other.events[7].value("module") == "bank")
    }
}
