// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

/// One of our light clients, with what the store and the topology know around it.
struct ClientView {
    let record: ClientRecord
    let link: LinkRecord?
    let latest: HeaderRecord?
    let headerCount: Int
    /// Nil without a topology at hand.
    let trustingPeriodNanoseconds: Int64?
    let now: Timestamp

    /// Frozen before expired before active; "unknown" where no topology tells the trusting period.
    var status: String {
        if record.isFrozen { return ClientStatus.frozen.rawValue }
        guard let latest else { return ClientStatus.expired.rawValue }
        guard let period = trustingPeriodNanoseconds else { return "unknown" }
        let isExpired = latest.timestamp.adding(nanoseconds: period) <= now
        return (isExpired ? ClientStatus.expired : .active).rawValue
    }

    /// When the client expires unless it is updated.
    var expiry: Timestamp? {
        guard let latest, let period = trustingPeriodNanoseconds else { return nil }
        return latest.timestamp.adding(nanoseconds: period)
    }

    var json: [(String, JSONText)] {
        [
            ("chain", .string(record.chainID)), ("family", .string(record.family)),
            ("status", .string(status)), ("frozen_reason", .string(record.frozenReason)),
            ("latest_height", .string(record.latestHeight.description)),
            ("latest_time", latest.map { StoreAccess.json($0.timestamp) } ?? .null),
            ("expires", expiry.map { StoreAccess.json($0) } ?? .null),
            ("headers", .integer(Int64(headerCount))),
            ("local_client", .optional(link?.localClient)),
            ("remote_client", .optional(link?.remoteClient)),
            ("is_registered", .bool(link?.isRegistered ?? false)),
        ]
    }

    static func all(
        _ reader: JournalReader, _ configuration: LoadedConfiguration?, _ now: Timestamp
    ) throws -> [ClientView] {
        let links = try reader.links()
        return try reader.clients().map { record in
            let member = configuration?.topology?.member(chainID: ChainID(record.chainID))
            return ClientView(
                record: record, link: links.first { $0.counterpartyChain == record.chainID },
                latest: try reader.headers(chainID: record.chainID, limit: 1).first,
                headerCount: try reader.headerCount(chainID: record.chainID),
                trustingPeriodNanoseconds: member?.chain.parameters.trustingPeriodNanoseconds,
                now: now)
        }
    }
}

enum ClientListCommand {
    static let command = Command(
        "client list", "List our light clients of the other chains",
        discussion:
            "STATUS is active, expired or frozen; unknown where only the store is given and\n"
            + "the trusting period, which stands in the topology, is not known.",
        options: StoreAccess.options
    ) { arguments, console in
        let (reader, configuration) = try StoreAccess.open(arguments, console)
        let clients = try ClientView.all(reader, configuration, console.now)
        if arguments.isJSON {
            console.print(.object([("clients", .array(clients.map { .object($0.json) }))]))
            return .success
        }
        var table = TextTable(["CHAIN", "STATUS", "HEIGHT", "AGE", "HEADERS", "OURS", "THEIRS"])
        for client in clients {
            table.add([
                client.record.chainID, client.status, client.record.latestHeight.description,
                client.latest.map { StoreAccess.age($0.timestamp, console.now) } ?? "-",
                String(client.headerCount), client.link?.localClient ?? "-",
                client.link?.remoteClient ?? "-",
            ])
        }
        for line in table.lines { console.print(line) }
        return .success
    }
}

enum ClientShowCommand {
    private static let chain = CommandOperand("CHAIN", "Chain id of the other chain.")
    /// Headers shown to people; `sqlite3` shows all.
    private static let shownHeaders = 10

    static let command = Command(
        "client show", "Show one light client: its headers, links and evidence",
        operands: [chain], options: StoreAccess.options
    ) { arguments, console in
        let name = arguments.operands.first ?? ""
        let (reader, configuration) = try StoreAccess.open(arguments, console)
        let clients = try ClientView.all(reader, configuration, console.now)
        guard let client = clients.first(where: { $0.record.chainID == name }) else {
            let known = clients.map(\.record.chainID).joined(separator: ", ")
            console.report("cityrelay client show: there is no client of \(name); known: \(known)")
            return .negative
        }
        let headers = try reader.headers(chainID: name, limit: shownHeaders)
        let evidence = try reader.evidence().filter { $0.chainID == name }
        if arguments.isJSON {
            console.print(
                .object(
                    client.json + [
                        ("latest_headers", .array(headers.map { json($0) })),
                        ("evidence", .array(evidence.map { json($0) })),
                    ]))
        } else {
            for line in lines(client, headers, evidence) { console.print(line) }
        }
        return .success
    }

    private static func lines(
        _ client: ClientView, _ headers: [HeaderRecord], _ evidence: [EvidenceRecord]
    ) -> [String] {
        let link = client.link
        var lines = [
            "\(client.record.chainID)  \(client.status)", "",
            "family        \(client.record.family)",
            "latest height \(client.record.latestHeight)",
            "expires       \(client.expiry?.utcText ?? "unknown: no topology at hand")",
            "client of it on our chain   \(link?.localClient ?? "none")"
                + (link?.isRegistered == true ? ", counterparty registered" : ""),
            "client of ours on its chain \(link?.remoteClient ?? "none")",
        ]
        if client.record.isFrozen {
            lines.append("frozen        \(client.record.frozenReason)")
        }
        var table = TextTable(["HEIGHT", "TIME", "VERIFIED", "FROM", "HASH"])
        for header in headers {
            table.add([
                header.height.description, header.timestamp.utcText, header.verifiedAt.utcText,
                header.trustedHeight.isZero ? "anchor" : header.trustedHeight.description,
                "\(Hex.encode(header.headerHash.prefix(8)))…",
            ])
        }
        lines += [""] + table.lines
        if client.headerCount > headers.count {
            lines.append("… \(client.headerCount - headers.count) more")
        }
        for item in evidence {
            lines.append(
                "evidence \(item.kind) at \(item.height), \(item.evidence.count) bytes, "
                    + "reported by \(item.reportedBy), \(item.at.utcText)")
        }
        return lines
    }

    private static func json(_ header: HeaderRecord) -> JSONText {
        .object([
            ("height", .string(header.height.description)),
            ("time", StoreAccess.json(header.timestamp)),
            ("hash", .string(Hex.encode(header.headerHash))),
            ("trusted_height", .string(header.trustedHeight.description)),
            ("verified_at", StoreAccess.json(header.verifiedAt)),
        ])
    }

    private static func json(_ evidence: EvidenceRecord) -> JSONText {
        .object([
            ("kind", .string(evidence.kind)), ("height", .string(evidence.height.description)),
            ("bytes", .integer(Int64(evidence.evidence.count))),
            ("reported_by", .string(evidence.reportedBy)), ("at", StoreAccess.json(evidence.at)),
        ])
    }
}
