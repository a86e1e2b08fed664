// SPDX-License-Identifier: Apache-2.0

/// The trees whose node bytes are known exactly.
enum NodeFormat {
    case iavl
    /// CometBFT's simple tree, and the sparse tree.
    case simple
    case other
}

/// A specification made ready: plain numbers, and the node format it stands for. Immutable, so that
/// any number of verifiers share one.
final class SpecRules: Sendable {
    /// Nil: the specification proves nothing.
    let leaf: LeafOp?
    let inner: InnerSpec?
    let format: NodeFormat
    let prehashesKeys: Bool
    let depths: (least: Int, most: Int)
    let leafPrefix: [UInt8]
    let innerHash: HashOp
    let childSize: Int
    let prefixLengths: (least: Int, most: Int)
    /// Whether a child's position follows from the lengths beside it.
    let isUnambiguous: Bool
    /// The longest result of a step; nil: any.
    let resultLimit: Int?

    init(
        _ leaf: LeafOp?, _ inner: InnerSpec?, _ maxDepth: Int32, _ minDepth: Int32,
        prehashesKeys: Bool
    ) {
        self.leaf = leaf
        self.inner = inner
        self.prehashesKeys = prehashesKeys
        depths = (
            max(0, Int(minDepth)), maxDepth == 0 ? ProofSpec.defaultMaxDepth : Int(maxDepth)
        )
        leafPrefix = leaf?.prefix ?? []
        let shape = inner ?? InnerSpec()
        innerHash = shape.hash
        childSize = Int(shape.childSize)
        let least = Int(shape.minPrefixLength)
        // At most 256 branches of 2^31 bytes: far from overflow.
        prefixLengths = (
            least, Int(shape.maxPrefixLength) + (shape.childOrder.count - 1) * childSize
        )
        isUnambiguous = childSize > 0 && Int(shape.maxPrefixLength) < least + childSize
        resultLimit = childSize >= 32 ? childSize : nil
        let isDeepAsWritten = maxDepth == (prehashesKeys ? 256 : 0) && minDepth == 0
        if SpecRules.isIAVL(leaf, shape) {
            format = .iavl
        } else if isDeepAsWritten, SpecRules.isSimple(leaf, shape, isSparse: prehashesKeys) {
            format = .simple
        } else {
            format = .other
        }
    }

    /// The shape alone decides, as in the reference: depths, leaf prefix and empty child may
    /// differ.
    private static func isIAVL(_ leaf: LeafOp?, _ inner: InnerSpec) -> Bool {
        guard let leaf else { return false }
        return leaf.hash == .sha256 && leaf.prehashKey == .noHash && leaf.prehashValue == .sha256
            && leaf.length == .varProto && inner.hash == .sha256 && inner.minPrefixLength == 4
            && inner.maxPrefixLength == 12 && inner.childSize == 33 && inner.childOrder.count == 2
    }

    /// Exactly the named specification.
    private static func isSimple(_ leaf: LeafOp?, _ inner: InnerSpec, isSparse: Bool) -> Bool {
        let named = LeafOp(
            hash: .sha256, prehashKey: isSparse ? .sha256 : .noHash, prehashValue: .sha256,
            length: isSparse ? .noPrefix : .varProto, prefix: [0])
        let tree = InnerSpec(
            childOrder: [0, 1], childSize: 32, minPrefixLength: 1, maxPrefixLength: 1,
            emptyChild: isSparse ? [UInt8](repeating: 0, count: 32) : [], hash: .sha256)
        return leaf == named && inner == tree
    }
}
