// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Where packets stand.
enum PacketQueries {
    static var all: [String: ServiceQueries.Method] {
        [
            "NextSequenceSend": { fields, scene throws(ExecutionError) in
                let client = fields.text(1)
                let key = PacketKey.nextSequenceSend(client)
                guard let next = scene.state.get(StoreName.ibc, key)?.bigEndianUInt64 else {
                    throw .keyNotFound("client-id \(client.text): sequence send not found")
                }
                var writer = ProtobufWriter()
                writer.uint64(1, next)
                writer.message(3, scene.proofHeight)
                return writer.bytes
            },
            "PacketCommitment": { fields, scene throws(ExecutionError) in
                try value(
                    PacketKey.commitment(fields.text(1), fields.number(2)), scene,
                    missing: "packet commitment hash not found")
            },
            "PacketAcknowledgement": { fields, scene throws(ExecutionError) in
                try value(
                    PacketKey.acknowledgement(fields.text(1), fields.number(2)), scene,
                    missing: "packet acknowledgement hash not found")
            },
            "PacketReceipt": { fields, scene throws(ExecutionError) in
                let key = PacketKey.receipt(fields.text(1), fields.number(2))
                var writer = ProtobufWriter()
                writer.bool(2, scene.state.has(StoreName.ibc, key))
                writer.message(4, scene.proofHeight)
                return writer.bytes
            },
            "PacketCommitments": { fields, scene throws(ExecutionError) in
                let client = fields.text(1)
                return try list(PacketKey.commitment(client, 0), client, fields.bytes(2), scene)
            },
            "PacketAcknowledgements": { fields, scene throws(ExecutionError) in
                let client = fields.text(1)
                return try list(
                    PacketKey.acknowledgement(client, 0), client, fields.bytes(2), scene)
            },
            "UnreceivedPackets": { fields, scene throws(ExecutionError) in
                let client = fields.text(1)
                return unreceived(fields.list, scene) { sequence in
                    !scene.state.has(StoreName.ibc, PacketKey.receipt(client, sequence))
                }
            },
            "UnreceivedAcks": { fields, scene throws(ExecutionError) in
                let client = fields.text(1)
                return unreceived(fields.list, scene) { sequence in
                    scene.state.has(StoreName.ibc, PacketKey.commitment(client, sequence))
                }
            },
        ]
    }

    private static func value(
        _ key: [UInt8], _ scene: ServiceQueries.Scene, missing: String
    ) throws(ExecutionError) -> [UInt8] {
        guard let value = scene.state.get(StoreName.ibc, key) else { throw .keyNotFound(missing) }
        var writer = ProtobufWriter()
        writer.bytes(1, value)
        writer.message(3, scene.proofHeight)
        return writer.bytes
    }

    /// PacketState of all under one client and tag. `example` is any key of the kind.
    private static func list(
        _ example: [UInt8], _ client: WireText, _ page: [UInt8], _ scene: ServiceQueries.Scene
    ) throws(ExecutionError) -> [UInt8] {
        let prefix = Array(example.dropLast(8))
        let found = scene.state.pairs(StoreName.ibc, prefix: prefix)
        let keyOf: ([UInt8]) -> [UInt8] = { Array($0.dropFirst(prefix.count)) }
        var bytes = try QueryPage(page).write(found, pageField: 2, keyOf: keyOf) { pair, writer in
            var inner = ProtobufWriter()
            inner.bytes(1, client.bytes)
            inner.uint64(2, keyOf(pair.key).bigEndianUInt64 ?? 0)
            inner.bytes(3, pair.value)
            writer.alwaysBytes(1, inner.bytes)
        }
        var height = ProtobufWriter()
        height.message(3, scene.proofHeight)
        bytes += height.bytes
        return bytes
    }

    private static func unreceived(
        _ sequences: [UInt64], _ scene: ServiceQueries.Scene, _ isOpen: (UInt64) -> Bool
    ) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.packed(1, sequences.filter(isOpen))
        writer.message(2, scene.proofHeight)
        return writer.bytes
    }
}
