// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// Open packets of one other chain, direction and state.
package struct RouteGauge: Hashable, Sendable {
    package let counterpartyChain: String
    package let direction: PacketDirection
    package let state: PacketState
    package let count: Int
    /// When the oldest of them was first seen.
    package let oldest: Timestamp
    /// When the latest of them changed.
    package let newestChange: Timestamp
}

/// What operators and monitors ask.
extension JournalReader {
    /// Everything that is not finished, counted. Parked packets that were put aside are left out.
    /// One pass over the open packets' index, whatever the store has ended before.
    package func routeGauges() throws -> [RouteGauge] {
        let statement = try database.prepare(
            """
            SELECT counterparty_chain, direction, state, count(*), min(first_seen),
                max(last_changed)
            FROM packet INDEXED BY packet_open WHERE \(Schema.isOpen)
                AND (class = 1 OR NOT \(OperatorTables.isDiscarded))
            GROUP BY 1, 2, 3
            """)
        var result: [RouteGauge] = []
        while try statement.step() {
            guard let direction = PacketDirection(rawValue: Int(statement.integer(1))),
                let state = PacketState(rawValue: Int(statement.integer(2)))
            else { continue }
            result.append(
                RouteGauge(
                    counterpartyChain: statement.text(0), direction: direction, state: state,
                    count: Int(statement.integer(3)),
                    oldest: Timestamp(column: statement.integer(4)),
                    newestChange: Timestamp(column: statement.integer(5))))
        }
        return result
    }

    package struct ReasonCount: Hashable, Sendable {
        package let counterpartyChain: String
        package let reasonCode: String
        package let count: Int
    }

    /// Parked packets by reason, those put aside left out.
    package func parkedReasons() throws -> [ReasonCount] {
        let statement = try database.prepare(
            """
            SELECT counterparty_chain, reason_code, count(*) FROM packet
            WHERE class = 2 AND \(Schema.isTroubled) AND NOT \(OperatorTables.isDiscarded)
            GROUP BY 1, 2 ORDER BY 1, 2
            """)
        var result: [ReasonCount] = []
        while try statement.step() {
            result.append(
                ReasonCount(
                    counterpartyChain: statement.text(0), reasonCode: statement.text(1),
                    count: Int(statement.integer(2))))
        }
        return result
    }

    /// Time of the newest trusted header of a chain.
    package func headerTime(chainID: String) throws -> Timestamp? {
        let statement = try database.prepare(
            """
            SELECT timestamp FROM header WHERE chain_id = ?1
            ORDER BY revision DESC, height DESC LIMIT 1
            """)
        statement.bind(1, chainID)
        return try statement.step() ? Timestamp(column: statement.integer(0)) : nil
    }

    package func pauses() throws -> [RoutePause] {
        let statement = try database.prepare("SELECT chain_id, scope, reason FROM route_pause")
        var result: [RoutePause] = []
        while try statement.step() {
            if let pause = OperatorTables.pause(statement) { result.append(pause) }
        }
        return result
    }

    /// What people did by hand, latest first.
    ///
    /// - Parameter subject: a packet's name or a chain's id; nil: any.
    package func actions(subject: String? = nil, limit: Int = 100) throws -> [OperatorAction] {
        let statement = try database.prepare(
            """
            SELECT number, kind, subject, reason, who, at, undoes FROM operator_action
            WHERE ?1 IS NULL OR subject = ?1 ORDER BY number DESC LIMIT ?2
            """)
        if let subject { statement.bind(1, subject) }
        statement.bind(2, Int64(limit))
        var result: [OperatorAction] = []
        while try statement.step() {
            if let action = OperatorTables.action(statement) { result.append(action) }
        }
        return result
    }

    package func action(_ number: UInt64) throws -> OperatorAction? {
        let statement = try database.prepare(
            """
            SELECT number, kind, subject, reason, who, at, undoes FROM operator_action
            WHERE number = ?1
            """)
        statement.bind(1, number)
        return try statement.step() ? OperatorTables.action(statement) : nil
    }

    /// The action that took another one back; nil: it stands.
    package func undoing(_ number: UInt64) throws -> UInt64? {
        let statement = try database.prepare(
            "SELECT number FROM operator_action WHERE undoes = ?1 LIMIT 1")
        statement.bind(1, number)
        return try statement.step() ? statement.unsigned(0) : nil
    }

    /// Number of the newest action; 0: there is none.
    package var lastAction: UInt64 {
        get throws {
            let statement = try database.prepare("SELECT MAX(number) FROM operator_action")
            return try statement.step() ? statement.unsigned(0) : 0
        }
    }

    /// The newest later action that changed the same thing; nil: this one still holds.
    package func overtaking(_ action: OperatorAction) throws -> OperatorAction? {
        let statement = try database.prepare(
            """
            SELECT number, kind, subject, reason, who, at, undoes FROM operator_action
            WHERE subject = ?1 AND number > ?2 ORDER BY number DESC
            """)
        statement.bind(1, action.subject.description)
        statement.bind(2, Int64(clamping: action.number))
        while try statement.step() {
            if let later = OperatorTables.action(statement),
                later.kind.aspect == action.kind.aspect
            {
                return later
            }
        }
        return nil
    }

    package func isDiscarded(_ id: PacketID) throws -> Bool {
        let statement = try database.prepare(
            """
            SELECT 1 FROM packet_discarded WHERE direction = ?1 AND client = ?2 AND sequence = ?3
            """)
        PacketTable.bind(id, from: 1, to: statement)
        return try statement.step()
    }
}
