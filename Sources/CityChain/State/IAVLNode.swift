// SPDX-License-Identifier: Apache-2.0

import LightClient

/// One node of an IAVL tree. It never changes once made, so trees of different versions share it;
/// only its hash is filled in late, when its version is saved.
///
/// Source: iavl v1.2.2 node.go; the separator of an inner node is for search only, never hashed.
final class IAVLNode {
    enum Content {
        case leaf(value: [UInt8])
        case inner(left: IAVLNode, right: IAVLNode)
    }

    /// A leaf's key, or the separator of an inner node: keys below it lie on the left.
    let key: [UInt8]
    let content: Content
    /// 0 at a leaf, else 1 + the higher child.
    let height: Int
    /// Number of leaves below.
    let size: Int
    /// The version in which the node was made.
    let version: UInt64
    private var digest: Digest?

    init(key: [UInt8], value: [UInt8], version: UInt64) {
        self.key = key
        content = .leaf(value: value)
        height = 0
        size = 1
        self.version = version
    }

    init(separator: [UInt8], _ left: IAVLNode, _ right: IAVLNode, version: UInt64) {
        key = separator
        content = .inner(left: left, right: right)
        height = 1 + max(left.height, right.height)
        size = left.size + right.size
        self.version = version
    }

    /// Computed once, for this node and for every new one below it.
    func hash() -> Digest {
        if let digest { return digest }
        var preimage: [UInt8] = []
        switch content {
        case .leaf(let value):
            preimage.reserveCapacity(key.count + 48)
            appendHead(to: &preimage)
            appendUnsigned(UInt64(key.count), to: &preimage)
            preimage.append(contentsOf: key)
            preimage.append(UInt8(Digest.byteCount))
            SHA256.hash(value).append(to: &preimage)
        case .inner(let left, let right):
            preimage.reserveCapacity(96)
            appendHead(to: &preimage)
            preimage.append(UInt8(Digest.byteCount))
            left.hash().append(to: &preimage)
            preimage.append(UInt8(Digest.byteCount))
            right.hash().append(to: &preimage)
        }
        let result = SHA256.hash(preimage)
        digest = result
        return result
    }

    /// Height, size and version as zig-zag varints: how every preimage, and every proof step,
    /// begins.
    func appendHead(to bytes: inout [UInt8]) {
        appendUnsigned(UInt64(height) << 1, to: &bytes)
        appendUnsigned(UInt64(size) << 1, to: &bytes)
        appendUnsigned(version << 1, to: &bytes)
    }

    private func appendUnsigned(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// Lexical order of keys, bytewise; a prefix comes first.
func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool { left.lexicographicallyPrecedes(right) }
