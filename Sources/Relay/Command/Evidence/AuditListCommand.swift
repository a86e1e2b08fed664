// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

/// How the audit commands find an access log. They only read.
enum AuditStore {
    static let store = CommandOption(
        "store", value: "FILE", "The log itself: a copy of access.db, or the file of a relay.")
    static let options = [StoreAccess.config, store]

    static func open(_ arguments: Arguments, _ console: Console) throws -> AccessLogReader {
        if let path = arguments.value(store) { return try AccessLogReader(path: path) }
        let path = arguments.value(StoreAccess.config) ?? "relay.yaml"
        let loaded = ConfigurationLoader.load(relay: path, files: console.files)
        guard let relay = loaded.relay else {
            throw StoreAccess.NoStore(
                path: path, finding: loaded.findings.first { !$0.isWarning })
        }
        let parts = relay.storeFile.split(separator: "/", omittingEmptySubsequences: false)
        return try AccessLogReader(
            path: (parts.dropLast() + ["access.db"]).joined(separator: "/"))
    }

    /// Success, unless entries are gone that were signed for, or the rows that searches go by are
    /// not what their signed leaves say.
    static func status(_ reader: AccessLogReader, _ console: inout Console) throws -> ExitStatus {
        guard let place = try reader.firstBentRow() else {
            guard let fault = try reader.rollback() else { return .success }
            console.report("cityrelay: \(fault)")
            return .negative
        }
        console.report(
            "audit/index: entry \(place) is missing, unsigned, or its searchable columns are not "
                + "what its leaf says: searches do not find what is there; take the file as "
                + "evidence, export the log and verify it")
        return .negative
    }
}

enum AuditListCommand {
    private static let record = CommandOption(
        "record", value: "HEX", "Only uses of the record with this blind index.")
    private static let officer = CommandOption(
        "officer", value: "HEX", "Only requests of the officer with this opaque reference.")
    private static let purpose = CommandOption("purpose", value: "CODE", "Only this purpose.")
    private static let caseNumber = CommandOption("case", value: "CODE", "Only this case.")
    private static let requester = CommandOption(
        "requester", value: "MEMBER", "Only requests of this member.")
    private static let outcome = CommandOption(
        "outcome", value: "WORD", choices: ["released", "absent", "refused"],
        "Only requests that ended so.")
    private static let from = CommandOption(
        "from", value: "TIME", "Only entries of that moment or later: 2026-07-01T00:00:00Z.")
    private static let until = CommandOption("until", value: "TIME", "Only earlier entries.")
    private static let withoutReceipt = CommandOption(
        "without-receipt",
        "Only entries that their requester has not acknowledged. Receipts come within seconds; "
            + "with --until some minutes ago these are requesters who owe one.")
    private static let limit = CommandOption("limit", value: "N", "At most N entries; 100.")
    private static let offset = CommandOption("offset", value: "N", "Leave out the first N; 0.")

    static let command = Command(
        "audit list", "List who asked for which record, and for what",
        discussion: "All conditions hold together. Officers, persons and records are opaque here:\n"
            + "the asking city resolves an officer, the keeping city a record.\n"
            + "Who looked at one record in the third quarter:\n"
            + "  cityrelay audit list --record 9f86… --from 2026-07-01T00:00:00Z \\\n"
            + "      --until 2026-10-01T00:00:00Z",
        options: [
            record, officer, purpose, caseNumber, requester, outcome, from, until,
            withoutReceipt, limit, offset,
        ] + AuditStore.options
    ) { arguments, console in
        let query = try query(arguments)
        let reader = try AuditStore.open(arguments, console)
        let total = try reader.count(query)
        let rows = try reader.entries(query)
        if arguments.isJSON {
            console.print(
                .object([
                    ("owner", .string(try reader.owner().description)),
                    ("total", .integer(Int64(total))), ("offset", .integer(Int64(query.offset))),
                    ("entries", .array(rows.map { AuditText.json($0) })),
                ]))
            return try AuditStore.status(reader, &console)
        }
        var table = TextTable([
            "ENTRY", "TIME", "REQUESTER", "OFFICER", "KIND", "PURPOSE", "CASE", "RECEIPT",
            "OUTCOME",
        ])
        for row in rows { table.add(AuditText.cells(row)) }
        for line in table.lines { console.print(line) }
        if rows.isEmpty { console.report("no entry is like that") }
        let end = query.offset + rows.count
        if end < total {
            console.report("\(rows.count) of \(total); the next ones: --offset \(end)")
        }
        return try AuditStore.status(reader, &console)
    }

