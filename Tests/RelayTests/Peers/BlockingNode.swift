// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayConnectors
import RelayLaboratory
import RelayTransport
import Synchronization

/// A chain's RPC for tests that may wait: one question at a time, answered or thrown. Signs as the
/// city's bureau.
final class BlockingNode: Sendable {
    private let loop: EventLoop
    private let rpc: NodeRPC

    private final class Box<Answer: Sendable>: Sendable {
        let value = Mutex<Result<Answer, NodeError>?>(nil)
    }

    init(_ address: String) throws {
        let loop = try EventLoop(name: "test")
        self.loop = loop
        rpc = try NodeRPC(loop: loop, addresses: [address])
    }

    func stop() {
        rpc.close()
        loop.stop()
    }

    func call<Answer: Decodable & Sendable>(
        _ call: RPCCall, as type: Answer.Type
    ) throws -> Answer {
        let box = Box<Answer>()
        let rpc = rpc
        let isPosted = loop.post {
            rpc.call(call, as: type) { answer in box.value.withLock { $0 = answer } }
        }
        guard isPosted else { throw LaboratoryCity.Trouble("the loop has stopped") }
        while true {
            if let answer = box.value.withLock({ $0 }) { return try answer.get() }
            usleep(500)
        }
    }

    func height() throws -> UInt64 {
        let status = try call(RPCCall("status"), as: RPCStatus.self)
        return UInt64(clamping: status.sync_info.latest_block_height.value)
    }

    func wait(forHeight height: UInt64, seconds: Int) throws {
        let deadline = time(nil) + seconds
        while time(nil) < deadline {
            if let now = try? self.height(), now >= height { return }
            usleep(100_000)
        }
        throw LaboratoryCity.Trouble("the chain is not at \(height) within \(seconds) s")
    }

    func firstHeaderHash() throws -> String {
        let answer = try call(RPCCall("commit", [("height", "1")]), as: RPCCommitAnswer.self)
        guard let commit = answer.signed_header.commit else {
            throw LaboratoryCity.Trouble("the chain shows no first header")
        }
        return Hex.encode(commit.block_id.hash.bytes)
    }

    /// A value of a provable store; empty when the key is not there.
    func value(store: String, key: [UInt8]) throws -> [UInt8] {
        try query("/store/\(store)/key", key)
    }

    private func query(_ path: String, _ data: [UInt8]) throws -> [UInt8] {
        let call = RPCCall(
            "abci_query", [("path", path), ("data", Hex.encode(data))], flags: [("prove", false)])
        return try self.call(call, as: RPCQuery.self).response.value?.bytes ?? []
    }

    // MARK: Sending

    /// Sends letters in one transaction, waits for its block, and gives the sequences of the
    /// packets.
    func send(
        _ letters: [Payload], client: String, as key: AccountKey, chainID: String
    ) throws -> [UInt64] {
        let signed = SignedTransaction(
            sending: letters, client: client, timeoutSeconds: UInt64(time(nil)) + 3_600, by: key,
            of: try account(key), chainID: chainID)
        let answer = try call(
            RPCCall("broadcast_tx_sync", [("tx", Base64.encode(signed.bytes))]),
            as: RPCBroadcast.self)
        guard answer.code == 0 else { throw LaboratoryCity.Trouble("CheckTx: \(answer.log)") }
        let lookup = RPCCall(
            "tx", [("hash", Base64.encode(signed.hash.bytes))], flags: [("prove", false)])
        for _ in 0..<600 {
            guard let found = try? call(lookup, as: RPCTransaction.self) else {
                usleep(50_000)
                continue
            }
            guard found.tx_result.code == 0 else {
                throw LaboratoryCity.Trouble("send: \(found.tx_result.log)")
            }
            return (found.tx_result.events ?? []).compactMap { event in
                event.type == "send_packet"
                    ? event.attributes.first { $0.key == "packet_sequence" }?.value
                        .flatMap { UInt64($0) } : nil
            }
        }
        throw LaboratoryCity.Trouble("the letters are in no block")
    }

    private func account(_ key: AccountKey) throws -> BaseAccount {
        var request = ProtobufWriter()
        request.string(1, key.address.description)
        let answer = try query("/cosmos.auth.v1beta1.Query/Account", request.bytes)
        var reader = ProtobufReader(answer)
        while let field = try reader.next() {
            guard field.number == 1 else {
                try reader.skip(field)
                continue
            }
            let any = try ProtobufAny(reading: try reader.bytes(field))
            return try BaseAccount(reading: any.value)
        }
        throw LaboratoryCity.Trouble("no account \(key.address)")
    }
}
