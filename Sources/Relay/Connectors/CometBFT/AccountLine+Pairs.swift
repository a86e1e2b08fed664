// SPDX-License-Identifier: Apache-2.0

import LightClient

extension AccountLine {
    /// One key of a store with its value.
    package struct Pair: Hashable, Sendable {
        package let key: [UInt8]
        package let value: [UInt8]
    }

    /// Every key of one store below each prefix, in the chain's latest state, by our own node's
    /// word. What is larger than a node's answer may be is a failure.
    package func pairs(
        _ prefixes: [[UInt8]], store: String, then: @escaping Answer<[[Pair]]>
    ) {
        query(prefixes, path: "/store/\(store)/subspace") { answer in
            then(
                answer.flatMap { lists in
                    var found: [[Pair]] = []
                    for bytes in lists {
                        do throws(WireError) {
                            found.append(try AccountLine.pairs(reading: bytes))
                        } catch {
                            return .failure(
                                NodeError(
                                    .queryRefused, node: "our chain", method: "subspace",
                                    detail: "the answer is no list of pairs"))
                        }
                    }
                    return .success(found)
                })
        }
    }

    /// cosmos.store.v1beta1 `kv.Pairs`: pairs 1 { key 1, value 2 }.
    static func pairs(reading bytes: [UInt8]) throws(WireError) -> [Pair] {
        var pairs: [Pair] = []
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            guard field.number == 1 else {
                try reader.skip(field)
                continue
            }
            var inner = ProtobufReader(try reader.bytes(field))
            var (key, value): ([UInt8], [UInt8]) = ([], [])
            while let part = try inner.next() {
                switch part.number {
                case 1: key = try inner.bytes(part)
                case 2: value = try inner.bytes(part)
                default: try inner.skip(part)
                }
            }
            pairs.append(Pair(key: key, value: value))
        }
        return pairs
    }
}
