// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What left a city about one record: its blind index, the leaves that were shown, and what the
/// chain holds under the index, with its proof. The access log commits to exactly this by its
/// digest, which hides what it stands for: a record's salts are in it, and an index that nobody can
/// guess.
/// Source: FORMATS.md "Disclosure".
public struct Disclosure: Hashable, Sendable {
    /// The record's key on the chain is `record/` and these 32 bytes.
    public var index: Digest
    /// Leaves of the record's field tree; zero where the record is absent.
    public var leafCount: UInt32
    public var leaves: [ShownLeaf]
    /// The value under that key, a `RecordState`; empty: the chain proves that there is none.
    public var state: [UInt8]
    /// Of the state, or of its absence, under the header of `height`.
    public var proof: [UInt8]
    public var height: Height

    public init(
        index: Digest, leafCount: UInt32, leaves: [ShownLeaf], state: [UInt8], proof: [UInt8],
        height: Height
    ) {
        self.index = index
        self.leafCount = leafCount
        self.leaves = leaves
        self.state = state
        self.proof = proof
        self.height = height
    }

    /// Of an answer that discloses something; nil when its index is none.
    public init?(_ response: DiscloseResponse) {
        guard let index = Digest(response.index) else { return nil }
        self.init(
            index: index, leafCount: response.leafCount, leaves: response.leaves,
            state: response.state, proof: response.proof, height: response.proofHeight)
    }

    /// What the log's entry commits to: SHA-256 of `encoded`.
    public var digest: Digest { SHA256.hash(encoded) }

    /// A `DiscloseResponse` in its canonical bytes that holds this and nothing else.
    public var encoded: [UInt8] {
        DiscloseResponse(
            index: index.bytes, leafCount: leafCount, leaves: leaves, state: state, proof: proof,
            proofHeight: height
        ).encoded
    }

    /// The shown leaves in the form that field trees are verified in.
    public func record(schemaID: String) throws(FieldTreeError) -> RecordDisclosure {
        var fields: [DisclosedField] = []
        var predicates: [DisclosedPredicate] = []
        for leaf in leaves {
            let salt = try FieldSalt(leaf.salt)
            let path = FieldPath(leaf: Int(leaf.leaf), hashes: leaf.path)
            guard leaf.isPredicate else {
                let field = try SaltedField(id: leaf.id, value: leaf.value, salt: salt)
                fields.append(DisclosedField(field: field, path: path))
                continue
            }
            predicates.append(
                DisclosedPredicate(id: leaf.id, claim: try leaf.claim(), salt: salt, path: path))
        }
        return RecordDisclosure(
            schemaID: schemaID, leafCount: Int(leafCount), fields: fields,
            predicates: predicates)
    }
}

extension ShownLeaf {
    /// What a predicate's leaf claims.
    fileprivate func claim() throws(FieldTreeError) -> DisclosedPredicate.Claim {
        guard atLeast > 0 else {
            return try DisclosedPredicate.flag(String(decoding: value, as: UTF8.self))
        }
        guard let witness = Digest(value) else {
            throw .valueTooLong(field: id, byteCount: value.count)
        }
        return .atLeast(Int(clamping: atLeast), witness: witness)
    }

    /// What a request asked for where this leaf is the answer.
    var wantedName: String {
        guard isPredicate else { return "field \(id)" }
        return "predicate \(id)\n" + (atLeast > 0 ? "\(atLeast)" : "")
    }
}
