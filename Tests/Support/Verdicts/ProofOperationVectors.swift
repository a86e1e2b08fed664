// SPDX-License-Identifier: Apache-2.0

import LightClient

extension ProofVectors {
    /// One case of derived/ops_cases.json. Checks of one operation are put to our check of a whole
    /// proof: the parts that the case leaves open are filled in as an honest tree would.
    static func operations(_ value: JSON) -> Judgement {
        guard let check = value["check"]?.string, let isValid = value["valid"]?.bool else {
            return .disagreed("not a case of this format")
        }
        if check.hasPrefix("validateIavlOps") { return iavlOperation(value, isValid) }
        if check.hasPrefix("validateTendermintOps") {
            let step = InnerOp(
                hash: .sha256, prefix: value["prefix_hex"]?.hex ?? [],
                suffix: value["suffix_hex"]?.hex ?? [])
            return whole(step, layer: 1, .tendermint, isValid)
        }
        if check.hasPrefix("InnerOp.CheckAgainstSpec") {
            let spec = ProofSpec(vector: value["spec"])
            return whole(
                InnerOp(vector: value["op"]), layer: Int(value["layer"]?.int64 ?? 1), spec,
                isValid)
        }
        if check.hasPrefix("ExistenceProof.Verify") { return forged(value, isValid) }
        if check.hasPrefix("NonExistenceProof.Verify") { return forgedAbsence(value, isValid) }
        return .disagreed("unknown check \(check)")
    }

    private static func iavlOperation(_ value: JSON, _ isValid: Bool) -> Judgement {
        let prefix = value["prefix_hex"]?.hex ?? []
        let hash = HashOp(rawValue: Int32(value["hash"]?.int64 ?? 0))
        let layer = Int(value["layer"]?.int64 ?? 0)
        if layer == 0 {
            var leaf = ProofSpec.iavl.leaf ?? LeafOp()
            leaf.prefix = prefix
            leaf.hash = hash
            let proof = ExistenceProof(key: [1], value: [1], leaf: leaf, path: [])
            return accepts(isValid) { try proof.check(against: .iavl) }
        }
        let isRightChild = prefix.count >= 34
        let sibling = [0x20] + [UInt8](repeating: 7, count: 32)
        let step = InnerOp(hash: hash, prefix: prefix, suffix: isRightChild ? [] : sibling)
        return whole(step, layer: layer, .iavl, isValid)
    }

    /// The operation at this layer, and at all below: what holds at a layer holds below it.
    private static func whole(
        _ step: InnerOp, layer: Int, _ spec: ProofSpec, _ isValid: Bool
    ) -> Judgement {
        var leaf = spec.leaf ?? LeafOp()
        if leaf.prefix == [0], spec.inner?.childSize == 33 { leaf.prefix = [0, 2, 2] }
        let proof = ExistenceProof(
            key: [1], value: [1], leaf: leaf, path: Array(repeating: step, count: max(1, layer)))
        return accepts(isValid) { try proof.check(against: spec) }
    }

    /// A tree of three children a node under a specification that cannot tell their places.
    private static let unsound: ProofSpec = {
        var spec = ProofSpec.tendermint
        spec.inner?.maxPrefixLength = 33
        return spec
    }()

    private static func forged(_ value: JSON, _ isValid: Bool) -> Judgement {
        let proof = existence(hex: value)
        return accepts(isValid) {
            let root = try proof.calculateRoot()
            try CommitmentProof(.existence(proof)).verifyMembership(
                spec: unsound, root: root, key: proof.key, value: proof.value)
        }
    }

    private static func forgedAbsence(_ value: JSON, _ isValid: Bool) -> Judgement {
        let key = value["key_hex"]?.hex ?? []
        let absence = NonExistenceProof(
            key: key, left: value["left"].map(existence(hex:)),
            right: value["right"].map(existence(hex:)))
        return accepts(isValid) {
            let root = try absence.calculateRoot()
            try CommitmentProof(.absence(absence)).verifyNonMembership(
                spec: unsound, root: root, key: key)
        }
    }

    private static func existence(hex value: JSON) -> ExistenceProof {
        ExistenceProof(
            key: value["key_hex"]?.hex ?? [], value: value["value_hex"]?.hex ?? [],
            leaf: ProofSpec.tendermint.leaf,
            path: (value["path"]?.array ?? []).map { InnerOp(vector: $0) })
    }
}

// The reference's JSON: byte fields in base64, or in hex under a name with `_hex`; an omitted field
// is its default.

extension JSON {
    fileprivate func bytes(_ name: String) -> [UInt8] {
        self["\(name)_hex"]?.hex ?? self[name]?.base64 ?? []
    }

    fileprivate func number(_ name: String) -> Int32 {
        Int32(truncatingIfNeeded: self[name]?.int64 ?? 0)
    }
}

extension LeafOp {
    init(vector value: JSON?) {
        let value = value ?? .null
        self.init(
            hash: HashOp(rawValue: value.number("hash")),
            prehashKey: HashOp(rawValue: value.number("prehash_key")),
            prehashValue: HashOp(rawValue: value.number("prehash_value")),
            length: LengthOp(rawValue: value.number("length")), prefix: value.bytes("prefix"))
    }
}

extension InnerOp {
    init(vector value: JSON?) {
        let value = value ?? .null
        self.init(
            hash: HashOp(rawValue: value.number("hash")), prefix: value.bytes("prefix"),
            suffix: value.bytes("suffix"))
    }
}

extension ExistenceProof {
    init(vector value: JSON?) {
        let value = value ?? .null
        let leaf = value["leaf"].flatMap { $0.isNull ? nil : LeafOp(vector: $0) }
        self.init(
            key: value.bytes("key"), value: value.bytes("value"), leaf: leaf,
            path: (value["path"]?.array ?? []).map { InnerOp(vector: $0) })
    }
}

extension ProofSpec {
    init(vector value: JSON?) {
        let value = value ?? .null
        let leaf = value["leaf_spec"].flatMap { $0.isNull ? nil : LeafOp(vector: $0) }
        let inner = value["inner_spec"].flatMap { $0.isNull ? nil : InnerSpec(vector: $0) }
        self.init(
            leaf: leaf, inner: inner, maxDepth: value.number("max_depth"),
            minDepth: value.number("min_depth"),
            prehashKeyBeforeComparison: value["prehash_key_before_comparison"]?.bool ?? false)
    }
}

extension InnerSpec {
    fileprivate init(vector value: JSON) {
        self.init(
            childOrder: (value["child_order"]?.array ?? []).compactMap {
                $0.int64.map { Int32(truncatingIfNeeded: $0) }
            },
            childSize: value.number("child_size"),
            minPrefixLength: value.number("min_prefix_length"),
            maxPrefixLength: value.number("max_prefix_length"),
            emptyChild: value.bytes("empty_child"), hash: HashOp(rawValue: value.number("hash")))
    }
}
