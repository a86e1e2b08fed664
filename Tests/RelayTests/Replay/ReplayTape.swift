// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import TestSupport

/// What the nodes of one recorded chain answered, ready to be asked again. Immutable.
struct ReplayTape: Sendable {
    struct Key: Hashable, Sendable {
        let method: String
        let height: Int64
    }

    /// One answer of the application, by what was asked.
    struct Question: Hashable, Sendable {
        let path: String
        /// Hex, lower case.
        let data: String
    }

    /// What searches look at: events by "type.key", and where they happened.
    struct Indexed: Sendable {
        let height: Int64
        let events: [String: [String]]
        let answer: JSONValue
    }

    let chain: RecordedChain
    /// Clients of this chain and the heights that they learnt, by the block that taught them.
    let clientHeights: [String: [(block: Int64, height: Height)]]
    /// Heights at which the recording holds proofs of every key that matters then.
    let snapshots: [Int64]
    /// Answers that depend on a height alone.
    let byHeight: [Key: JSONValue]
    let proofs: [Question: [Int64: JSONValue]]
    let queries: [Question: [Int64: JSONValue]]
    /// By upper-case hash.
    let transactions: [String: Indexed]
    let searchable: [Indexed]
    let blocks: [Indexed]
    let status: JSONValue

    init(_ chain: RecordedChain, folder: String) throws {
        self.chain = chain
        let place = "\(folder)/chain-\(chain.code)"
        var byHeight: [Key: JSONValue] = [:]
        let files = ["commits", "headers", "blocks", "block_results", "validators"]
        for file in files {
            for (params, result) in try ReplayTape.calls("\(place)/\(file).jsonl") {
                guard let method = params.method, let height = params.height,
                    params.text("page") ?? "1" == "1"
                else { continue }
                byHeight[Key(method: method, height: height)] = result
            }
        }
        self.byHeight = byHeight
        snapshots = try Corpus.lines("\(place)/snapshots.jsonl").compactMap { $0["height"]?.int64 }
        var proofs: [Question: [Int64: JSONValue]] = [:]
        // The lives come second and say the same where both were asked.
        for file in try ReplayTape.parts(place, "proofs") + ["\(place)/proofs-lives.jsonl"] {
            try ReplayTape.collect(file, into: &proofs)
        }
        self.proofs = proofs
        var queries: [Question: [Int64: JSONValue]] = [:]
        try ReplayTape.collect("\(place)/queries.jsonl", into: &queries)
        self.queries = queries
        var transactions: [String: Indexed] = [:]
        for (_, result) in try ReplayTape.calls("\(place)/tx.jsonl") {
            guard let hash = result["hash"]?.string, let height = result["height"]?.number else {
                continue
            }
            var events = ReplayTape.events(result["tx_result"]?["events"])
            events["tx.height"] = ["\(height)"]
            events["tx.hash"] = [hash]
            transactions[hash] = Indexed(height: height, events: events, answer: result)
        }
        self.transactions = transactions
        searchable = transactions.values.sorted {
            ($0.height, $0.answer["index"]?.number ?? 0) < (
                $1.height, $1.answer["index"]?.number ?? 0
            )
        }
        blocks = (chain.first...chain.last).compactMap { height in
            guard let results = byHeight[Key(method: "block_results", height: height)],
                let block = byHeight[Key(method: "block", height: height)]
            else { return nil }
            var events = ReplayTape.events(results["finalize_block_events"])
            events["block.height"] = ["\(height)"]
            return Indexed(height: height, events: events, answer: block)
        }
        clientHeights = ReplayTape.clientHeights(byHeight, chain)
        guard let status = try ReplayTape.calls("\(place)/status.jsonl").first?.result else {
            throw RecordedChain.Failure.missing("status")
        }
        self.status = status
    }

    func answer(_ method: String, _ height: Int64) -> JSONValue? {
        byHeight[Key(method: method, height: height)]
    }

    /// The proof that the recording holds of a key of store `ibc` in the state after a block; nil:
    /// none.
    func proof(key: String, state: Int64) -> JSONValue? {
        proofs[Question(path: "/store/ibc/key", data: key)]?[state]
    }

    /// Nil: not proven there; otherwise whether the key is present.
    func isPresent(key: String, state: Int64) -> Bool? {
        guard let response = proof(key: key, state: state)?["response"],
            response["proofOps"] != .null
        else { return nil }
        return response["value"] != .null
    }

    func time(_ height: Int64) throws -> Timestamp { try chain.header(height).time }

    // MARK: Private

    private struct Call {
        let method: String?
        let params: JSONValue
        var height: Int64? { params["height"]?.number }

        func text(_ name: String) -> String? { params[name]?.string }
    }

    private static func calls(_ path: String) throws -> [(call: Call, result: JSONValue)] {
        try Corpus.read(path).split(separator: 0x0a).compactMap { line in
            let value = try JSONParser.parse(Array(line))
            guard let result = value["response"]?["result"] else { return nil }
            return (
                Call(method: value["method"]?.string, params: value["params"] ?? .null), result
            )
        }
    }

    /// A file and its continuations: `name.jsonl`, `name-2.jsonl`, …
    private static func parts(_ place: String, _ name: String) throws -> [String] {
        var files = ["\(place)/\(name).jsonl"]
        while (try? Corpus.read("\(place)/\(name)-\(files.count + 1).jsonl")) != nil {
            files.append("\(place)/\(name)-\(files.count + 1).jsonl")
        }
        return files
    }

    private static func collect(
        _ file: String, into answers: inout [Question: [Int64: JSONValue]]
    ) throws {
        for (call, result) in try calls(file) {
            guard call.method == "abci_query", let path = call.text("path"),
                let data = call.text("data"), let height = call.height
            else { continue }
            answers[Question(path: path, data: data), default: [:]][height] = result
        }
    }

    private static func events(_ list: JSONValue?) -> [String: [String]] {
        var found: [String: [String]] = [:]
        for event in list?.array ?? [] {
            guard let type = event["type"]?.string else { continue }
            for attribute in event["attributes"]?.array ?? [] {
                guard let key = attribute["key"]?.string else { continue }
                found["\(type).\(key)", default: []].append(attribute["value"]?.string ?? "")
            }
        }
        return found
    }

    private static func clientHeights(
        _ byHeight: [Key: JSONValue], _ chain: RecordedChain
    ) -> [String: [(block: Int64, height: Height)]] {
        var learnt: [String: [(block: Int64, height: Height)]] = [:]
        for block in chain.first...chain.last {
            let results = byHeight[Key(method: "block_results", height: block)]
            for transaction in results?["txs_results"]?.array ?? []
            where transaction["code"] == .number("0") {
                for event in transaction["events"]?.array ?? [] {
                    guard let type = event["type"]?.string,
                        type == "update_client" || type == "create_client"
                    else { continue }
                    let facts = events([event])
                    guard let client = facts["\(type).client_id"]?.first,
                        let text =
                            (facts["\(type).consensus_heights"]
                            ?? facts["\(type).consensus_height"])?.first
                    else { continue }
                    for height in text.split(separator: ",").compactMap({ Height($0) }) {
                        learnt[client, default: []].append((block, height))
                    }
                }
            }
        }
        return learnt
    }
}

extension JSONValue {
    /// A 64-bit number, written as one or as text.
    var number: Int64? {
        switch self {
        case .string(let text), .number(let text): Int64(text)
        default: nil
        }
    }

    /// The object with one member replaced.
    func replacing(_ name: String, _ value: JSONValue) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.map { $0.name == name ? JSONMember(name, value) : $0 })
    }
}
