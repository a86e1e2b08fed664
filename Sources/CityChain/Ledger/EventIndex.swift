// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Where a transaction stands.
struct TransactionPlace: Hashable {
    let height: UInt64
    let index: Int
}

/// Finds transactions by hash, and candidates for a search: the shortest list that one of the
/// query's conditions names. The query itself is matched against each candidate afterwards.
struct EventIndex {
    private var places: [Digest: TransactionPlace] = [:]
    /// "type.key" and "type.key=value" to places, ascending.
    private var transactions: [String: [TransactionPlace]] = [:]
    private var heights: [String: [UInt64]] = [:]

    func place(of hash: Digest) -> TransactionPlace? { places[hash] }

    mutating func add(_ stored: StoredBlock) {
        guard let output = stored.results?.output else { return }
        for (index, result) in output.transactionResults.enumerated() {
            let place = TransactionPlace(height: stored.height, index: index)
            // The same bytes may fail again in a later block; the success stays findable.
            let hash = stored.transactionHash(at: index)
            if result.code == 0 || places[hash] == nil { places[hash] = place }
            for key in keys(of: result.events) { transactions[key, default: []].append(place) }
            transactions[Self.everything, default: []].append(place)
        }
        for key in keys(of: output.events) { heights[key, default: []].append(stored.height) }
    }

    /// Requires blocks to be removed in ascending order.
    mutating func remove(_ stored: StoredBlock) {
        guard let output = stored.results?.output else { return }
        var names: Set<String> = [Self.everything]
        for (index, result) in output.transactionResults.enumerated() {
            let hash = stored.transactionHash(at: index)
            if places[hash]?.height == stored.height { places[hash] = nil }
            names.formUnion(keys(of: result.events))
        }
        for name in names {
            transactions[name]?.removeAll { $0.height <= stored.height }
            if transactions[name]?.isEmpty == true { transactions[name] = nil }
        }
        for name in keys(of: output.events) {
            heights[name]?.removeAll { $0 <= stored.height }
            if heights[name]?.isEmpty == true { heights[name] = nil }
        }
    }

    func transactionCandidates(_ query: EventQuery) -> [TransactionPlace] {
        if let hash = hashCondition(query) { return places[hash].map { [$0] } ?? [] }
        return shortest(query, in: transactions) ?? transactions[Self.everything] ?? []
    }

    /// Nil: any block may match.
    func blockCandidates(_ query: EventQuery) -> [UInt64]? { shortest(query, in: heights) }

    /// No event type is empty, so this name is free.
    private static let everything = ""

    private func shortest<Place>(
        _ query: EventQuery, in lists: [String: [Place]]
    ) -> [Place]? {
        var best: [Place]?
        for condition in query.conditions
        where !["tx.height", "tx.hash", "block.height"].contains(condition.key) {
            var name = condition.key
            if condition.operator == .equal, case .string(let text) = condition.operand {
                name += "=\(text)"
            }
            let list = lists[name] ?? []
            if list.count < best?.count ?? .max { best = list }
        }
        return best
    }

    private func hashCondition(_ query: EventQuery) -> Digest? {
        for condition in query.conditions where condition.key == "tx.hash" {
            guard condition.operator == .equal, case .string(let text) = condition.operand
            else { continue }
            return Hex.decode(text).flatMap { Digest($0) } ?? .zero
        }
        return nil
    }

    private func keys(of events: [ChainEvent]) -> Set<String> {
        var keys: Set<String> = []
        for (name, values) in events.indexed {
            keys.insert(name)
            for value in values { keys.insert("\(name)=\(value)") }
        }
        return keys
    }
}
