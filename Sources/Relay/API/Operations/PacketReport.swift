// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
package import RelayEngine
package import RelayStore

/// One packet with everything that is kept about it but its contents.
package struct PacketReport: Codable, Hashable, Sendable {
    package struct Payload: Codable, Hashable, Sendable {
        package var sourcePort: String
        package var destinationPort: String
        package var version: String
        package var encoding: String
        /// What is in them is never shown: they carry personal records.
        package var bytes: Int
    }

    package var packet: String
    package var chain: String
    package var state: String
    package var parkedFrom: String?
    package var isDiscarded: Bool
    package var why: WhyReport.Reason
    package var attempts: Int
    package var reasonCode: String
    package var reasonDetail: String
    package var notBefore: String?
    package var deadline: String
    package var secondsToDeadline: Int64
    package var committedHeight: String
    package var proofHeight: String?
    package var proofBytes: Int
    package var acknowledgementBytes: Int
    package var transaction: String?
    package var firstSeen: String
    package var ageSeconds: Int64
    package var lastChanged: String
    package var payloads: [Payload]
    package var steps: [TraceStep]

    /// Nil when the store has no such packet.
    package init?(
        _ id: PacketID, _ reader: JournalReader, live: Explanation?, ownChainID: String,
        now: Timestamp
    ) throws {
        guard let record = try reader.packet(id) else { return nil }
        packet = id.description
        chain = record.counterpartyChain
        state = record.state.name
        parkedFrom = record.parkedFrom?.name
        isDiscarded = try reader.isDiscarded(id)
        why = WhyReport.Reason(live ?? Explanation(of: record))
        attempts = record.attempts
        reasonCode = record.reasonCode
        reasonDetail = record.reasonDetail
        notBefore = record.notBefore > now ? record.notBefore.utcText : nil
        let seconds = Int64(clamping: record.timeoutSeconds)
        deadline = Timestamp(seconds: seconds)?.utcText ?? "never"
        secondsToDeadline = seconds.subtractingReportingOverflow(now.seconds).partialValue
        committedHeight = record.committedHeight.description
        proofHeight = record.proofHeight.isZero ? nil : record.proofHeight.description
        proofBytes = record.proof.count
        acknowledgementBytes = record.acknowledgement.count
        transaction = record.transaction.isEmpty ? nil : Hex.encode(record.transaction)
        firstSeen = record.firstSeen.utcText
        ageSeconds = max(0, now.nanoseconds(since: record.firstSeen) / 1_000_000_000)
        lastChanged = record.lastChanged.utcText
        payloads = PacketReport.payloads(record)
        steps = try TraceStep.ours(record, reader, chain: ownChainID)
    }

    private static func payloads(_ record: PacketRecord) -> [Payload] {
        guard let packet = try? Packet(reading: record.packet) else { return [] }
        return packet.payloads.map { payload in
            Payload(
                sourcePort: safe(payload.sourcePort.text),
                destinationPort: safe(payload.destinationPort.text),
                version: safe(payload.version.text), encoding: safe(payload.encoding.text),
                bytes: payload.value.count)
        }
    }

    /// Names from outside: what a terminal would obey, and what could be a person, is taken out.
    private static func safe(_ text: String) -> String {
        Redaction.clean(
            String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 })))
    }
}
