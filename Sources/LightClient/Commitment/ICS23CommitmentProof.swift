// SPDX-License-Identifier: Apache-2.0

/// One tree's proof of presence or absence (cosmos.ics23.v1.CommitmentProof).
public struct CommitmentProof: Hashable, Sendable {
    public enum Content: Hashable, Sendable {
        case existence(ExistenceProof)
        case absence(NonExistenceProof)
        /// A batch (field 3) or compressed batch (field 4), kept undecoded and never accepted.
        case batch(field: Int32, [UInt8])
        case empty
    }

    public var content: Content

    public init(_ content: Content) { self.content = content }

    /// The root that the proof leads to, whatever specification it keeps.
    public func calculateRoot() throws(ProofError) -> [UInt8] {
        switch content {
        case .existence(let proof): try proof.calculateRoot()
        case .absence(let proof): try proof.calculateRoot()
        case .batch: throw .batch
        case .empty: throw .notExistence
        }
    }

    /// Throws unless the tree under `root` holds `value` under `key`.
    public func verifyMembership(
        spec: ProofSpec, root: [UInt8], key: [UInt8], value: [UInt8]
    ) throws(ProofError) {
        let calculated = try subroot(spec.rules, key: key, value: .bytes(value))
        guard calculated.equals(root) else {
            throw .root(calculated: calculated.bytes, expected: root)
        }
    }

    /// Throws unless the tree under `root` lacks `key`.
    public func verifyNonMembership(
        spec: ProofSpec, root: [UInt8], key: [UInt8]
    ) throws(ProofError) {
        switch content {
        case .absence(let proof): try proof.verify(spec.rules, root: root, key: key)
        case .batch: throw .batch
        case .existence, .empty: throw .notAbsence
        }
    }

    /// The root under which this proof shows `value` at `key`; throws when there is none.
    func subroot(
        _ rules: SpecRules, key: [UInt8], value: Subroot
    ) throws(ProofError) -> Subroot {
        switch content {
        case .existence(let proof):
            return try proof.subroot(rules, key: key, value: value)
        case .batch: throw .batch
        case .absence, .empty: throw .notExistence
        }
    }
}

extension ExistenceProof {
    /// Throws unless the proof keeps the specification and leads to `root`, for its own key and
    /// value.
    func verify(_ rules: SpecRules, root: [UInt8]) throws(ProofError) {
        let calculated = try checkedRoot(rules)
        guard calculated.equals(root) else {
            throw .root(calculated: calculated.bytes, expected: root)
        }
    }

    /// The root under which the proof shows `value` at `key`. Cheap comparisons come before
    /// hashing.
    func subroot(
        _ rules: SpecRules, key: [UInt8], value: Subroot
    ) throws(ProofError) -> Subroot {
        guard keyEquals(key) else { throw .key(got: self.key, expected: key) }
        guard value.equals(buffer, valueRange) else {
            throw .value(got: self.value, expected: value.bytes)
        }
        return try checkedRoot(rules)
    }

    private func checkedRoot(_ rules: SpecRules) throws(ProofError) -> Subroot {
        try check(rules)
        return try calculate(resultLimit: rules.resultLimit)
    }

    private func keyEquals(_ key: [UInt8]) -> Bool {
        guard key.count == keyRange.count else { return false }
        for index in key.indices where buffer[keyRange.lowerBound + index] != key[index] {
            return false
        }
        return true
    }
}

extension CommitmentProof: ProtobufMessage {
    public init() { content = .empty }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1:
            var inner = try reader.message(field)
            var proof = ExistenceProof(over: inner)
            try proof.merge(&inner)
            content = .existence(proof)
        case 2:
            var inner = try reader.message(field)
            var proof = NonExistenceProof(key: [], left: nil, right: nil)
            try proof.merge(&inner)
            content = .absence(proof)
        case 3, 4: content = .batch(field: field.number, try reader.bytes(field))
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        var inner = ProtobufWriter()
        switch content {
        case .existence(let proof):
            proof.write(to: &inner)
            writer.alwaysBytes(1, inner.bytes)
        case .absence(let proof):
            proof.write(to: &inner)
            writer.alwaysBytes(2, inner.bytes)
        case .batch(let field, let bytes): writer.alwaysBytes(Int(field), bytes)
        case .empty: return
        }
    }
}
