// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The light clients on this chain.
enum ClientQueries {
    /// Items of a page that asks for none.
    static let defaultLimit: UInt64 = 100

    static var version1: [String: ServiceQueries.Method] {
        [
            "ClientState": { fields, scene throws(ExecutionError) in
                let client = fields.text(1)
                var writer = ProtobufWriter()
                writer.alwaysBytes(1, try clientState(client, scene))
                writer.message(3, scene.proofHeight)
                return writer.bytes
            },
            "ClientStates": { fields, scene throws(ExecutionError) in try states(fields, scene) },
            "ClientStatus": { fields, scene throws(ExecutionError) in
                try status(fields.text(1), scene)
            },
            "ClientCreator": { fields, scene throws(ExecutionError) in
                var writer = ProtobufWriter()
                let key = HostedClient.creatorKey(fields.text(1))
                if let creator = scene.state.get(StoreName.ibc, key) {
                    writer.string(1, AccountAddress(creator).text)
                }
                return writer.bytes
            },
            "ClientParams": { _, _ throws(ExecutionError) in
                var writer = ProtobufWriter()
                writer.alwaysBytes(1, HostedClient.parameters)
                return writer.bytes
            },
            "ConsensusState": { fields, scene throws(ExecutionError) in
                try consensusState(fields, scene)
            },
            "ConsensusStates": { fields, scene throws(ExecutionError) in
                try consensusStates(fields, scene, heightsOnly: false)
            },
            "ConsensusStateHeights": { fields, scene throws(ExecutionError) in
                try consensusStates(fields, scene, heightsOnly: true)
            },
        ]
    }

    static var version2: [String: ServiceQueries.Method] {
        [
            "CounterpartyInfo": { fields, scene throws(ExecutionError) in
                let client = fields.text(1)
                let key = PacketKey.counterparty(client)
                guard let info = scene.state.get(StoreName.ibc, key) else {
                    throw .keyNotFound("client \(client.text) counterparty not found")
                }
                var writer = ProtobufWriter()
                writer.alwaysBytes(1, info)
                return writer.bytes
            },
            "Config": { fields, scene throws(ExecutionError) in
                let key = PacketKey.config(fields.text(1))
                var writer = ProtobufWriter()
                writer.alwaysBytes(1, scene.state.get(StoreName.ibc, key) ?? [])
                return writer.bytes
            },
        ]
    }

    private static func clientState(
        _ client: WireText, _ scene: ServiceQueries.Scene
    ) throws(ExecutionError) -> [UInt8] {
        guard let state = scene.state.get(StoreName.ibc, PacketKey.clientState(client)) else {
            throw .keyNotFound("\(client.text): light client not found")
        }
        return state
    }

    private static func states(
        _ fields: QueryFields, _ scene: ServiceQueries.Scene
    ) throws(ExecutionError) -> [UInt8] {
        let prefix = Array("clients/".utf8)
        let suffix = Array("/clientState".utf8)
        let found = scene.state.pairs(StoreName.ibc, prefix: prefix).filter {
            $0.key.reversed().starts(with: suffix.reversed())
        }
        return try QueryPage(fields.bytes(1)).write(found, pageField: 2) { pair, writer in
            let id = pair.key.dropFirst(prefix.count).dropLast(suffix.count)
            var inner = ProtobufWriter()
            inner.bytes(1, Array(id))
            inner.alwaysBytes(2, pair.value)
            writer.alwaysBytes(1, inner.bytes)
        }
    }

    private static func status(
        _ client: WireText, _ scene: ServiceQueries.Scene
    ) throws(ExecutionError) -> [UInt8] {
        _ = try clientState(client, scene)
        let context = ExecutionContext(
            CachedStore(scene.state),
            block: BlockContext(chainID: "", height: scene.height, time: scene.time, maxGas: -1),
            mode: .simulate)
        let status = IBCHost(context: context, ports: [:]).status(ofClient: client)
        var writer = ProtobufWriter()
        writer.string(1, status?.shown ?? "Unknown")
        return writer.bytes
    }

    private static func consensusState(
        _ fields: QueryFields, _ scene: ServiceQueries.Scene
    ) throws(ExecutionError) -> [UInt8] {
        let client = fields.text(1)
        var height = Height(revision: fields.number(2), height: fields.number(3))
        if fields.number(4) != 0 {
            let bytes = try clientState(client, scene)
            let any = try? ProtobufAny(reading: bytes)
            let state = any.flatMap { try? ICS07.ClientState(reading: $0.value) }
            height = state?.latestHeight ?? .zero
        }
        let key = PacketKey.consensusState(client, height.description)
        guard let state = scene.state.get(StoreName.ibc, key) else {
            throw .keyNotFound(
                "client-id: \(client.text), height: \(height): consensus state not found")
        }
        var writer = ProtobufWriter()
        writer.alwaysBytes(1, state)
        writer.message(3, scene.proofHeight)
        return writer.bytes
    }

    /// In the order of the keys' text: "1-107" before "1-11".
    private static func consensusStates(
        _ fields: QueryFields, _ scene: ServiceQueries.Scene, heightsOnly: Bool
    ) throws(ExecutionError) -> [UInt8] {
        let prefix = PacketKey.consensusState(fields.text(1), "")
        let found = scene.state.pairs(StoreName.ibc, prefix: prefix).filter {
            !$0.key.dropFirst(prefix.count).contains(0x2f)
        }
        return try QueryPage(fields.bytes(2)).write(found, pageField: 2) { pair, writer in
            let text = String(decoding: pair.key.dropFirst(prefix.count), as: UTF8.self)
            guard let height = Height(text) else { return }
            if heightsOnly { return writer.message(1, height) }
            var inner = ProtobufWriter()
            inner.message(1, height)
            inner.alwaysBytes(2, pair.value)
            writer.alwaysBytes(1, inner.bytes)
        }
    }
}
