// SPDX-License-Identifier: Apache-2.0

/// Why a field tree cannot be built, or why something disclosed from one is not believed.
public enum FieldTreeError: Error, Hashable, Sendable {
    /// Not 1 to 64 characters out of letters, digits, full stop, underscore and hyphen.
    case identifier(String)
    /// Longer than `SaltedField.maxValueByteCount`.
    case valueTooLong(field: String, byteCount: Int)
    /// Not 16 bytes.
    case saltLength(Int)
    /// A field that stands there twice.
    case duplicateField(String)
    /// Two disclosed fields that claim one leaf.
    case duplicateLeaf(Int)
    /// One salt that was used twice: equal values would show.
    case repeatedSalt
    /// No power of two within `FieldTree.leafCounts`, or no room for one decoy.
    case leafCount(Int)
    /// A leaf that the tree does not have.
    case leafIndex(Int, leafCount: Int)
    /// Not as many hashes as the tree has levels.
    case pathLength(got: Int, expected: Int)
    /// The field leads to another root.
    case otherRoot(field: String)
    /// The tree holds no field of that name.
    case unknownField(String)
    /// A count or a threshold outside `CountChain.counts`.
    case countOutOfRange(Int)
    /// More was to be shown than there is.
    case countTooSmall(atLeast: Int)
    /// Neither "1" (holds) nor "2" (does not hold).
    case flagValue(String)
}
