// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

/// Vector W17 and what nodes answer to wrong questions.
@Suite struct `Unproven questions` {
    private let cities: TwoCities
    private var a: TestCity { cities.a }
    private var b: TestCity { cities.b }

    init() throws { cities = try TwoCities() }

    private func ask(
        _ path: String, _ data: [UInt8] = [], height: UInt64 = 0, prove: Bool = false
    ) -> ApplicationAnswer {
        a.chain.query(
            ApplicationQuery(path: path, data: data, height: height, wantsProof: prove))
    }

    private func named(_ client: String, _ rest: [UInt8] = []) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, client)
        return writer.bytes + rest
    }

    @Test func `the relayer's account has the recorded bytes`() throws {
        let address = "cosmos172wuc2q8t0q3ge8c0vxayrr88emqgtga80zrdu"
        let request = [0x0a, 0x2d] + Array(address.utf8)
        let answer = ask("/cosmos.auth.v1beta1.Query/Account", request, height: 1)
        let expected =
            "0a550a202f636f736d6f732e617574682e763162657461312e426173654163636f756e7412310a2d"
            + Hex.encode(Array(address.utf8)) + "1801"
        #expect(answer.value.map { Hex.encode($0) } == expected)
        let unknown = ask(
            "/cosmos.auth.v1beta1.Query/Account",
            [0x0a, 0x2d] + Array("cosmos1ex34wjv9x7gy7k8fq08vama74qrw3dtrcelhyu".utf8))
        #expect((unknown.code, unknown.codespace) == (22, "sdk"))
        #expect(
            unknown.log
                == "rpc error: code = NotFound desc = account "
                + "cosmos1ex34wjv9x7gy7k8fq08vama74qrw3dtrcelhyu not found: key not found")
    }

    @Test func `open and unreceived packets have the recorded bytes`() throws {
        let none = ask("/ibc.core.channel.v2.Query/PacketCommitments", named("07-tendermint-0"))
        let height = a.chain.latestHeight
        #expect(none.value == [0x12, 0, 0x1a, 4, 8, 1, 0x10, UInt8(height)])
        for number in 1...4 {
            let packet = try TwoCities.sent(
                #"{"kind":"test\#(number)"}"#, port: "licence", from: b)
            try TwoCities.deliver(packet, to: a, from: b)
        }
        let list: [UInt8] = [0x12, 5, 1, 2, 3, 4, 5]
        let answer = ask(
            "/ibc.core.channel.v2.Query/UnreceivedPackets", named("07-tendermint-0", list))
        #expect(
            answer.value
                == [0x0a, 1, 5, 0x12, 4, 8, 1, 0x10, UInt8(a.chain.latestHeight)])
        let next = ask("/ibc.core.channel.v2.Query/NextSequenceSend", named("07-tendermint-0"))
        #expect(next.value == [8, 1, 0x1a, 4, 8, 1, 0x10, UInt8(a.chain.latestHeight)])
        let info = ask("/ibc.core.client.v2.Query/CounterpartyInfo", named("07-tendermint-0"))
        #expect(info.value.map { Base64.encode($0) } == "ChgKA2liYwoAEg8wNy10ZW5kZXJtaW50LTA=")
        #expect(
            ask("/ibc.core.client.v2.Query/Config", named("07-tendermint-0")).value == [0x0a, 0])
        #expect(
            ask("/ibc.core.client.v1.Query/ClientParams").value.map { Base64.encode($0) }
                == "CgMKASo=")
        #expect(
            ask("/cosmos.base.node.v1beta1.Service/Config").value.map { Base64.encode($0) }
                == "ChkwLjAwMTAwMDAwMDAwMDAwMDAwMHN0YWtlEgEwGgEw")
        #expect(
            ask("/cosmos.auth.v1beta1.Query/Params").value.map { Base64.encode($0) }
                == "Cg0IgAIQBxgKIM4EKOgH")
    }

    @Test func `pages hold what they are asked for and name the next`() throws {
        for number in 0..<5 {
            _ = try TwoCities.sent(#"{"kind":"test\#(number)"}"#, port: "licence", from: a)
        }
        var seen: [UInt64] = []
        var key: [UInt8] = []
        repeat {
            var page = ProtobufWriter()
            page.bytes(1, key)
            page.uint64(3, 2)
            var request = ProtobufWriter()
            request.bytes(1, TestCity.client.bytes)
            request.alwaysBytes(2, page.bytes)
            let answer = ask("/ibc.core.channel.v2.Query/PacketCommitments", request.bytes)
            let reply = try Reply(try #require(answer.value))
            for state in reply.messages[1] ?? [] {
                seen.append(try #require(try Reply(state).numbers[2]))
            }
            key = try Reply(reply.messages[2]?.first ?? []).messages[1]?.first ?? []
        } while !key.isEmpty
        #expect(seen == [1, 2, 3, 4, 5])
    }

    static let refusals:
        [(path: String, data: [UInt8], height: UInt64, prove: Bool, code: UInt32, space: String)] =
            [
                ("", [1], 0, true, 6, "sdk"),
                ("/nothing", [1], 0, true, 6, "sdk"),
                ("/ibc.core.channel.v2.Query/Nothing", [], 0, false, 6, "sdk"),
                ("/store/nothing/key", [1], 0, true, 4, "store"),
                ("/store/ibc/keys", [1], 0, true, 4, "store"),
                ("/store/ibc/key", [1], 100_000, true, 7, "store"),
                ("/store/ibc/key", [], 0, true, 7, "store"),
                ("/store/ibc/key", [1], 1, true, 18, "sdk"),
                ("/ibc.core.client.v1.Query/ClientStates", [], 100_000, false, 26, "sdk"),
                ("/ibc.core.client.v1.Query/ClientState", [0xff, 0xff], 0, false, 18, "sdk"),
                ("/ibc.core.client.v1.Query/ClientState", [0x0a, 1, 0x78], 0, false, 22, "sdk"),
            ]

    @Test(arguments: refusals)
    func `a wrong question gets the code a node gives`(
        path: String, data: [UInt8], height: UInt64, prove: Bool, code: UInt32, space: String
    ) {
        let answer = ask(path, data, height: height, prove: prove)
        #expect((answer.code, answer.codespace) == (code, space), "\(answer.log)")
        #expect(answer.value == nil)
        #expect(answer.proof == nil)
    }

    @Test func `a height that is not there looks like absence without proof`() {
        let future = ask("/store/ibc/key", [1], height: 100_000)
        #expect(future.code == 0)
        #expect(future.log == "version does not exist")
        #expect((future.value, future.height) == (nil, 100_000))
    }

    @Test func `an answer without proof is the proven one`() throws {
        let key = Array("nextSequenceSend/07-tendermint-0".utf8)
        let height = a.chain.latestHeight
        let plain = ask("store/ibc/key", key, height: height - 1)
        let proven = ask("/store/ibc/key", key, height: height - 1, prove: true)
        #expect(plain.value == proven.value)
        #expect(proven.proof?.map(\.type) == ["ics23:iavl", "ics23:simple"])
        #expect(proven.height == height - 1)
    }
}