    private static func query(_ arguments: Arguments) throws(ArgumentError) -> AccessQuery {
        var query = AccessQuery()
        query.record = try digest(arguments, record)
        query.officer = try digest(arguments, officer).map { OpaqueReference($0) }
        query.purpose = arguments.value(purpose)
        query.caseNumber = arguments.value(caseNumber)
        query.requester = arguments.value(requester)
        query.outcome = arguments.value(outcome)
        query.from = try time(arguments, from)
        query.until = try time(arguments, until)
        query.withoutReceipt = arguments.has(withoutReceipt)
        query.limit = try arguments.number(limit, in: 1...AccessQuery.maxLimit) ?? 100
        query.offset = try arguments.number(offset, in: 0...Int(Int32.max)) ?? 0
        return query
    }

    private static func digest(
        _ arguments: Arguments, _ option: CommandOption
    ) throws(ArgumentError) -> Digest? {
        guard let text = arguments.value(option) else { return nil }
        guard let bytes = Hex.decode(text), let digest = Digest(bytes) else {
            throw .badValue(
                option: "--\(option.name)", value: text, expected: "64 hexadecimal digits")
        }
        return digest
    }

    private static func time(
        _ arguments: Arguments, _ option: CommandOption
    ) throws(ArgumentError) -> Timestamp? {
        guard let text = arguments.value(option) else { return nil }
        guard let time = RFC3339.parse(text) else {
            throw .badValue(
                option: "--\(option.name)", value: text,
                expected: "a time such as 2026-07-01T00:00:00Z")
        }
        return time
    }
}

/// An entry for people and programs.
enum AuditText {
    static func cells(_ row: FoundAccess) -> [String] {
        let entry = row.entry
        let access = entry.access
        let refusal = access.outcome.refusal.map { " \($0)" } ?? ""
        return [
            String(entry.sequence), String(RFC3339.format(entry.time).prefix(19)) + "Z",
            access.requester.member.description,
            String(access.requester.officer.description.prefix(12)), access.resource.text,
            access.purpose.text, access.caseNumber.text, row.hasReceipt ? "yes" : "no",
            access.outcome.name + refusal,
        ]
    }

    static func json(_ row: FoundAccess) -> JSONText {
        let entry = row.entry
        let access = entry.access
        return .object([
            ("sequence", .unsigned(entry.sequence)), ("time", .string(RFC3339.format(entry.time))),
            ("requester", .string(access.requester.member.description)),
            ("department", .string(access.requester.department.text)),
            ("application", .string(access.requester.application.text)),
            ("officer", .string(access.requester.officer.description)),
            ("provider", .string(access.provider.description)),
            ("kind", .string(access.resource.text)),
            ("items", .array(access.items.map { .string($0.text) })),
            ("predicates", .array(access.predicates.map { .string($0.text) })),
            ("record", .optional(access.record?.description)),
            ("purpose", .string(access.purpose.text)), ("basis", .string(access.basis.name)),
            ("legal_reference", .optional(access.legalReference?.text)),
            ("grant", .optional(access.grant?.text)),
            ("grant_digest", .optional(access.grantDigest?.description)),
            ("service_item", .string(access.serviceItem.text)),
            ("case", .string(access.caseNumber.text)),
            ("consent", .optional(access.consent?.description)),
            ("mode", .string(access.mode.name)), ("outcome", .string(access.outcome.name)),
            ("refusal", .optional(access.outcome.refusal?.text)),
            ("ticket", .string(access.ticket.description)),
            ("receipt", .bool(row.hasReceipt)), ("leaf_hash", .string(row.leafHash.description)),
        ])
    }
}
