// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

@Suite struct `Light clients on the chain` {
    private let cities: TwoCities
    private var a: TestCity { cities.a }
    private var b: TestCity { cities.b }

    init() throws { cities = try TwoCities() }

    private func status(_ client: WireText, on city: TestCity) throws -> String {
        var request = ProtobufWriter()
        request.bytes(1, client.bytes)
        let answer = city.chain.query(
            ApplicationQuery(
                path: "/ibc.core.client.v1.Query/ClientStatus", data: request.bytes))
        let text = try Reply(try #require(answer.value)).messages[1]?.first ?? []
        return String(decoding: text, as: UTF8.self)
    }

    private func message(
        _ header: ICS07.Header, client: WireText = TestCity.client
    ) throws -> MsgUpdateClient {
        MsgUpdateClient(
            clientID: client,
            clientMessage: ProtobufAny(typeURL: ICS07.headerURL, value: header.encoded),
            signer: try a.account("relayer").address)
    }

    @Test func `an update tells its height, a repeated one too`() throws {
        try b.makeBlocks(5)
        let update = try TwoCities.update(a, from: b)
        for _ in 0..<2 {
            let result = try a.run(update, by: "relayer")
            let event = try #require(result.events.first { $0.type == "update_client" })
            let height = "1-\(b.chain.latestHeight)"
            #expect(event.value("consensus_height") == height)
            #expect(event.value("consensus_heights") == height)
            #expect(event.value("client_type") == "07-tendermint")
            #expect(
                try TxMsgData(reading: result.data).messageResponses.map(\.typeURL)
                    == ["/ibc.core.client.v1.MsgUpdateClientResponse"])
        }
    }

    @Test func `an update follows a changing set and skips heights`() throws {
        try b.chain.order(power: 0, of: "val0")
        try b.makeBlocks(8)
        let result = try a.run(try TwoCities.update(a, from: b), by: "relayer")
        #expect(result.code == 0, "\(result.log)")
    }

    @Test func `a header with too little trusted power asks for one in between`() throws {
        let trusted = try TwoCities.trusted(on: a)
        for name in ["val0", "val1", "val2"] {
            try b.chain.order(power: 1, of: name)
            try b.makeBlocks(3)
        }
        try b.chain.order(power: 900, of: "val3")
        try b.makeBlocks(3)
        try b.chain.setBehaviour(.absent, of: "val0")
        try b.chain.setBehaviour(.absent, of: "val1")
        try b.chain.setBehaviour(.absent, of: "val2")
        try b.makeBlocks(2)
        try a.makeBlocks(20)
        let far = try b.header(at: b.chain.latestHeight - 1, trusted: trusted)
        let check = try a.chain.submit(try a.sign([try message(far)], by: "relayer").bytes).result
        #expect((check.code, check.codespace) == (1, "undefined"))
        #expect(check.log.contains("cant trust new val set"))
    }

