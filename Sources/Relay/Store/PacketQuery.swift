// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// Which packets to list. All conditions hold together; an absent one holds for every packet.
package struct PacketQuery: Hashable, Sendable {
    package var direction: PacketDirection?
    package var client: String?
    package var counterpartyChain: String?
    /// Any of these; empty: any.
    package var states: [PacketState] = []
    /// Only packets that are not finished.
    package var isOpen = false
    /// Only packets first seen at or before this moment.
    package var seenBefore: Timestamp?
    /// Only these rows of the table; nil: any.
    package var rows: [Int64]?
    /// The reason's code begins with this.
    package var reason: String?
    /// Only packets with a payload from this port: "providentfund", "licences".
    package var kind: String?
    /// Only packets that will not go on by themselves and still call for people: parked, refused,
    /// timed out or expired, and not put aside.
    package var isDead = false
    package var limit = 100
    package var offset = 0

    package init() {}

    /// Most rows of one answer: a page for people, some megabytes for programs.
    package static let maxLimit = 100_000

    /// A packet's reason in SQL: of one that ended badly, its end.
    static let reason: String = {
        let ends = PacketState.allCases.compactMap { state in
            // Numbers and codes of our own, so they may stand in the text.
            state.failureCode.map { "WHEN \(state.rawValue) THEN '\($0)'" }
        }
        return "CASE state \(ends.joined(separator: " ")) ELSE reason_code END"
    }()

    /// Conditions in SQL. Where they allow it they repeat a partial index's own words, which SQLite
    /// asks for before it uses one.
    package var conditions: String {
        var terms: [String] = []
        if direction != nil { terms.append("direction = ?1") }
        if client != nil { terms.append("client = ?2") }
        if counterpartyChain != nil { terms.append("counterparty_chain = ?3") }
        if seenBefore != nil { terms.append("first_seen <= ?4") }
        if let rows {
            // Numbers of our own table, so they may stand in the text.
            terms.append("id IN (\(rows.map { String($0) }.joined(separator: ",")))")
        }
        if reason != nil { terms.append("substr(\(PacketQuery.reason), 1, length(?5)) = ?5") }
        if !states.isEmpty {
            // Raw values are ours, so they may stand in the text.
            let list = states.map { String($0.rawValue) }.joined(separator: ",")
            terms.append("state IN (\(list))")
            let classes = Set(states.map { Schema.packetClass($0) })
            let numbers = classes.sorted().map { String($0) }.joined(separator: ",")
            terms.append("class IN (\(numbers))")
            if classes.isSubset(of: [2, 3]) { terms.append(Schema.isTroubled) }
            if classes.isSubset(of: [1, 2]) { terms.append(Schema.isOpen) }
        }
        if isOpen { terms.append(Schema.isOpen) }
        if isDead {
            terms.append(Schema.isTroubled)
            terms.append("NOT \(OperatorTables.isDiscarded)")
        }
        if kind != nil {
            terms.append(
                "EXISTS (SELECT 1 FROM packet_body b WHERE b.id = packet.id "
                    + "AND instr(b.bytes, ?8) > 0)")
        }
        return terms.isEmpty ? "1" : terms.joined(separator: " AND ")
    }

    func bind(to statement: Statement) {
        if let direction { statement.bind(1, Int64(direction.rawValue)) }
        if let client { statement.bind(2, client) }
        if let counterpartyChain { statement.bind(3, counterpartyChain) }
        if let seenBefore { statement.bind(4, seenBefore.column) }
        if let reason { statement.bind(5, reason) }
        if let kind {
            // The payload's first field as it stands in the packet's bytes.
            let port = Array(kind.utf8.prefix(127))
            statement.bind(8, copying: [0x0a, UInt8(port.count)] + port)
        }
    }
}

/// A packet without its bytes.
package struct PacketRow: Hashable, Sendable {
    package let id: PacketID
    package let counterpartyChain: String
    package let state: PacketState
    package let parkedFrom: PacketState?
    package let attempts: Int
    package let notBefore: Timestamp
    package let reasonCode: String
    package let timeoutSeconds: UInt64
    package let firstSeen: Timestamp
    package let lastChanged: Timestamp
}
