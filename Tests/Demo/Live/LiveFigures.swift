// SPDX-License-Identifier: Apache-2.0

import Federation
import RelayStore
import TestSupport

/// What a run cost: requests to the nodes, blocks from send to acknowledgement, transactions and
/// gas.
struct LiveFigures {
    private var lines: [String] = []

    init(_ packets: [Tracked], world: World) throws {
        var requests = 0
        var transactions = 0
        var gas: UInt64 = 0
        var blocks: [UInt64] = []
        for city in world.cities {
            let reader = try JournalReader(path: world.storePath(city))
            for transaction in try reader.transactions(limit: 100_000)
            where transaction.state == .included {
                transactions += 1
                gas += transaction.gasUsed
            }
            for packet in packets where packet.from == city && packet.expected != .timedOut {
                guard let record = try reader.packet(packet.id), record.state.isTerminal,
                    let ended = try reader.transactions(of: record).last(where: { $0.height > 0 })
                else { continue }
                if ended.height >= packet.sentHeight {
                    blocks.append(ended.height - packet.sentHeight)
                }
            }
            requests += try LiveFigures.requests(
                logPath: "\(world.directory)/log/relay-\(city.code).log")
        }
        blocks.sort()
        let count = Double(max(packets.count, 1))
        let each = LiveFigures.text
        let p50 = LiveFigures.at(blocks, 50)
        let p99 = LiveFigures.at(blocks, 99)
        let perPacket = each(Double(transactions) / count)
        let gasEach = gas / UInt64(max(packets.count, 1))
        lines = [
            "requests to the nodes per packet (blocks included)  \(each(Double(requests) / count))",
            "send to acknowledgement, blocks                     p50 \(p50), p99 \(p99)",
            "transactions per packet                             \(perPacket)",
            "gas per packet                                      \(gasEach)",
        ]
    }

    var table: String { lines.joined(separator: "\n") }

    /// The relay tells its count now and then; a new process begins at zero again.
    private static func requests(logPath: String) throws -> Int {
        var total = 0
        var last = 0
        let text = String(decoding: try Corpus.read(logPath), as: UTF8.self)
        for line in text.split(separator: "\n") where line.contains("node/calls") {
            guard let field = line.split(separator: " ").first(where: { $0.hasPrefix("detail=") }),
                let count = Int(field.filter(\.isNumber))
            else { continue }
            if count < last { total += last }
            last = count
        }
        return total + last
    }

    private static func at(_ sorted: [UInt64], _ percent: Int) -> String {
        sorted.isEmpty ? "-" : String(sorted[min(sorted.count - 1, sorted.count * percent / 100)])
    }

    private static func text(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(Parcel.padded(hundredths % 100, 2))"
    }
}
