// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// An immutable balanced tree of keys and values with the shape and the hashes of Cosmos's iavl. A
/// write makes new nodes along one path; a copy costs one reference, so old versions stay provable.
///
/// Source: iavl v1.2.2 mutable_tree.go; building-cometbft.md section 3.1.
package struct IAVLTree {
    private(set) var root: IAVLNode?

    package init() {}

    package var count: Int { root?.size ?? 0 }
    package var height: Int { root?.height ?? 0 }

    /// H("") when empty.
    package var rootHash: Digest { root?.hash() ?? SHA256.empty }

    package func get(_ key: [UInt8]) -> [UInt8]? {
        var node = root
        while let current = node {
            switch current.content {
            case .leaf(let value): return current.key == key ? value : nil
            case .inner(let left, let right): node = precedes(key, current.key) ? left : right
            }
        }
        return nil
    }

    /// Makes new nodes even when the value is the same, as iavl does.
    package mutating func put(_ key: [UInt8], _ value: [UInt8], version: UInt64) {
        let leaf = IAVLNode(key: key, value: value, version: version)
        guard let root else {
            self.root = leaf
            return
        }
        self.root = IAVLTree.put(leaf, into: root)
    }

    /// An absent key changes nothing, not even versions.
    package mutating func remove(_ key: [UInt8], version: UInt64) {
        guard let root else { return }
        guard case .replaced(let rest, _) = IAVLTree.remove(key, from: root, version) else {
            return
        }
        self.root = rest
    }

    /// Calls `body` with every pair from `start` on, ascending, until it answers false.
    package func forEach(from start: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) -> Bool) {
        guard let root else { return }
        _ = IAVLTree.visit(root, from: start, body)
    }

    /// Number of keys below `key`.
    func rank(of key: [UInt8]) -> Int {
        var node = root
        var rank = 0
        while let current = node {
            switch current.content {
            case .leaf: return precedes(current.key, key) ? rank + 1 : rank
            case .inner(let left, let right):
                if precedes(key, current.key) {
                    node = left
                } else {
                    rank += left.size
                    node = right
                }
            }
        }
        return rank
    }

    /// The key of that rank; nil outside 0 ..< count.
    func key(atRank rank: Int) -> [UInt8]? {
        guard rank >= 0, rank < count else { return nil }
        var rest = rank
        var node = root
        while let current = node {
            switch current.content {
            case .leaf: return current.key
            case .inner(let left, let right):
                if rest < left.size {
                    node = left
                } else {
                    rest -= left.size
                    node = right
                }
            }
        }
        return nil
    }
}

extension IAVLTree {
    private enum Removal {
        case absent
        /// What stands in the node's place, and a separator that climbs to the nearest ancestor at
        /// which the search went right.
        case replaced(IAVLNode?, separator: [UInt8]?)
    }

    private static func put(_ leaf: IAVLNode, into node: IAVLNode) -> IAVLNode {
        switch node.content {
        case .leaf:
            if leaf.key == node.key { return leaf }
            return precedes(leaf.key, node.key)
                ? IAVLNode(separator: node.key, leaf, node, version: leaf.version)
                : IAVLNode(separator: leaf.key, node, leaf, version: leaf.version)
        case .inner(let left, let right):
            if precedes(leaf.key, node.key) {
                return balanced(node.key, put(leaf, into: left), right, leaf.version)
            }
            return balanced(node.key, left, put(leaf, into: right), leaf.version)
        }
    }

    private static func remove(
        _ key: [UInt8], from node: IAVLNode, _ version: UInt64
    ) -> Removal {
        switch node.content {
        case .leaf:
            return node.key == key ? .replaced(nil, separator: nil) : .absent
        case .inner(let left, let right):
            if precedes(key, node.key) {
                switch remove(key, from: left, version) {
                case .absent: return .absent
                case .replaced(nil, _): return .replaced(right, separator: node.key)
                case .replaced(let rest?, let separator):
                    let replacement = balanced(node.key, rest, right, version)
                    return .replaced(replacement, separator: separator)
                }
            }
            switch remove(key, from: right, version) {
            case .absent: return .absent
            case .replaced(nil, _): return .replaced(left, separator: nil)
            case .replaced(let rest?, let separator):
                let replacement = balanced(separator ?? node.key, left, rest, version)
                return .replaced(replacement, separator: nil)
            }
        }
    }

    /// The inner node of these children, rotated where one side is two higher.
    private static func balanced(
        _ separator: [UInt8], _ left: IAVLNode, _ right: IAVLNode, _ version: UInt64
    ) -> IAVLNode {
        let lean = left.height - right.height
        if lean > 1, case .inner(let outer, let inner) = left.content {
            let child = outer.height < inner.height ? rotatedLeft(left, version) : left
            return rotatedRight(
                IAVLNode(separator: separator, child, right, version: version), version)
        }
        if lean < -1, case .inner(let inner, let outer) = right.content {
            let child = inner.height > outer.height ? rotatedRight(right, version) : right
            return rotatedLeft(
                IAVLNode(separator: separator, left, child, version: version), version)
        }
        return IAVLNode(separator: separator, left, right, version: version)
    }

    private static func rotatedRight(_ node: IAVLNode, _ version: UInt64) -> IAVLNode {
        guard case .inner(let left, let right) = node.content,
            case .inner(let outer, let inner) = left.content
        else { return node }
        let lower = IAVLNode(separator: node.key, inner, right, version: version)
        return IAVLNode(separator: left.key, outer, lower, version: version)
    }

    private static func rotatedLeft(_ node: IAVLNode, _ version: UInt64) -> IAVLNode {
        guard case .inner(let left, let right) = node.content,
            case .inner(let inner, let outer) = right.content
        else { return node }
        let lower = IAVLNode(separator: node.key, left, inner, version: version)
        return IAVLNode(separator: right.key, lower, outer, version: version)
    }

    private static func visit(
        _ node: IAVLNode, from start: [UInt8], _ body: ([UInt8], [UInt8]) -> Bool
    ) -> Bool {
        switch node.content {
        case .leaf(let value):
            return precedes(node.key, start) || body(node.key, value)
        case .inner(let left, let right):
            if precedes(start, node.key), !visit(left, from: start, body) { return false }
            return visit(right, from: start, body)
        }
    }
}
