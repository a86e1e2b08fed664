// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// The pieces in which a block travels between validators; its hash is part of every vote.
///
/// Source: CometBFT v0.38 types/part_set.go.
package enum PartSet {
    package static let partByteCount = 65_536

    /// Number of parts and the Merkle root over them.
    package static func header(of block: [UInt8]) -> PartSetHeader {
        var leaves: [Digest] = []
        var start = 0
        while start < block.count {
            let end = min(start + partByteCount, block.count)
            leaves.append(BinaryMerkle.leafHash(Array(block[start..<end])))
            start = end
        }
        return PartSetHeader(
            total: UInt32(leaves.count), hash: BinaryMerkle.root(leafHashes: leaves).bytes)
    }
}
