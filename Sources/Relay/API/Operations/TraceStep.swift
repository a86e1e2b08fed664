// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
package import RelayStore

/// One step of a packet's life, as one relay remembers it.
package struct TraceStep: Codable, Hashable, Sendable {
    /// Nanoseconds since 1970: steps of several relays are put in order by it.
    package var unixNanoseconds: Int64
    package var at: String
    /// Chain id of the city whose relay says so.
    package var city: String
    /// "observed", "prove", "transaction", "park" …
    package var step: String
    /// "ok", or a stable code.
    package var code: String
    package var detail: String

    package init(_ moment: Timestamp, city: String, step: String, code: String, detail: String) {
        unixNanoseconds = moment.unixNanoseconds
        at = moment.utcText
        self.city = city
        self.step = step
        self.code = code
        self.detail = detail
    }

    /// What our store knows of a packet, oldest first: its states, its failed attempts, the
    /// transactions that carried it, and what people did.
    package static func ours(
        _ record: PacketRecord, _ reader: JournalReader, chain: String
    ) throws -> [TraceStep] {
        var steps = record.history.steps.map {
            TraceStep($0.at, city: chain, step: $0.state.name, code: "ok", detail: "")
        }
        for attempt in try reader.attempts(of: record.id, limit: 200) {
            // Its history says when it was parked; the attempt says why.
            steps.append(
                TraceStep(
                    attempt.at, city: chain, step: attempt.step, code: attempt.code,
                    detail: attempt.detail))
        }
        for transaction in try reader.transactions(of: record) {
            let hash = "\(Hex.encode(transaction.hash.prefix(8)))…"
            let detail =
                switch transaction.state {
                case .pending: "\(hash) up to height \(transaction.timeoutHeight)"
                case .included: "\(hash) in block \(transaction.height)"
                case .failed: "\(hash) refused with \(transaction.codespace) \(transaction.code)"
                case .dead: "\(hash) in no block"
                }
            steps.append(
                TraceStep(
                    transaction.createdAt, city: chain, step: "transaction",
                    code: transaction.state == .included ? "ok" : transaction.state.name,
                    detail: detail))
        }
        for action in try reader.actions(subject: record.id.description) {
            steps.append(
                TraceStep(
                    action.at, city: chain, step: "operator", code: action.kind.rawValue,
                    detail: "\(action.who): \(action.reason)"))
        }
        return sorted(steps)
    }

    package static func sorted(_ steps: [TraceStep]) -> [TraceStep] {
        steps.enumerated().sorted {
            ($0.element.unixNanoseconds, $0.offset) < ($1.element.unixNanoseconds, $1.offset)
        }.map(\.element)
    }
}
