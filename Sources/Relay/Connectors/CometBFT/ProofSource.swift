// SPDX-License-Identifier: Apache-2.0

import LightClient

/// A value and its proof, or the proof that the key is absent (`value` empty).
package struct StoreProof: Hashable, Sendable {
    package let value: [UInt8]
    /// ibc.core.commitment.v1.MerkleProof, leaf tree first.
    package let proof: [UInt8]
}

/// Fetches proofs of keys in one store, `ibc` where none is named. An answer without a proof, for
/// another height or with a code is an error, never an absence (cometbft-ibc §5.4).
package struct ProofSource {
    let rpc: NodeRPC

    /// Where packets and clients lie.
    static let packetStore = "ibc"

    /// Proves every key in the state after block `state`; the proofs lead to the app hash of header
    /// `state + 1`.
    func prove(
        _ keys: [[UInt8]], store: String = ProofSource.packetStore, state: UInt64,
        then: @escaping (Result<[StoreProof], NodeError>) -> Void
    ) {
        let path = "/store/\(store)/key"
        let calls = keys.map { key in
            RPCCall(
                "abci_query",
                [("path", path), ("data", Hex.encode(key)), ("height", "\(state)")],
                flags: [("prove", true)])
        }
        let node = rpc.currentAddress
        rpc.batch(calls, as: RPCQuery.self) { answers in
            var proofs: [StoreProof] = []
            for (key, answer) in zip(keys, answers) {
                let read = answer.flatMap {
                    ProofSource.read($0.response, key: key, state: state, node: node)
                }
                switch read {
                case .success(let proof): proofs.append(proof)
                case .failure(let error): return then(.failure(error))
                }
            }
            then(.success(proofs))
        }
    }

    package static func read(
        _ response: RPCQuery.Response, key: [UInt8], state: UInt64, node: String
    ) -> Result<StoreProof, NodeError> {
        func failure(_ code: NodeError.Code, _ detail: String) -> Result<StoreProof, NodeError> {
            .failure(
                NodeError(
                    code, node: node, method: "abci_query", detail: detail,
                    number: Int(response.code)))
        }
        guard response.code == 0 else {
            // One text for heights in the future, not executed yet and pruned.
            let isHeight = response.log.contains("proof is unexpectedly empty")
            return failure(isHeight ? .notExecutedYet : .queryRefused, response.log)
        }
        guard response.height.value == Int64(clamping: state) else {
            return failure(.wrongAnswer, "asked at \(state), answered at \(response.height.value)")
        }
        guard response.key?.bytes == key else {
            return failure(.wrongAnswer, "the answer at \(state) is about another key")
        }
        guard let operations = response.proofOps?.ops, operations.count == 2 else {
            return failure(.wrongAnswer, "no proof in the answer at \(state): \(response.log)")
        }
        var writer = ProtobufWriter(
            reservingCapacity: operations.reduce(16) { $0 + $1.data.bytes.count })
        for operation in operations { writer.alwaysBytes(1, operation.data.bytes) }
        return .success(StoreProof(value: response.value?.bytes ?? [], proof: writer.bytes))
    }
}
