// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport

/// Two-leaf stores in a multistore, built from the rules of the node formats alone: the worked
/// vectors V2 and V3 of the specification.
struct ICS23Sample {
    struct Leaf {
        let key: [UInt8]
        let value: [UInt8]
        let prefix: [UInt8]

        var hash: [UInt8] {
            let count = UInt8(key.count)
            return SHA256.hash(
                prefix + [count] + key + [0x20] + SHA256.hash(value).bytes
            ).bytes
        }
    }

    let left: Leaf
    let right: Leaf
    /// Height 1, size 2 and the version, before the first child.
    let innerPrefix: [UInt8]
    let storeRoot: [UInt8]

    init(version: UInt8, left: (String, [UInt8]), right: (String, [UInt8])) {
        let prefix: [UInt8] = [0, 2, version * 2]
        self.left = Leaf(key: Hex.decode(left.0) ?? [], value: left.1, prefix: prefix)
        self.right = Leaf(key: Hex.decode(right.0) ?? [], value: right.1, prefix: prefix)
        innerPrefix = [2, 4, version * 2, 0x20]
        storeRoot =
            SHA256.hash(innerPrefix + self.left.hash + [0x20] + self.right.hash).bytes
    }

    var leftStep: InnerOp {
        InnerOp(hash: .sha256, prefix: innerPrefix, suffix: [0x20] + right.hash)
    }

    var rightStep: InnerOp {
        InnerOp(hash: .sha256, prefix: innerPrefix + left.hash + [0x20], suffix: [])
    }

    func leafOp(_ prefix: [UInt8]) -> LeafOp {
        LeafOp(
            hash: .sha256, prehashKey: .noHash, prehashValue: .sha256, length: .varProto,
            prefix: prefix)
    }

    var leftProof: ExistenceProof {
        ExistenceProof(
            key: left.key, value: left.value, leaf: leafOp(left.prefix), path: [leftStep])
    }

    var rightProof: ExistenceProof {
        ExistenceProof(
            key: right.key, value: right.value, leaf: leafOp(right.prefix), path: [rightStep])
    }

    /// The leaf data of a store under the app hash, hashed.
    static func storeLeaf(_ name: String, _ root: [UInt8]) -> [UInt8] {
        let name = Array(name.utf8)
        return SHA256.hash(
            [0, UInt8(name.count)] + name + [0x20] + SHA256.hash(root).bytes
        ).bytes
    }

    /// The stores acc, bank and ibc under one root: ((acc, bank), ibc).
    var multistore: (root: [UInt8], proof: ExistenceProof) {
        let acc = ICS23Sample.storeLeaf("acc", SHA256.hash(Array("acc-root".utf8)).bytes)
        let bank = ICS23Sample.storeLeaf("bank", SHA256.hash(Array("bank-root".utf8)).bytes)
        let others = SHA256.hash([1] + acc + bank).bytes
        let ibc = ICS23Sample.storeLeaf("ibc", storeRoot)
        let proof = ExistenceProof(
            key: Array("ibc".utf8), value: storeRoot, leaf: leafOp([0]),
            path: [InnerOp(hash: .sha256, prefix: [1] + others, suffix: [])])
        return (SHA256.hash([1] + others + ibc).bytes, proof)
    }

    func chained(_ content: CommitmentProof.Content) -> MerkleProof {
        MerkleProof([CommitmentProof(content), CommitmentProof(.existence(multistore.proof))])
    }

    static let ibc = Array("ibc".utf8)

    /// Vector V2: one packet commitment and one counter, version 5.
    static let v2 = ICS23Sample(
        version: 5,
        left: (
            "30372d74656e6465726d696e742d30010000000000000001",
            Hex.decode("a096722aa6534040a0efbdae05765132a7b223ad306d6512f3734821bd046505") ?? []
        ),
        right: (
            Hex.encode("nextSequenceSend/07-tendermint-0".utf8), [0, 0, 0, 0, 0, 0, 0, 2]
        ))

    /// Between the two keys of `v2`: a receipt that is not there.
    static let absentKey =
        Hex.decode("30372d74656e6465726d696e742d31020000000000000001") ?? []

    /// Vector V3: a receipt of sequence 261, whose key's end repeats its own length, version 9.
    static let v3 = ICS23Sample(
        version: 9,
        left: ("30372d74656e6465726d696e742d31020000000000000105", [2]),
        right: (
            Hex.encode("nextSequenceSend/07-tendermint-1".utf8), [0, 0, 0, 0, 0, 0, 1, 0x2c]
        ))
}
