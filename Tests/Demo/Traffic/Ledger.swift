// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

/// What became of the run's packets, read from the source relays' stores.
struct Ledger {
    struct Row {
        var sent = 0
        var ends: [Parcel.End: Int] = [:]
        var wrong = 0
        var open = 0
        /// Milliseconds from the first sight of the send to the end.
        var latencies: [Int64] = []
    }

    private(set) var rows: [String: Row] = [:]
    private(set) var problems: [String] = []
    /// Those that have not ended, by route and name.
    private(set) var openPackets: [String] = []

    var open: Int { rows.values.reduce(0) { $0 + $1.open } }
    var wrong: Int { rows.values.reduce(0) { $0 + $1.wrong } }
    var ended: Int { rows.values.reduce(0) { $0 + $1.ends.values.reduce(0, +) } }

    init(_ packets: [Tracked], world: World) throws {
        var readers: [String: JournalReader] = [:]
        for packet in packets {
            let route = "\(packet.from.name) → \(packet.to.name)"
            if readers[packet.from.code] == nil {
                readers[packet.from.code] = try JournalReader(path: world.storePath(packet.from))
            }
            let record = try readers[packet.from.code]?.packet(packet.id)
            rows[route, default: Row()].sent += 1
            guard let record, let end = Ledger.end(record.state) else {
                rows[route]?.open += 1
                openPackets.append("\(packet.id) (\(route))")
                continue
            }
            rows[route]?.ends[end, default: 0] += 1
            rows[route]?.latencies.append(
                (record.lastChanged.unixNanoseconds - record.firstSeen.unixNanoseconds) / 1_000_000)
            if end != packet.expected {
                rows[route]?.wrong += 1
                problems.append("\(route) \(packet.id): \(end), expected \(packet.expected)")
            }
        }
    }

    private static func end(_ state: PacketState) -> Parcel.End? {
        switch state {
        case .acknowledged: .acknowledged
        case .refused: .refused
        case .timedOut: .timedOut
        default: nil
        }
    }

    /// The table, one line a route, for a screen of 80 columns.
    var table: String {
        var lines = [
            Ledger.line(
                "route", ["sent", "ack'd", "refused", "timed out", "open", "wrong"],
                "p50 ms", "p99 ms")
        ]
        for (route, row) in rows.sorted(by: { $0.key < $1.key }) {
            let counts = [
                row.sent, row.ends[.acknowledged] ?? 0, row.ends[.refused] ?? 0,
                row.ends[.timedOut] ?? 0, row.open, row.wrong,
            ]
            let sorted = row.latencies.sorted()
            lines.append(
                Ledger.line(
                    route, counts.map(String.init), Ledger.percentile(sorted, 50),
                    Ledger.percentile(sorted, 99)))
        }
        return lines.joined(separator: "\n")
    }

    private static func percentile(_ sorted: [Int64], _ percent: Int) -> String {
        sorted.isEmpty ? "-" : String(sorted[min(sorted.count - 1, sorted.count * percent / 100)])
    }

    /// Columns of the route, and of each cell behind it: a blank and its heading.
    private static let routeColumns = 19
    private static let cellColumns = [5, 6, 8, 10, 5, 6, 8, 8]

    private static func line(_ route: String, _ cells: [String], _ p50: String, _ p99: String)
        -> String
    {
        let blanks = String(repeating: " ", count: max(0, routeColumns - route.count))
        return route + blanks
            + zip(cells + [p50, p99], cellColumns).map { cell, columns in
                String(repeating: " ", count: max(1, columns - cell.count)) + cell
            }.joined()
    }
}
