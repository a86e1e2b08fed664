// SPDX-License-Identifier: Apache-2.0

import LightClient
import RelayConnectors

/// The laboratory's hand on a chain that signs two histories.
enum Fork {
    private struct Answer: Decodable {
        let lightBlock: RPCBase64

        private enum CodingKeys: String, CodingKey { case lightBlock = "light_block" }
    }

    private struct Nothing: Decodable {}

    /// The chain's validators sign another header of a height, and its node shows that one from
    /// then on. The forged header's hash.
    static func show(at height: UInt64, on node: NodeClient) throws -> [UInt8] {
        let other = SHA256.hash(Array("another history".utf8))
        let answer = try node.call(
            RPCCall(
                "lab_fork", [("height", "\(height)"), ("app_hash", Hex.encode(other.bytes))],
                flags: [("shown", true)]), as: Answer.self)
        let block = try LightBlock(reading: answer.lightBlock.bytes)
        return try block.signedHeader?.header?.hash().bytes ?? []
    }

    /// The second validators are stopped: the node shows one history again.
    static func end(on node: NodeClient) throws {
        _ = try node.call(RPCCall("lab_heal"), as: Nothing.self)
    }
}
