// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// The tree that a record's root on the chain stands for: one leaf a field or predicate, decoys up
/// to a power of two, all sorted by their hashes, so that neither the number of fields nor a leaf's
/// place says anything. Whoever holds the tree's fields and salts can show one field and hide the
/// others.
/// Source: specs/domain.md section 3.3; FORMATS.md "Field tree".
public struct FieldTree: Hashable, Sendable {
    public let schemaID: String
    public let fields: [SaltedField]
    /// levels[0] are the leaves, the last level is the root alone.
    private let levels: [[Digest]]
    private let places: [String: Int]

    /// Leaves of a tree: 8 hides how small a record is, 256 is eight hashes a path.
    public static let leafCounts = [8, 16, 32, 64, 128, 256]

    /// The size for that many fields and predicates: the next one that leaves room for a decoy.
    public static func leafCount(forFields count: Int) throws(FieldTreeError) -> Int {
        for size in leafCounts where size > count { return size }
        throw .leafCount(count)
    }

    /// Builds the tree. Requires as many salts for decoys as fill up `leafCount(forFields:)`.
    public init(
        schemaID: String, fields: [SaltedField], decoys: [FieldSalt]
    ) throws(FieldTreeError) {
        let size = try FieldTree.leafCount(forFields: fields.count)
        guard fields.count + decoys.count == size else {
            throw .leafCount(fields.count + decoys.count)
        }
        var names: Set<String> = []
        var salts = Set(decoys)
        guard salts.count == decoys.count else { throw .repeatedSalt }
        var hashes: [Digest] = []
        for field in fields {
            guard names.insert(field.id).inserted else { throw .duplicateField(field.id) }
            guard salts.insert(field.salt).inserted else { throw .repeatedSalt }
            hashes.append(try field.leaf(schemaID: schemaID))
        }
        let leaves = (hashes + decoys.map(SaltedField.decoy)).sorted()
        var places: [String: Int] = [:]
        for (field, hash) in zip(fields, hashes) { places[field.id] = leaves.firstIndex(of: hash) }
        var levels = [leaves]
        var level = leaves
        while level.count > 1 {
            level = stride(from: 0, to: level.count, by: 2).map {
                SHA256.hash(0x01, level[$0], level[$0 + 1])
            }
            levels.append(level)
        }
        self.schemaID = schemaID
        self.fields = fields
        self.levels = levels
        self.places = places
    }

    public var root: Digest { levels[levels.count - 1][0] }
    public var leafCount: Int { levels[0].count }

    /// A field with its salt, by its name; a predicate by its name with the prefix.
    public func field(_ id: String) throws(FieldTreeError) -> SaltedField {
        for field in fields where field.id == id { return field }
        throw .unknownField(id)
    }

    /// Where a field stands, and the hashes on its way to the root.
    public func path(of id: String) throws(FieldTreeError) -> FieldPath {
        guard let leaf = places[id] else { throw .unknownField(id) }
        var hashes: [Digest] = []
        var index = leaf
        for level in levels.dropLast() {
            hashes.append(level[index ^ 1])
            index /= 2
        }
        return FieldPath(leaf: leaf, hashes: hashes)
    }
}

/// The way from a leaf to the root.
public struct FieldPath: Hashable, Sendable {
    /// The leaf's place, from 0.
    public var leaf: Int
    /// The sibling at every level, leaves first.
    public var hashes: [Digest]

    public init(leaf: Int, hashes: [Digest]) {
        self.leaf = leaf
        self.hashes = hashes
    }

    /// The root to which a leaf's hash leads, in a tree of that many leaves. Takes nothing on
    /// trust: every count is checked.
    public func root(from hash: Digest, leafCount: Int) throws(FieldTreeError) -> Digest {
        guard FieldTree.leafCounts.contains(leafCount) else { throw .leafCount(leafCount) }
        guard (0..<leafCount).contains(leaf) else {
            throw .leafIndex(leaf, leafCount: leafCount)
        }
        let levels = leafCount.trailingZeroBitCount
        guard hashes.count == levels else {
            throw .pathLength(got: hashes.count, expected: levels)
        }
        var result = hash
        var index = leaf
        for sibling in hashes {
            result =
                index & 1 == 0
                ? SHA256.hash(0x01, result, sibling) : SHA256.hash(0x01, sibling, result)
            index >>= 1
        }
        return result
    }
}
