// SPDX-License-Identifier: Apache-2.0

/// Why a commitment proof proves nothing. Every case is a fact about the proof, with its evidence.
public enum ProofError: Error, Hashable, Sendable {
    /// The bytes are no proof message.
    case wire(WireError)
    /// Proofs, specifications and path elements must be equally many, and at least one.
    case lengths(proofs: Int, specs: Int, path: Int)
    case emptyRoot
    /// The specification lacks its leaf or inner part, or its child order names no position for a
    /// branch.
    case incompleteSpec
    /// Prefix lengths overlap a child's size, so that a child's position is ambiguous.
    case ambiguousSpec(minPrefix: Int32, maxPrefix: Int32, childSize: Int32)
    /// Absence was offered where presence must be proven.
    case notExistence
    /// Presence was offered where absence must be proven.
    case notAbsence
    /// Batch and compressed proofs are not read: no IBC chain needs them.
    case batch
    case missingLeaf
    /// A step over nothing.
    case emptyChild
    case emptyKey
    /// The empty value is never stored under a provable key and never stands for absence.
    case emptyValue
    case leaf(LeafFault)
    /// The step, counted from 1 above the leaf.
    case inner(step: Int, InnerFault)
    case depth(got: Int, min: Int, max: Int)
    case unsupportedHash(HashOp)
    case unsupportedLength(LengthOp)
    case lengthNotAsRequired(got: Int, required: Int)
    case key(got: [UInt8], expected: [UInt8])
    case value(got: [UInt8], expected: [UInt8])
    case root(calculated: [UInt8], expected: [UInt8])
    /// An absence proof without any neighbour.
    case noNeighbours
    /// The key does not lie strictly between the neighbours.
    case keyOutsideNeighbours(key: [UInt8], left: [UInt8]?, right: [UInt8]?)
    /// Only the right neighbour was given, and it is not the first leaf.
    case notLeftmost(right: [UInt8])
    /// Only the left neighbour was given, and it is not the last leaf.
    case notRightmost(left: [UInt8])
    /// Leaves may lie between the two.
    case notNeighbours(left: [UInt8], right: [UInt8])

    /// What a leaf operation gets wrong.
    public enum LeafFault: Hashable, Sendable {
        case hash(HashOp)
        case prehashKey(HashOp)
        case prehashValue(HashOp)
        case length(LengthOp)
        /// Not the prefix of the specification, or not exactly it where nothing may follow.
        case prefix([UInt8])
        /// Not the three varints height 0, size 1, version of an IAVL leaf, or bytes after them:
        /// with such bytes the tail of a real key would pass for a key of its own.
        case iavlPrefix([UInt8])
    }

    /// What an inner operation gets wrong.
    public enum InnerFault: Hashable, Sendable {
        case hash(HashOp)
        /// It begins like a leaf.
        case leafPrefix([UInt8])
        case prefixLength(got: Int, min: Int, max: Int)
        case suffixLength(got: Int, childSize: Int)
        /// Not height, size and version of an IAVL node at least this high, followed by exactly one
        /// child's place.
        case iavlPrefix([UInt8])
        /// Not one child given and the other's place left free.
        case children(prefix: [UInt8], suffix: [UInt8])
        case resultTooLong(got: Int, childSize: Int)
    }

    /// Stable name of the case, for logs, metrics and answers.
    public var code: String {
        switch self {
        case .wire: "proof/wire"
        case .lengths: "proof/lengths"
        case .emptyRoot: "proof/empty-root"
        case .incompleteSpec: "proof/incomplete-spec"
        case .ambiguousSpec: "proof/ambiguous-spec"
        case .notExistence: "proof/not-existence"
        case .notAbsence: "proof/not-absence"
        case .batch: "proof/batch"
        case .missingLeaf: "proof/missing-leaf"
        case .emptyChild: "proof/empty-child"
        case .emptyKey: "proof/empty-key"
        case .emptyValue: "proof/empty-value"
        case .leaf: "proof/leaf"
        case .inner: "proof/inner"
        case .depth: "proof/depth"
        case .unsupportedHash: "proof/unsupported-hash"
        case .unsupportedLength: "proof/unsupported-length"
        case .lengthNotAsRequired: "proof/length"
        case .key: "proof/key"
        case .value: "proof/value"
        case .root: "proof/root"
        case .noNeighbours: "proof/no-neighbours"
        case .keyOutsideNeighbours: "proof/key-outside-neighbours"
        case .notLeftmost: "proof/not-leftmost"
        case .notRightmost: "proof/not-rightmost"
        case .notNeighbours: "proof/not-neighbours"
        }
    }
}
