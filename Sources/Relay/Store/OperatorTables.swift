// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Reads and writes what people did by hand, what they hold up, and what they have put aside.
struct OperatorTables {
    static let schema = """
        -- When the packet came into each state: a byte of state, eight of nanoseconds, a step.
        ALTER TABLE packet ADD COLUMN history BLOB NOT NULL DEFAULT x'';
        -- What people did by hand, each in the commit of its effect. Never changed, never removed.
        CREATE TABLE operator_action (
            number INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,               -- a packet's name, or a chain's id
            reason TEXT NOT NULL,
            who TEXT NOT NULL,
            at INTEGER NOT NULL,
            undoes INTEGER NOT NULL              -- number of the action taken back; 0: none
        ) STRICT;
        CREATE INDEX operator_action_subject ON operator_action(subject);
        -- What operators hold up towards another chain.
        CREATE TABLE route_pause (
            chain_id TEXT NOT NULL,
            scope INTEGER NOT NULL,              -- 0 our queue towards it, 1 the peer as a whole
            reason TEXT NOT NULL,
            PRIMARY KEY (chain_id, scope)
        ) STRICT, WITHOUT ROWID;
        -- Packets that will not go on by themselves and call for nobody any more. They stay.
        CREATE TABLE packet_discarded (
            direction INTEGER NOT NULL,
            client TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            PRIMARY KEY (direction, client, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE VIEW operator_view AS SELECT number, \(Schema.time("at")) AS at, who, kind, subject,
            reason, undoes FROM operator_action ORDER BY number;

        """

    /// True for a row of `packet` that was put aside.
    static let isDiscarded =
        "EXISTS (SELECT 1 FROM packet_discarded d WHERE d.direction = packet.direction "
        + "AND d.client = packet.client AND d.sequence = packet.sequence)"

    private let action: Statement
    private let begin: Statement
    private let end: Statement
    private let discard: Statement
    private let restore: Statement

    init(_ database: Database) throws {
        action = try database.prepare("INSERT INTO operator_action VALUES (?1,?2,?3,?4,?5,?6,?7)")
        begin = try database.prepare("INSERT OR REPLACE INTO route_pause VALUES (?1, ?2, ?3)")
        end = try database.prepare("DELETE FROM route_pause WHERE chain_id = ?1 AND scope = ?2")
        discard = try database.prepare("INSERT OR REPLACE INTO packet_discarded VALUES (?1,?2,?3)")
        restore = try database.prepare(
            "DELETE FROM packet_discarded WHERE direction = ?1 AND client = ?2 AND sequence = ?3")
    }

    func write(_ record: OperatorAction) throws {
        action.bind(1, record.number)
        action.bind(2, record.kind.rawValue)
        action.bind(3, record.subject.description)
        action.bind(4, record.reason)
        action.bind(5, record.who)
        action.bind(6, record.at.column)
        action.bind(7, record.undoes)
        try action.run()
    }

    func write(_ pause: RoutePause) throws {
        let statement = pause.reason.isEmpty ? end : begin
        statement.bind(1, pause.chainID)
        statement.bind(2, Int64(pause.scope.rawValue))
        if !pause.reason.isEmpty { statement.bind(3, pause.reason) }
        try statement.run()
    }

    func write(_ id: PacketID, isDiscarded: Bool) throws {
        let statement = isDiscarded ? discard : restore
        PacketTable.bind(id, from: 1, to: statement)
        try statement.run()
    }

    /// Nil for a scope that this program does not know.
    static func pause(_ row: Statement) -> RoutePause? {
        RoutePause.Scope(rawValue: Int(row.integer(1))).map {
            RoutePause(chainID: row.text(0), scope: $0, reason: row.text(2))
        }
    }

    /// Nil for a kind that this program does not know.
    static func action(_ row: Statement) -> OperatorAction? {
        guard let kind = OperatorAction.Kind(rawValue: row.text(1)) else { return nil }
        let subject = row.text(2)
        return OperatorAction(
            number: row.unsigned(0), kind: kind,
            subject: PacketID(subject).map { .packet($0) } ?? .chain(subject),
            reason: row.text(3), who: row.text(4), at: Timestamp(column: row.integer(5)),
            undoes: row.unsigned(6))
    }
}
