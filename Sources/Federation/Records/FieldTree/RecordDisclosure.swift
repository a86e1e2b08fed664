// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A field that was shown.
public struct DisclosedField: Hashable, Sendable {
    public var field: SaltedField
    public var path: FieldPath

    public init(field: SaltedField, path: FieldPath) {
        self.field = field
        self.path = path
    }
}

/// A predicate that was shown: that something holds, and not the value it holds for.
public struct DisclosedPredicate: Hashable, Sendable {
    public enum Claim: Hashable, Sendable {
        /// Whether it holds: "1" yes, "2" no, as the national messages write it.
        case flag(holds: Bool)
        /// The count is at least so large; the witness shows it.
        case atLeast(Int, witness: Digest)
    }

    /// Without the prefix.
    public var id: String
    public var claim: Claim
    public var salt: FieldSalt
    public var path: FieldPath

    public init(id: String, claim: Claim, salt: FieldSalt, path: FieldPath) {
        self.id = id
        self.claim = claim
        self.salt = salt
        self.path = path
    }

    /// The leaf's content that the claim stands for.
    public func field() throws(FieldTreeError) -> SaltedField {
        let name = SaltedField.predicatePrefix + id
        switch claim {
        case .flag(let holds):
            return try SaltedField(id: name, text: holds ? "1" : "2", salt: salt)
        case .atLeast(let threshold, let witness):
            let commitment = try CountChain.commitment(witness: witness, atLeast: threshold)
            return try SaltedField(id: name, value: commitment.bytes, salt: salt)
        }
    }

    /// Reads a flag as it is written.
    public static func flag(_ text: String) throws(FieldTreeError) -> Claim {
        switch text {
        case "1": .flag(holds: true)
        case "2": .flag(holds: false)
        default: throw .flagValue(text)
        }
    }
}

/// Everything that was shown of one record.
public struct RecordDisclosure: Hashable, Sendable {
    public var schemaID: String
    public var leafCount: Int
    public var fields: [DisclosedField]
    public var predicates: [DisclosedPredicate]

    public init(
        schemaID: String, leafCount: Int, fields: [DisclosedField],
        predicates: [DisclosedPredicate]
    ) {
        self.schemaID = schemaID
        self.leafCount = leafCount
        self.fields = fields
        self.predicates = predicates
    }

    /// Throws unless every field and predicate lies under the root, each under its own name at its
    /// own leaf.
    ///
    /// Does not say whether the root stands on a chain: that is the chain proof's part.
    public func verify(root: Digest) throws(FieldTreeError) {
        var names: Set<String> = []
        var leaves: Set<Int> = []
        var shown: [(SaltedField, FieldPath)] = fields.map { ($0.field, $0.path) }
        for predicate in predicates { shown.append((try predicate.field(), predicate.path)) }
        for (field, path) in shown {
            guard names.insert(field.id).inserted else { throw .duplicateField(field.id) }
            guard leaves.insert(path.leaf).inserted else { throw .duplicateLeaf(path.leaf) }
            let leaf = try field.leaf(schemaID: schemaID)
            guard try path.root(from: leaf, leafCount: leafCount) == root else {
                throw .otherRoot(field: field.id)
            }
        }
    }
}

extension FieldTree {
    /// Shows fields by their names.
    public func disclose(_ id: String) throws(FieldTreeError) -> DisclosedField {
        DisclosedField(field: try field(id), path: try path(of: id))
    }

    /// Shows a predicate that is a flag.
    public func disclose(flag id: String) throws(FieldTreeError) -> DisclosedPredicate {
        let name = SaltedField.predicatePrefix + id
        let field = try field(name)
        let claim = try DisclosedPredicate.flag(String(decoding: field.value, as: UTF8.self))
        return DisclosedPredicate(
            id: id, claim: claim, salt: field.salt, path: try path(of: name))
    }

    /// Shows that a count is at least so large. Requires the seed and the count behind the leaf.
    public func disclose(
        count id: String, atLeast threshold: Int, seed: Digest, count: Int
    ) throws(FieldTreeError) -> DisclosedPredicate {
        let name = SaltedField.predicatePrefix + id
        let witness = try CountChain.witness(seed: seed, count: count, atLeast: threshold)
        return DisclosedPredicate(
            id: id, claim: .atLeast(threshold, witness: witness), salt: try field(name).salt,
            path: try path(of: name))
    }
}
