// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

enum PacketShowCommand {
    private static let packet = CommandOperand(
        "PACKET", "As `packet list` shows it: out/07-tendermint-0/17, or in/07-tendermint-0/17.")

    static let command = Command(
        "packet show", "Show one packet: where it stands, why, and what was tried",
        discussion: "The contents of payloads are never shown: they carry personal records.",
        operands: [packet], options: StoreAccess.options
    ) { arguments, console in
        let name = arguments.operands.first ?? ""
        guard let id = PacketID(name) else {
            throw ArgumentError.badValue(
                option: "PACKET", value: name, expected: "a packet's name, such as out/CLIENT/17")
        }
        let (reader, _) = try StoreAccess.open(arguments, console)
        guard let record = try reader.packet(id) else {
            console.report("cityrelay packet show: there is no packet \(id) in \(reader.path)")
            return .negative
        }
        let view = PacketView(
            record: record, attempts: try reader.attempts(of: id),
            transactions: try reader.transactions(of: record), now: console.now)
        if arguments.isJSON {
            console.print(view.json)
        } else {
            for line in view.lines { console.print(line) }
        }
        return .success
    }
}

/// One packet with everything that is kept about it, for people and for programs.
struct PacketView {
    let record: PacketRecord
    let attempts: [Attempt]
    let transactions: [TransactionRecord]
    let now: Timestamp

    var lines: [String] {
        let parked = record.parkedFrom.map { ", released to \($0.name)" } ?? ""
        var lines = [
            "\(record.id)  \(record.state.name)\(parked)", "", record.explanation(now: now), "",
            "other chain     \(record.counterpartyChain)",
            "committed at    \(record.committedHeight)",
            "deadline        \(deadline)",
            "first seen      \(record.firstSeen.utcText)",
            "last changed    \(record.lastChanged.utcText)",
        ]
        if !record.proof.isEmpty {
            lines.append("proof           \(record.proof.count) bytes at \(record.proofHeight)")
        }
        if !record.acknowledgement.isEmpty {
            lines.append("acknowledgement \(record.acknowledgement.count) bytes")
        }
        if let packet = try? Packet(reading: record.packet) {
            lines.append("source          client \(Self.safe(packet.sourceClient))")
            lines.append("destination     client \(Self.safe(packet.destinationClient))")
            for payload in packet.payloads {
                lines.append(
                    "payload         \(Self.safe(payload.sourcePort)) to "
                        + "\(Self.safe(payload.destinationPort)), \(Self.safe(payload.version)), "
                        + "\(Self.safe(payload.encoding)), \(payload.value.count) bytes")
            }
        }
        lines += timeline
        return lines
    }

    /// Attempts and transactions, by time.
    private var timeline: [String] {
        var events: [(Timestamp, [String])] = attempts.map { attempt in
            (attempt.at, [attempt.step, attempt.code, Self.safe(attempt.detail)])
        }
        for transaction in transactions {
            let outcome =
                transaction.state == .failed
                ? "\(transaction.codespace) \(transaction.code)" : "height \(transaction.height)"
            let detail =
                transaction.state == .pending
                ? "up to height \(transaction.timeoutHeight)" : outcome
            events.append(
                (
                    transaction.createdAt,
                    [
                        "transaction", transaction.state.name,
                        "\(Hex.encode(transaction.hash.prefix(8)))… \(Self.safe(detail))",
                    ]
                ))
        }
        guard !events.isEmpty else { return [] }
        var table = TextTable(["TIME", "STEP", "CODE", "DETAIL"])
        for (at, cells) in events.sorted(by: { $0.0 < $1.0 }) { table.add([at.utcText] + cells) }
        return [""] + table.lines
    }

    private var deadline: String {
        guard let seconds = Int64(exactly: record.timeoutSeconds),
            let moment = Timestamp(seconds: seconds)
        else { return "\(record.timeoutSeconds) seconds after 1970" }
        return moment.utcText
    }

    private static func safe(_ text: some CustomStringConvertible) -> String {
        Screen.safe(text.description)
    }

    var json: JSONText {
        .object([
            ("packet", .string(record.id.description)),
            ("counterparty_chain", .string(record.counterpartyChain)),
            ("state", .string(record.state.name)),
            ("parked_from", .optional(record.parkedFrom?.name)),
            ("explanation", .string(record.explanation(now: now))),
            ("attempts_at_step", .integer(Int64(record.attempts))),
            ("reason", .string(record.reasonCode)), ("detail", .string(record.reasonDetail)),
            ("not_before", StoreAccess.json(record.notBefore)),
            ("deadline_unix_seconds", .unsigned(record.timeoutSeconds)),
            ("committed_height", .string(record.committedHeight.description)),
            ("proof_height", .string(record.proofHeight.description)),
            ("proof_bytes", .integer(Int64(record.proof.count))),
            ("acknowledgement_bytes", .integer(Int64(record.acknowledgement.count))),
            ("transaction", .string(Hex.encode(record.transaction))),
            ("first_seen", StoreAccess.json(record.firstSeen)),
            ("last_changed", StoreAccess.json(record.lastChanged)),
            ("payloads", payloadsJSON),
            ("attempts", .array(attempts.map { json($0) })),
            ("transactions", .array(transactions.map { json($0) })),
        ])
    }

    private var payloadsJSON: JSONText {
        guard let packet = try? Packet(reading: record.packet) else { return .null }
        return .array(
            packet.payloads.map { payload in
                .object([
                    ("source_port", .string(payload.sourcePort.text)),
                    ("destination_port", .string(payload.destinationPort.text)),
                    ("version", .string(payload.version.text)),
                    ("encoding", .string(payload.encoding.text)),
                    ("bytes", .integer(Int64(payload.value.count))),
                ])
            })
    }

    private func json(_ attempt: Attempt) -> JSONText {
        .object([
            ("at", StoreAccess.json(attempt.at)), ("step", .string(attempt.step)),
            ("code", .string(attempt.code)), ("detail", .string(attempt.detail)),
        ])
    }

    private func json(_ transaction: TransactionRecord) -> JSONText {
        .object([
            ("hash", .string(Hex.encode(transaction.hash))),
            ("purpose", .string(transaction.purpose.name)),
            ("state", .string(transaction.state.name)),
            ("codespace", .string(transaction.codespace)),
            ("code", .integer(Int64(transaction.code))), ("log", .string(transaction.log)),
            ("height", .unsigned(transaction.height)),
            ("gas_used", .unsigned(transaction.gasUsed)),
            ("timeout_height", .unsigned(transaction.timeoutHeight)),
            ("created_at", StoreAccess.json(transaction.createdAt)),
        ])
    }
}
