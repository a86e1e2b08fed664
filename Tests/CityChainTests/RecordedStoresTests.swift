// SPDX-License-Identifier: Apache-2.0

import CityChain
import LightClient
import TestSupport
import Testing

/// Vector W6, last part: the application stores of two real chains, rebuilt from what is known of
/// their packets. Every root that a recorded proof shows must come out.
@Suite struct RecordingStoreRootsTests {
    static let ports = ["licence", "providentfund"]
    /// Heights between the receipt of a packet and its asynchronous acknowledgement.
    static let delay: UInt64 = 2

    struct Write {
        var store: String
        var key: [UInt8]
        var value: [UInt8]?
    }

    @Test(arguments: RecordedChain.all)
    func `all recorded store roots are rebuilt`(_ chain: RecordedChain) throws {
        let folder = try #require(RecordedChain.folder)
        let writes = try Self.writes(of: chain, folder)
        let roots = try Self.recordedRoots(chain, folder)
        #expect(roots.count > 0)
        var stores = Multistore(storeNames: Self.ports)
        let last = roots.keys.max() ?? 0
        for height in 1...last {
            for write in writes[height] ?? [] {
                if let value = write.value {
                    stores.set(write.store, write.key, value)
                } else {
                    stores.delete(write.store, write.key)
                }
            }
            _ = stores.commit()
            for (store, root) in roots[height] ?? [:] {
                #expect(stores.storeRoot(store, version: height) == root, "\(store) at \(height)")
            }
        }
    }

    @Test func `the recording shows 186 roots of application stores`() throws {
        let folder = try #require(RecordedChain.folder)
        guard RecordedChain.isOriginal else { return }
        let count = try RecordedChain.all.reduce(0) { total, chain in
            try total + Self.recordedRoots(chain, folder).values.reduce(0) { $0 + $1.count }
        }
        #expect(count == 186)
    }

    /// Height -> store -> root, from the second operation of each proof.
    static func recordedRoots(
        _ chain: RecordedChain, _ folder: String
    ) throws -> [UInt64: [String: Digest]] {
        var roots: [UInt64: [String: Digest]] = [:]
        let file = "\(folder)/chain-\(chain.code)/proofs.jsonl"
        let marks = ports.map { Array("/store/\($0)/key".utf8) }
        for text in try Corpus.read(file).split(separator: 0x0a) {
            // The path stands near the front; most lines are about another store and long.
            guard marks.contains(where: { text.prefix(400).contains($0) }) else { continue }
            let line = try JSON.parse(text)
            let answer = line["response"]?["result"]?["response"]
            guard let operations = answer?["proofOps"]?["ops"]?.array, operations.count == 2,
                let height = answer?["height"]?.uint64,
                let data = operations[1]["data"]?.string.flatMap(Base64.decode)
            else { continue }
            var reader = ProtobufReader(data)
            guard let field = try reader.next() else { continue }
            var existence = try reader.message(field)
            var parts: [Int32: [UInt8]] = [:]
            while let part = try existence.next() { parts[part.number] = try existence.bytes(part) }
            let store = String(decoding: parts[1] ?? [], as: UTF8.self)
            guard ports.contains(store), let root = Digest(parts[2] ?? []) else { continue }
            roots[height, default: [:]][store] = root
        }
        return roots
    }

    static func writes(of chain: RecordedChain, _ folder: String) throws -> [UInt64: [Write]] {
        var writes: [UInt64: [Write]] = [:]
        for packet in try Corpus.lines("\(folder)/packets.jsonl") {
            if packet["from"]?.string == chain.id {
                add(sent: packet, to: &writes)
            } else {
                add(received: packet, to: &writes)
            }
        }
        return writes
    }

    private static func add(sent packet: JSON, to writes: inout [UInt64: [Write]]) {
        guard let payload = packet["payloads"]?[0], let port = payload["source_port"]?.string,
            let value = payload["value"]?.string.flatMap(Base64.decode),
            let client = packet["source_client"]?.string,
            let sequence = packet["sequence"]?.string,
            let height = packet["send"]?["height"]?.uint64
        else { return }
        let sent = Array("sent/\(client)/\(sequence)".utf8)
        writes[height, default: []].append(
            Write(store: port, key: sent, value: SHA256.hash(value).bytes))
        let steps = (packet["acknowledge"]?.array ?? []) + (packet["timeout"]?.array ?? [])
        guard let end = packet["end"]?.string, let step = steps.first(where: isSuccess),
            let height = step["height"]?.uint64
        else { return }
        let outcome =
            "{\"ack_hex\":\"\(applicationAcknowledgement(packet))\",\"result\":\"\(end)\"}"
        let key = Array("outcome/\(client)/\(sequence)".utf8)
        writes[height, default: []].append(
            Write(store: port, key: key, value: Array(outcome.utf8)))
    }

    private static func add(received packet: JSON, to writes: inout [UInt64: [Write]]) {
        guard let payload = packet["payloads"]?[0], let port = payload["destination_port"]?.string,
            let value = payload["value"]?.string.flatMap(Base64.decode),
            let client = packet["destination_client"]?.string,
            let sequence = packet["sequence"]?.string,
            let step = packet["recv"]?.array?.first(where: isSuccess),
            let height = step["height"]?.uint64, packet["end"]?.string != "refused"
        else { return }
        let key = Array("recv/\(client)/\(sequence)".utf8)
        writes[height, default: []].append(Write(store: port, key: key, value: value))
        guard let written = packet["write_acknowledgement"]?["height"]?.uint64, written > height
        else { return }
        let due = height + delay
        let dueKey =
            Array("due/".utf8) + (0..<8).map { UInt8(truncatingIfNeeded: due >> (56 - 8 * $0)) }
            + Array("/\(client)/\(sequence)".utf8)
        let acknowledgement = Hex.decode(applicationAcknowledgement(packet))
        writes[height, default: []].append(
            Write(store: port, key: dueKey, value: acknowledgement))
        writes[due, default: []].append(Write(store: port, key: dueKey, value: nil))
    }

    private static func isSuccess(_ step: JSON) -> Bool {
        step["code"]?.uint64 == 0 && step["result"]?.string != "RESPONSE_RESULT_TYPE_NOOP"
    }

    /// Hex of the first application acknowledgement in ibc.core.channel.v2.Acknowledgement.
    private static func applicationAcknowledgement(_ packet: JSON) -> String {
        guard packet["end"]?.string != "timed_out",
            let bytes = packet["acknowledgement_hex"]?.string.flatMap({ Hex.decode($0) })
        else { return "" }
        var reader = ProtobufReader(bytes)
        guard let field = try? reader.next(), let inner = try? reader.bytes(field) else {
            return ""
        }
        return Hex.encode(inner)
    }
}
