// SPDX-License-Identifier: Apache-2.0

import Glibc
import LightClient
import RelayConnectors
import RelayTransport
import Synchronization

/// A chain's RPC for the driver, which may wait: one question at a time, answered or thrown.
final class NodeClient {
    private let loop: EventLoop
    private let rpc: NodeRPC

    init(_ url: String) throws {
        loop = try EventLoop(name: "driver")
        let created = loop
        rpc = try NodeRPC(loop: created, addresses: [url])
    }

    func stop() {
        rpc.close()
        loop.stop()
    }

    func call<Answer: Decodable & Sendable>(_ call: RPCCall, as type: Answer.Type) throws -> Answer
    {
        let box = Box<Answer>()
        let rpc = rpc
        guard
            loop.post({ rpc.call(call, as: type) { answer in box.value.withLock { $0 = answer } } })
        else { throw TransportError(.loopStopped, "the driver is ending") }
        while true {
            if let answer = box.value.withLock({ $0 }) { return try answer.get() }
            usleep(500)
        }
    }

    /// A value of a provable store, nil when the key is not there.
    func value(store: String, key: [UInt8]) throws -> [UInt8]? {
        let call = RPCCall(
            "abci_query", [("path", "/store/\(store)/key"), ("data", Hex.encode(key))],
            flags: [("prove", false)])
        return try self.call(call, as: RPCQuery.self).response.value?.bytes
    }

    func query(_ path: String, _ request: [UInt8]) throws -> [UInt8] {
        let call = RPCCall(
            "abci_query", [("path", path), ("data", Hex.encode(request))], flags: [("prove", false)]
        )
        let response = try self.call(call, as: RPCQuery.self).response
        guard response.code == 0 else {
            throw NodeError(.queryRefused, node: "-", method: path, detail: response.log)
        }
        return response.value?.bytes ?? []
    }

    func height() throws -> UInt64 {
        let status = try call(RPCCall("status"), as: RPCStatus.self)
        return UInt64(clamping: status.sync_info.latest_block_height.value)
    }

    /// How a validator of a laboratory's chain votes from now on: `votes`, `absent`, `nil`, `late`.
    func behave(_ behaviour: String, _ validator: String) throws {
        let call = RPCCall("lab_behaviour", [("name", validator), ("behaviour", behaviour)])
        _ = try self.call(call, as: Nothing.self)
    }

    private struct Nothing: Decodable, Sendable {}

    /// Waits until the chain has reached a height; false when it has not after the given time.
    func wait(forHeight height: UInt64, seconds: Int) -> Bool {
        for _ in 0..<(seconds * 20) {
            if let now = try? self.height(), now >= height { return true }
            usleep(50_000)
        }
        return false
    }

    private final class Box<Answer: Sendable>: Sendable {
        let value = Mutex<Result<Answer, NodeError>?>(nil)
    }
}
