// SPDX-License-Identifier: Apache-2.0

import Federation
package import LightClient
import RelayEngine
package import RelayStore

/// A page of packets.
package struct QueueReport: Codable, Hashable, Sendable {
    package struct Row: Codable, Hashable, Sendable {
        package var packet: String
        package var chain: String
        package var state: String
        package var parkedFrom: String?
        package var attempts: Int
        package var reasonCode: String
        /// Where to look first; absent while nothing is wrong.
        package var cause: String?
        package var ageSeconds: Int64
        package var idleSeconds: Int64
        package var secondsToDeadline: Int64
    }

    /// How many the conditions find.
    package var total: Int
    package var offset: Int
    package var packets: [Row]

    package init(_ query: PacketQuery, _ reader: JournalReader, now: Timestamp) throws {
        total = try reader.count(query)
        offset = query.offset
        packets = try reader.packets(query).map { row in
            let seconds = Int64(clamping: row.timeoutSeconds)
            return Row(
                packet: row.id.description, chain: row.counterpartyChain, state: row.state.name,
                parkedFrom: row.parkedFrom?.name, attempts: row.attempts,
                reasonCode: row.reasonCode,
                cause: row.reasonCode.isEmpty
                    ? nil : (Advice(code: row.reasonCode)?.cause ?? .us).rawValue,
                ageSeconds: max(0, now.nanoseconds(since: row.firstSeen) / 1_000_000_000),
                idleSeconds: max(0, now.nanoseconds(since: row.lastChanged) / 1_000_000_000),
                secondsToDeadline: seconds.subtractingReportingOverflow(now.seconds).partialValue)
        }
    }
}
