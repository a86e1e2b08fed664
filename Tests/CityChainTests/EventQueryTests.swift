// SPDX-License-Identifier: Apache-2.0

import CityChain
import Testing

@Suite struct `Event queries` {
    static let values = [
        "tm.event": ["Tx"], "tx.height": ["12"],
        "send_packet.packet_source_client": ["07-tendermint-0", "07-tendermint-1"],
        "transfer.amount": ["227stake"],
    ]

    @Test(arguments: [
        ("tm.event='Tx'", true), ("tm.event = 'Tx' AND tx.height > 11", true),
        ("tm.event='NewBlock'", false), ("tx.height<12", false), ("tx.height<=12", true),
        ("tx.height>=13", false), ("tx.height=12", true),
        ("send_packet.packet_source_client='07-tendermint-1'", true),
        ("send_packet.packet_source_client EXISTS", true),
        ("recv_packet.packet_source_client EXISTS", false),
        ("send_packet.packet_source_client CONTAINS 'mint-0'", true),
        ("transfer.amount>200", true),
        ("tm.event='Tx' AND recv_packet.a EXISTS", false),
    ])
    func `a query selects what it says`(text: String, expected: Bool) throws {
        #expect(try EventQuery(text).matches(Self.values) == expected)
    }

    @Test(arguments: [
        ("tm.event=", "offset 9: EOF"), ("send_packet.packet_sequence=", "offset 28: EOF"),
        ("", "offset 0: EOF"),
    ])
    func `a broken query is refused in the node's words`(text: String, message: String) {
        #expect(throws: EventQuery.SyntaxError(message: message)) { try EventQuery(text) }
    }

    @Test func `a client has five subscriptions, and no query twice`() throws {
        var subscriptions = Subscriptions()
        try subscriptions.add("tm.event='NewBlock'", id: .int(1))
        #expect(throws: RPCError.internal("already subscribed")) {
            try subscriptions.add("tm.event='NewBlock'", id: .int(2))
        }
        #expect(throws: RPCError.internal("failed to parse query: offset 9: EOF")) {
            try subscriptions.add("tm.event=", id: .int(2))
        }
        for number in 2...5 { try subscriptions.add("tx.height=\(number)", id: .int(number)) }
        #expect(throws: RPCError.internal("max_subscriptions_per_client 5 reached")) {
            try subscriptions.add("tx.height=6", id: .int(6))
        }
        #expect(throws: RPCError.internal("subscription not found")) {
            try subscriptions.remove("tm.event='Vote'")
        }
        let messages = subscriptions.messages(for: Announcement("NewBlock", [:]))
        #expect(messages.map { $0["id"] } == [.int(1)])
        try subscriptions.removeAll()
        #expect(subscriptions.isEmpty)
    }
}
