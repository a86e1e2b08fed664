// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

/// Worked vectors W13, W14 and W16 of specs/building-cometbft.md, met by what the chain does.
@Suite struct `Execution vectors` {
    @Test func `W13: the recorded registration is what our operator signs, and our chain runs it`()
        throws
    {
        let city = try TestCity(code: "330100", name: "hangzhou", people: 0)
        let other = try TestCity(code: "110000", name: "beijing", people: 0)
        let created = try city.run(
            TwoCities.createClient(of: other, on: city), by: "operator")
        #expect(created.code == 0)
        let message = MsgRegisterCounterparty(
            clientID: TestCity.client, counterpartyMerklePrefix: [Array("ibc".utf8), []],
            counterpartyClientID: TestCity.client, signer: try city.account("operator").address)
        let transaction = try city.sign([message], by: "operator", gas: 81_373, fee: 163)
        #expect(
            Hex.encode(transaction.hash.bytes)
                == "df22dadc363914f7527e926c032dd5de80ac17e7e6644fb7b326efc295ee1bc1")
        #expect(transaction.bytes.count == 311)
        #expect(try city.chain.submit(transaction.bytes).result.code == 0)
        try city.makeBlocks()
        let result = try #require(city.chain.transaction(hash: transaction.hash)).result
        #expect(result.code == 0, "\(result.log)")
        #expect(
            Hex.encode(result.data)
                == "12350a332f6962632e636f72652e636c69656e742e76322e4d73675265676973746572436f75"
                + "6e7465727061727479526573706f6e7365")
    }

    @Test func `W14: update, repetition and receive answer with the measured bytes`() throws {
        let cities = try TwoCities()
        let (a, b) = (cities.a, cities.b)
        let packets = try (0..<2).map {
            try TwoCities.sent(#"{"kind":"test\#($0)"}"#, port: "licence", from: a)
        }
        try TwoCities.deliver(packets[0], to: b, from: a)
        try a.makeBlocks()
        let update = try TwoCities.update(b, from: a)
        let receives = try packets.map { try TwoCities.receive($0, on: b, from: a) }
        let result = try b.run([update] + receives, by: "relayer")
        #expect(
            Hex.encode(result.data)
                == "122d0a2b2f6962632e636f72652e636c69656e742e76312e4d7367557064617465436c69656e"
                + "74526573706f6e736512300a2a2f6962632e636f72652e6368616e6e656c2e76322e4d736752"
                + "6563765061636b6574526573706f6e73651202080112300a2a2f6962632e636f72652e636861"
                + "6e6e656c2e76322e4d7367526563765061636b6574526573706f6e736512020802")
    }

    @Test func `W16: what a packet leaves stands under ibc-go's keys`() throws {
        let cities = try TwoCities()
        let (a, b) = (cities.a, cities.b)
        let packet = try TwoCities.sent(
            #"{"kind":"test","rig_reply":"later"}"#, port: "licence", from: a)
        try TwoCities.deliver(packet, to: b, from: a)
        let client = Hex.encode(Array("07-tendermint-0".utf8))
        func holds(_ city: TestCity, _ hex: String) throws -> Bool {
            let key = try #require(Hex.decode(hex))
            let query = ApplicationQuery(path: "/store/ibc/key", data: key)
            return city.chain.query(query).value != nil
        }
        #expect(try holds(a, client + "010000000000000001"))
        #expect(try holds(a, "6e65787453657175656e636553656e642f" + client))
        #expect(try holds(b, client + "020000000000000001"))
        #expect(try holds(b, client + "6173796e635f7061636b65740000000000000001"))
        #expect(try !holds(b, client + "030000000000000001"))
        try b.makeBlocks(2)
        #expect(try holds(b, client + "030000000000000001"))
        #expect(try !holds(b, client + "6173796e635f7061636b65740000000000000001"))
    }
}