    @Test func `a second header of a stored height freezes the client`() throws {
        try b.makeBlocks(2)
        let trusted = try TwoCities.trusted(on: a)
        #expect(try a.run(try TwoCities.update(a, from: b), by: "relayer").code == 0)
        let forged = try b.chain.forge(at: b.chain.latestHeight) { $0.appHash[0] ^= 1 }
        let header = ICS07.Header(
            signedHeader: try #require(forged.signedHeader),
            validatorSet: try #require(forged.validators),
            trustedHeight: Height(revision: 1, height: trusted),
            trustedValidators: try #require(b.chain.validators(at: trusted + 1)).validatorSet)
        let result = try a.run(try message(header), by: "relayer")
        #expect(result.code == 0)
        #expect(result.events.contains { $0.type == "client_misbehaviour" })
        #expect(try status(TestCity.client, on: a) == "Frozen")
        try b.makeBlocks()
        let next = try a.runInBlock(try TwoCities.update(a, from: b), by: "relayer")
        #expect((next.code, next.codespace) == (29, "client"))
        #expect(
            next.log.hasSuffix(
                "cannot update client (07-tendermint-0) with status Frozen: client state is not "
                    + "active"))
        let send = try a.run(
            try TwoCities.send(#"{"kind":"test"}"#, port: "licence", from: a, by: "licensing"),
            by: "licensing")
        #expect((send.code, send.codespace) == (29, "client"))
    }

    @Test func `misbehaviour made of two headers freezes, of the same header twice does not`()
        throws
    {
        try b.makeBlocks(2)
        let trusted = try TwoCities.trusted(on: a)
        let height = b.chain.latestHeight
        let honest = try b.header(at: height, trusted: trusted)
        let forged = try b.chain.forge(at: height) { $0.appHash[0] ^= 1 }
        var other = honest
        other.signedHeader = forged.signedHeader
        for (second, isFrozen) in [(honest, false), (other, true)] {
            let evidence = ICS07.Misbehaviour(
                clientID: "07-tendermint-0", header1: honest, header2: second)
            let result = try a.run(
                MsgUpdateClient(
                    clientID: TestCity.client,
                    clientMessage: ProtobufAny(
                        typeURL: ICS07.misbehaviourURL, value: evidence.encoded),
                    signer: try a.account("relayer").address), by: "relayer")
            #expect(result.code == 0, "\(result.log)")
            #expect(try status(TestCity.client, on: a) == (isFrozen ? "Frozen" : "Active"))
            let event = result.events.first { $0.type == "update_client" }
            #expect(event?.value("consensus_height") == (isFrozen ? nil : ""))
        }
    }

    @Test func `an expired client is recovered by the authority alone`() throws {
        for seconds in [30, 1_209_600] as [Int64] {
            let create = try TwoCities.createClient(of: b, on: a, trustingSeconds: seconds)
            #expect(try a.run(create, by: "operator").code == 0)
        }
        for city in [a, b] {
            city.wait(seconds: 40)
            try city.makeBlocks(2)
        }
        #expect(try status("07-tendermint-1", on: a) == "Expired")
        let update = try TwoCities.update(a, from: b, client: "07-tendermint-1")
        let refused = try a.runInBlock(update, by: "relayer")
        #expect((refused.code, refused.codespace) == (29, "client"))
        let substitute = try TwoCities.update(a, from: b, client: "07-tendermint-2")
        #expect(try a.run(substitute, by: "relayer").code == 0)
        func recover(by role: String) throws -> TransactionResult {
            try a.run(
                MsgRecoverClient(
                    subjectClientID: "07-tendermint-1", substituteClientID: "07-tendermint-2",
                    signer: try a.account(role).address), by: role)
        }
        let stranger = try recover(by: "relayer")
        #expect((stranger.code, stranger.codespace) == (2, "ibc"))
        let result = try recover(by: "operator")
        #expect(result.code == 0, "\(result.log)")
        #expect(result.events.contains { $0.type == "recover_client" })
        #expect(try status("07-tendermint-1", on: a) == "Active")
    }

    @Test func `only listed relayers feed a client, judged in the block alone`() throws {
        let configure = MsgUpdateClientConfig(
            clientID: TestCity.client,
            config: ClientConfig(allowedRelayers: [try a.account("relayer2").address]),
            signer: try a.account("operator").address)
        let result = try a.run(configure, by: "operator")
        #expect(result.code == 0, "\(result.log)")
        #expect(result.events.last?.value("module") == "core")
        try b.makeBlocks()
        let refused = try a.run(try TwoCities.update(a, from: b), by: "relayer")
        #expect((refused.code, refused.codespace) == (2, "ibc"))
        #expect(
            try a.run(try TwoCities.update(a, from: b, by: "relayer2"), by: "relayer2").code == 0)
    }

    @Test func `a counterparty is registered by the creator, once, with a prefix`() throws {
        #expect(try a.run(try TwoCities.createClient(of: b, on: a), by: "operator").code == 0)
        func register(
            by role: String, prefix: [[UInt8]] = [Array("ibc".utf8), []]
        ) throws -> MsgRegisterCounterparty {
            MsgRegisterCounterparty(
                clientID: "07-tendermint-1", counterpartyMerklePrefix: prefix,
                counterpartyClientID: "07-tendermint-0", signer: try a.account(role).address)
        }
        let stranger = try a.run(try register(by: "tester"), by: "tester")
        #expect((stranger.code, stranger.codespace) == (2, "ibc"))
        let empty = try a.sign([try register(by: "operator", prefix: [])], by: "operator")
        let check = try a.chain.submit(empty.bytes).result
        #expect((check.code, check.codespace) == (34, "clientv2"))
        #expect(try a.run(try register(by: "operator"), by: "operator").code == 0)
        let twice = try a.run(try register(by: "operator"), by: "operator")
        #expect((twice.code, twice.codespace) == (8, "ibc"))
        let send = try a.run(
            try TwoCities.send(
                #"{"kind":"test"}"#, port: "licence", from: a, client: "07-tendermint-2",
                by: "licensing"), by: "licensing")
        #expect((send.code, send.codespace) == (35, "clientv2"))
    }

    @Test func `what is stored stands under ibc-go's keys`() throws {
        let stored = try #require(
            a.chain.query(
                ApplicationQuery(
                    path: "/store/ibc/subspace", data: Array("clients/07-tendermint-0/".utf8))
            )
            .value)
        var keys: [String] = []
        for pair in try Reply(stored).messages[1] ?? [] {
            let key = try Reply(pair).messages[1]?.first ?? []
            keys.append(String(decoding: key.dropFirst(24), as: UTF8.self))
        }
        let state = try #require(keys.first { $0.hasPrefix("consensusStates/1-") })
        #expect(keys.contains("clientState"))
        #expect(keys.contains("creator"))
        #expect(keys.contains("counterparty"))
        #expect(keys.contains(state + "/processedTime"))
        #expect(keys.contains(state + "/processedHeight"))
        #expect(keys.contains { $0.hasPrefix("iterateConsensusStates") })
        #expect(a.value("ibc", "clientParams") == [0x0a, 0x01, 0x2a])
        #expect(a.value("ibc", "nextClientSequence") == [0, 0, 0, 0, 0, 0, 0, 1])
        #expect(
            a.value("ibc", "clients/07-tendermint-0/creator")
                == (try a.account("operator").key.publicKey.address))
    }
}
