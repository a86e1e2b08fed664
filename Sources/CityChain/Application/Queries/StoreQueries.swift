// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Answers of `abci_query` to store paths, as cosmos-sdk's multistore gives them.
package enum StoreQueries {
    /// Heights at and below which nothing can be proven: no later header holds their root.
    static let unprovableHeight: UInt64 = 1

    static func refusal(_ error: ExecutionError, height: UInt64 = 0) -> ApplicationAnswer {
        var answer = ApplicationAnswer()
        answer.code = error.code
        answer.codespace = error.codespace
        answer.log = error.log
        answer.height = height
        return answer
    }

    static let proofTooEarly = ExecutionError.invalidRequest(
        "cannot query with proof when height <= 1; please provide a valid height")

    /// A height below zero never reaches a store.
    package static func negativeHeight(_ height: Int64, wantsProof: Bool) -> ApplicationAnswer {
        if wantsProof { return refusal(proofTooEarly) }
        return refusal(
            .invalidRequest("cannot query with negative height; please provide a valid height"))
    }

    /// `words` are the path's parts behind "store".
    static func answer(
        _ words: [Substring], _ query: ApplicationQuery, in multistore: Multistore
    ) -> ApplicationAnswer {
        guard let store = words.first.map(String.init), words.count >= 2 else {
            return refusal(.unknownRequest("invalid path: \(query.path)"))
        }
        guard multistore.storeNames.contains(store) else {
            return refusal(
                ExecutionError("store", 4, "no such store: \(store): unknown request"))
        }
        let height = query.height
        if query.wantsProof, height <= unprovableHeight { return refusal(proofTooEarly) }
        let method = words.dropFirst().joined(separator: "/")
        switch method {
        case "key": return key(store, query, in: multistore)
        // One record at a time: who asks must know its place.
        case "subspace" where store == StoreName.records:
            return refusal(.unknownRequest("records are not listed"))
        case "subspace": return subspace(store, query, in: multistore)
        default:
            return refusal(
                ExecutionError(
                    "store", 4, "unexpected query path: /\(method): unknown request"))
        }
    }

    private static func key(
        _ store: String, _ query: ApplicationQuery, in multistore: Multistore
    ) -> ApplicationAnswer {
        var answer = ApplicationAnswer()
        answer.key = query.data
        answer.height = query.height
        guard query.wantsProof else {
            if query.data.isEmpty {
                return refusal(
                    ExecutionError("store", 2, "query cannot be zero length: tx parse error"))
            }
            guard let snapshot = multistore.snapshot(at: query.height) else {
                answer.log = "version does not exist"
                return answer
            }
            answer.value = snapshot.get(store, query.data)
            return answer
        }
        guard !query.data.isEmpty,
            let proven = multistore.prove(store, query.data, version: query.height)
        else {
            return refusal(
                ExecutionError(
                    "store", 7,
                    "proof is unexpectedly empty; ensure height has not been pruned: invalid "
                        + "request"))
        }
        answer.value = proven.value
        answer.proof = proven.operations
        return answer
    }

    /// All pairs under a prefix, as a protobuf list; never with a proof.
    private static func subspace(
        _ store: String, _ query: ApplicationQuery, in multistore: Multistore
    ) -> ApplicationAnswer {
        var answer = ApplicationAnswer()
        answer.key = query.data
        answer.height = query.height
        guard let snapshot = multistore.snapshot(at: query.height) else {
            answer.log = "version does not exist"
            return answer
        }
        var list = ProtobufWriter()
        for pair in snapshot.pairs(store, prefix: query.data) {
            var inner = ProtobufWriter()
            inner.bytes(1, pair.key)
            inner.bytes(2, pair.value)
            list.alwaysBytes(1, inner.bytes)
        }
        answer.value = list.bytes
        return answer
    }
}
