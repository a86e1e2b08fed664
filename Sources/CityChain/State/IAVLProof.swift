// SPDX-License-Identifier: Apache-2.0

import LightClient

/// ICS-23 proofs as a node's iavl store answers them: bytes of `CommitmentProof`. They are written
/// here by hand, apart from the code that verifies them, so that each checks the other.
///
/// Source: iavl v1.2.2 proof_ics23.go; building-cometbft.md section 3.2.
extension IAVLTree {
    /// Presence of the key, or its absence between its neighbours. An empty tree proves nothing:
    /// the bytes then hold the key alone, as a real node answers, and no verifier takes them.
    package func proof(of key: [UInt8]) -> [UInt8] {
        var proof = ProtobufWriter()
        if let existence = existence(of: key) {
            proof.alwaysBytes(1, existence)
            return proof.bytes
        }
        var absence = ProtobufWriter()
        absence.bytes(1, key)
        let rank = rank(of: key)
        if let left = self.key(atRank: rank - 1).flatMap(existence) {
            absence.alwaysBytes(2, left)
        }
        if let right = self.key(atRank: rank).flatMap(existence) { absence.alwaysBytes(3, right) }
        proof.alwaysBytes(2, absence.bytes)
        return proof.bytes
    }

    /// Bytes of `ExistenceProof`, nil when the key is absent.
    private func existence(of key: [UInt8]) -> [UInt8]? {
        var steps: [[UInt8]] = []
        var node = root
        while let current = node {
            switch current.content {
            case .leaf(let value):
                guard current.key == key else { return nil }
                var proof = ProtobufWriter()
                proof.bytes(1, key)
                proof.bytes(2, value)
                var prefix: [UInt8] = []
                current.appendHead(to: &prefix)
                proof.alwaysBytes(3, ICS23Bytes.leaf(prefix: prefix))
                for step in steps.reversed() { proof.alwaysBytes(4, step) }
                return proof.bytes
            case .inner(let left, let right):
                let goesLeft = precedes(key, current.key)
                steps.append(step(at: current, left, right, goesLeft: goesLeft))
                node = goesLeft ? left : right
            }
        }
        return nil
    }

    private func step(
        at node: IAVLNode, _ left: IAVLNode, _ right: IAVLNode, goesLeft: Bool
    ) -> [UInt8] {
        let length = UInt8(Digest.byteCount)
        var prefix: [UInt8] = []
        node.appendHead(to: &prefix)
        prefix.append(length)
        if goesLeft {
            return ICS23Bytes.inner(prefix: prefix, suffix: [length] + right.hash().bytes)
        }
        left.hash().append(to: &prefix)
        prefix.append(length)
        return ICS23Bytes.inner(prefix: prefix, suffix: [])
    }
}

/// The two operations of an existence proof, in bytes.
enum ICS23Bytes {
    /// LeafOp: SHA-256, key as it is, value hashed, both length-prefixed.
    static func leaf(prefix: [UInt8]) -> [UInt8] {
        var operation = ProtobufWriter()
        operation.int32(1, 1)
        operation.int32(3, 1)
        operation.int32(4, 1)
        operation.bytes(5, prefix)
        return operation.bytes
    }

    /// InnerOp: SHA-256 of prefix, child and suffix.
    static func inner(prefix: [UInt8], suffix: [UInt8]) -> [UInt8] {
        var operation = ProtobufWriter()
        operation.int32(1, 1)
        operation.bytes(2, prefix)
        operation.bytes(3, suffix)
        return operation.bytes
    }
}
