// SPDX-License-Identifier: Apache-2.0

import LightClient

extension NodeMethods {
    var stateMethods: [String: RPCMethod] {
        [
            "status": RPCMethod { _ throws(RPCError) in status },
            "health": RPCMethod { _ throws(RPCError) in [:] },
            "abci_info": RPCMethod { _ throws(RPCError) in information },
            "net_info": RPCMethod { _ throws(RPCError) in
                [
                    "listening": true, "listeners": ["Listener(@)"], "n_peers": "0", "peers": [],
                ]
            },
            "genesis": RPCMethod { _ throws(RPCError) in ["genesis": genesis] },
            "genesis_chunked": RPCMethod([Parameter("chunk", .integer)]) {
                arguments throws(RPCError) in try genesisChunk(arguments.integer("chunk") ?? 0)
            },
            "consensus_params": RPCMethod(NodeMethods.heightParameter) {
                arguments throws(RPCError) in try parameters(arguments.integer("height"))
            },
            "validators": RPCMethod(NodeMethods.heightParameter + NodeMethods.pageParameters) {
                arguments throws(RPCError) in try validators(arguments)
            },
            "abci_query": RPCMethod([
                Parameter("path", .string), Parameter("data", .hexBytes),
                Parameter("height", .integer), Parameter("prove", .bool),
            ]) { arguments throws(RPCError) in query(arguments) },
        ]
    }

    private var status: JSONValue {
        let latest = chain.latest
        let earliest = chain.block(at: chain.earliestHeight)
        return [
            "node_info": nodeInformation,
            "sync_info": [
                "latest_block_hash": .hex(latest?.id.hash ?? []),
                "latest_app_hash": .hex(latest?.block.header.appHash ?? []),
                "latest_block_height": .text(chain.latestHeight),
                "latest_block_time": .time(latest?.block.header.time ?? .goZero),
                "earliest_block_hash": .hex(earliest?.id.hash ?? []),
                "earliest_app_hash": .hex(earliest?.block.header.appHash ?? []),
                "earliest_block_height": .text(chain.earliestHeight),
                "earliest_block_time": .time(earliest?.block.header.time ?? .goZero),
                "catching_up": false,
            ],
            "validator_info": validatorInformation,
        ]
    }

    private var nodeInformation: JSONValue {
        let appVersion = chain.latest?.parameters.appVersion ?? 0
        return [
            "protocol_version": ["p2p": "8", "block": "11", "app": .text(appVersion)],
            "id": .string(identity.nodeID),
            "listen_addr": .string("tcp://\(identity.rpcAddress)"),
            "network": .string("\(chain.configuration.chainID)"),
            "version": .string(NodeIdentity.version),
            "channels": "402021222330386061",
            "moniker": .string(identity.moniker),
            "other": [
                "tx_index": "on", "rpc_address": .string("tcp://\(identity.rpcAddress)"),
            ],
        ]
    }

    private var validatorInformation: JSONValue {
        let set = chain.validators(at: chain.latestHeight)?.validatorSet.validators ?? []
        let known = chain.configuration.validators.first {
            $0.key.publicKey.address == identity.validatorAddress
        }
        let power = set.first { $0.address == identity.validatorAddress }?.votingPower ?? 0
        return [
            "address": .hex(identity.validatorAddress),
            "pub_key": known.map { BlockShape.publicKey(PublicKeyMessage($0.key.publicKey)) }
                ?? .null,
            "voting_power": .text(power),
        ]
    }

    private var information: JSONValue {
        let height = chain.executedHeight
        let appHash = chain.results(at: height)?.appHash.bytes ?? []
        let version = chain.latest?.parameters.appVersion ?? 0
        return [
            "response": .compact([
                ("data", "citychain"), ("version", "1"),
                ("app_version", version == 0 ? nil : .text(version)),
                ("last_block_height", height == 0 ? nil : .text(height)),
                ("last_block_app_hash", appHash.isEmpty ? nil : .base64(appHash)),
            ])
        ]
    }

    private func genesisChunk(_ chunk: Int64) throws(RPCError) -> JSONValue {
        guard chunk == 0 else {
            throw .internal("there are 1 chunks, \(chunk) is invalid")
        }
        return ["chunk": "0", "total": "1", "data": .base64(genesis.encoded)]
    }

    private func parameters(_ wanted: Int64?) throws(RPCError) -> JSONValue {
        let height = try height(wanted, latest: chain.latestHeight + 1)
        guard let parameters = chain.parameters(at: height) else {
            throw .internal(
                "could not find consensus params for height #\(height): value retrieved from db "
                    + "is empty")
        }
        return [
            "block_height": .text(height),
            "consensus_params": ResultShape.parameters(parameters),
        ]
    }

    private func validators(_ arguments: RPCArguments) throws(RPCError) -> JSONValue {
        let height = try height(arguments.integer("height"), latest: chain.latestHeight + 1)
        guard let set = chain.validators(at: height)?.validatorSet else {
            throw .internal("could not find validator set for height #\(height)")
        }
        let range = try Paging.range(
            page: arguments.integer("page"), perPage: arguments.integer("per_page"),
            total: set.validators.count)
        return [
            "block_height": .text(height),
            "validators": .array(set.validators[range].map(BlockShape.validator)),
            "count": .text(range.count),
            "total": .text(set.validators.count),
        ]
    }

    /// A height below zero is passed on as the smallest that the application refuses.
    private func query(_ arguments: RPCArguments) -> JSONValue {
        let wanted = arguments.integer("height") ?? 0
        let answer: ApplicationAnswer
        if wanted < 0 {
            answer = StoreQueries.negativeHeight(wanted, wantsProof: arguments.bool("prove"))
        } else {
            answer = chain.query(
                ApplicationQuery(
                    path: arguments.string("path"), data: arguments.bytes("data"),
                    height: UInt64(wanted), wantsProof: arguments.bool("prove")))
        }
        let operations = answer.proof.map { proof -> JSONValue in
            let list = proof.map { operation -> JSONValue in
                [
                    "type": .string(operation.type), "key": .base64(operation.key),
                    "data": .base64(operation.data),
                ]
            }
            return ["ops": .array(list)]
        }
        return [
            "response": [
                "code": .int(answer.code), "log": .string(answer.log), "info": "", "index": "0",
                "key": .base64OrNull(answer.key ?? []),
                "value": .base64OrNull(answer.value ?? []),
                "proofOps": operations ?? .null, "height": .text(answer.height),
                "codespace": .string(answer.codespace),
            ]
        ]
    }
}
