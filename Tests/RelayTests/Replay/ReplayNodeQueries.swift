// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import Synchronization
import TestSupport

/// Questions to the application. Proofs are the recorded ones at exactly their heights. Plain
/// answers are recorded at the snapshots and at the end only: asked at another height, the nearest
/// snapshot's is given, and two of them are put together from what the recording says elsewhere.
extension ReplayNode {
    func query(_ arguments: RPCArguments) -> JSONValue {
        let path = arguments.string("path")
        let data = arguments.bytes("data")
        let latest = tip - 1
        let wanted = arguments.integer("height") ?? 0
        let height = wanted == 0 ? latest : wanted
        guard height <= latest else { return refusal(path, height) }
        let question = ReplayTape.Question(path: path, data: Hex.encode(data))
        if path.hasPrefix("/store/") {
            guard let answer = tape.proofs[question]?[height] else { return refusal(path, height) }
            return spoiled(question.data) ? ReplayNode.spoil(answer) : answer
        }
        switch path {
        case "/ibc.core.client.v1.Query/ConsensusStateHeights":
            return value(stateHeights(client(in: data), height), height)
        case "/ibc.core.client.v1.Query/ConsensusState":
            if let answer = tape.queries[question]?[height] { return answer }
            guard let state = consensusState(data, height) else { return refusal(path, height) }
            return value(state, height)
        default: return nearest(path, data, height) ?? refusal(path, height)
        }
    }

    // MARK: Private

    /// What real nodes say to a height that they cannot serve (recorded in `errors`).
    private func refusal(_ path: String, _ height: Int64) -> JSONValue {
        state.withLock { $0.unanswered[path, default: 0] += 1 }
        if path.hasPrefix("/store/") {
            return response(
                code: 7, codespace: "store", height: 0,
                log:
                    "proof is unexpectedly empty; ensure height has not been pruned: invalid request"
            )
        }
        return response(
            code: 38, codespace: "sdk", height: 0,
            log: "failed to load state at height \(height); version does not exist")
    }

    private func value(_ bytes: [UInt8], _ height: Int64) -> JSONValue {
        response(code: 0, codespace: "", height: height, log: "", value: .base64OrNull(bytes))
    }

    private func response(
        code: Int, codespace: String, height: Int64, log: String, value: JSONValue = .null
    ) -> JSONValue {
        [
            "response": [
                "code": .int(code), "log": .string(log), "info": "", "index": "0", "key": .null,
                "value": value, "proofOps": .null, "height": .text(height),
                "codespace": .string(codespace),
            ]
        ]
    }

    /// The answer at the highest recorded height up to the one asked for, or else at the lowest. A
    /// page request is left aside: the recorded questions have none, and their answers fit one
    /// page.
    private func nearest(_ path: String, _ data: [UInt8], _ height: Int64) -> JSONValue? {
        let whole = ReplayTape.Question(path: path, data: Hex.encode(data))
        var writer = ProtobufWriter()
        writer.string(1, client(in: data))
        let bare = ReplayTape.Question(path: path, data: Hex.encode(writer.bytes))
        guard let answers = tape.queries[whole] ?? tape.queries[bare] else { return nil }
        // Open commitments change with every block: they are not said of another height.
        if path.hasSuffix("PacketCommitments") { return answers[height] }
        let place = answers.keys.filter { $0 <= height }.max() ?? answers.keys.min()
        guard let place, let response = answers[place]?["response"] else { return nil }
        return ["response": response.replacing("height", .text(height))]
    }

    private func client(in data: [UInt8]) -> String {
        var reader = ProtobufReader(data)
        guard let field = try? reader.next(), field.number == 1 else { return "" }
        return (try? reader.string(field)) ?? ""
    }

    private func heights(_ client: String, _ block: Int64) -> [Height] {
        (tape.clientHeights[client] ?? []).filter { $0.block <= block }.map(\.height)
    }

    private func stateHeights(_ client: String, _ block: Int64) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.messages(1, Array(Set(heights(client, block))).sorted())
        return writer.bytes
    }

    /// A hosted client's state is what the header that it learnt says.
    private func consensusState(_ data: [UInt8], _ block: Int64) -> [UInt8]? {
        var reader = ProtobufReader(data)
        var numbers: [UInt32: UInt64] = [:]
        while let field = try? reader.next() {
            if field.number == 1 {
                guard (try? reader.skip(field)) != nil else { return nil }
            } else {
                numbers[UInt32(field.number)] = try? reader.uint64(field)
            }
        }
        let height = Height(revision: numbers[2] ?? 0, height: numbers[3] ?? 0)
        guard heights(client(in: data), block).contains(height),
            let header = try? followed.trusted(Int64(clamping: height.height))
        else { return nil }
        var any = ProtobufWriter()
        any.string(1, "/ibc.lightclients.tendermint.v1.ConsensusState")
        any.bytes(2, header.consensusState)
        var writer = ProtobufWriter()
        writer.alwaysBytes(1, any.bytes)
        return writer.bytes
    }

    // MARK: Flipped bytes

    private func spoiled(_ key: String) -> Bool {
        state.withLock { state in
            guard state.spoiled.remove(key) != nil else { return false }
            state.spoilt[key, default: 0] += 1
            return true
        }
    }

    /// The same answer with one bit of its first proof flipped.
    static func spoil(_ answer: JSONValue) -> JSONValue {
        guard let response = answer["response"], let proof = response["proofOps"],
            var operations = proof["ops"]?.array, let first = operations.first,
            var bytes = first["data"]?.string.flatMap({ Base64.decode($0) }), !bytes.isEmpty
        else { return answer }
        bytes[bytes.count / 2] ^= 0x10
        operations[0] = first.replacing("data", .base64(bytes))
        return [
            "response": response.replacing("proofOps", proof.replacing("ops", .array(operations)))
        ]
    }
}
