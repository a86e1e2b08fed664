// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Files of vectors/ics23: whole proofs, and single rules of the reference's own unit tests.
public enum ProofVectors {
    public typealias Case = (id: String, judgement: Judgement)

    /// Judges a whole file, told apart by its folder and name. Nil when the file is of no known
    /// kind.
    public static func judge(_ file: JSON, path: [String]) -> [Case]? {
        guard let name = path.last?.split(separator: ".").first.map(String.init) else { return nil }
        let folder = path.dropLast().last ?? ""
        switch name {
        case "ops_cases": return each(file, operations)
        case "TestLeafOpData": return each(file, leafOp)
        case "TestInnerOpData": return each(file, innerOp)
        case "TestExistenceProofData": return each(file, existence)
        case "TestDoHashData": return each(file, hash)
        case "TestCheckLeafData": return each(file, leafCheck)
        case "TestCheckAgainstSpecData": return each(file, specCheck)
        case "TestEmptyBranchData": return each(file, emptyBranch)
        default: break
        }
        guard let spec = try? ProofVerdicts.named(folder) else { return nil }
        if name.hasPrefix("batch") { return batch(file, name) }
        return [(name, proof(file, spec))]
    }

    private static func each(_ file: JSON, _ judge: (JSON) -> Judgement) -> [Case] {
        if let list = file.array {
            return list.enumerated().map { index, value in
                (value["name"]?.string ?? "\(index)", judge(value))
            }
        }
        return (file.object ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, judge($0.value)) }
    }

    private static func proof(_ file: JSON, _ spec: ProofSpec) -> Judgement {
        guard let root = file["root"]?.hex, let key = file["key"]?.hex,
            let value = file["value"]?.hex, let bytes = file["proof"]?.hex
        else { return .disagreed("not a file of this format") }
        return accepts(true) {
            let proof = try CommitmentProof(reading: bytes)
            if value.isEmpty {
                try proof.verifyNonMembership(spec: spec, root: root, key: key)
            } else {
                try proof.verifyMembership(spec: spec, root: root, key: key, value: value)
            }
        }
    }

    /// Batches are decoded as such, and refused.
    private static func batch(_ file: JSON, _ name: String) -> [Case] {
        guard let bytes = file["proof"]?.hex, let proof = try? CommitmentProof(reading: bytes),
            case .batch = proof.content
        else { return [(name, .disagreed("not read as a batch"))] }
        return (file["items"]?.array ?? []).enumerated().map { index, _ in
            ("\(name) \(index)", .stricter("batch and compressed proofs are not read"))
        }
    }

    /// Agreed when the body throws exactly when it should; stricter when the refusal is one of the
    /// documented decisions.
    static func accepts(_ expected: Bool, _ body: () throws -> Void) -> Judgement {
        do {
            try body()
            return .compare(expected: expected, refusal: nil)
        } catch {
            if expected, let error = error as? ProofError,
                let decision = ProofVerdicts.decision(error)
            {
                return .stricter(decision)
            }
            return .compare(expected: expected, refusal: error)
        }
    }

    /// A value, or an error where the file says so.
    private static func calculates(
        _ value: JSON, _ body: () throws(ProofError) -> [UInt8]
    ) -> Judgement {
        let isError = value["IsErr"]?.bool ?? false
        do throws(ProofError) {
            let got = try body()
            if isError { return .disagreed("calculated \(Hex.encode(got))") }
            let expected = value["Expected"]?.base64 ?? []
            return got == expected ? .agreed : .disagreed("calculated \(Hex.encode(got))")
        } catch { return .compare(expected: !isError, refusal: error) }
    }

    private static func leafOp(_ value: JSON) -> Judgement {
        calculates(value) { () throws(ProofError) in
            try LeafOp(vector: value["Op"]).apply(
                key: value["Key"]?.base64 ?? [], value: value["Value"]?.base64 ?? [])
        }
    }

    private static func innerOp(_ value: JSON) -> Judgement {
        calculates(value) { () throws(ProofError) in
            try InnerOp(vector: value["Op"]).apply(child: value["Child"]?.base64 ?? [])
        }
    }

    private static func existence(_ value: JSON) -> Judgement {
        calculates(value) { () throws(ProofError) in
            try ExistenceProof(vector: value["Proof"]).calculateRoot()
        }
    }

    private static func hash(_ value: JSON) -> Judgement {
        let preimage = value["PreImage"]?.string ?? value["Preimage"]?.string ?? ""
        let function = HashOp(rawValue: Int32(value["HashOp"]?.int64 ?? 0))
        guard let got = try? function.hash(Array(preimage.utf8)) else {
            return .disagreed("not computed")
        }
        return Hex.encode(got) == value["ExpectedHash"]?.string
            ? .agreed : .disagreed(Hex.encode(got))
    }

    private static func leafCheck(_ value: JSON) -> Judgement {
        let spec = ProofSpec(leaf: LeafOp(vector: value["Spec"]), inner: InnerSpec())
        let proof = ExistenceProof(
            key: [1], value: [1], leaf: LeafOp(vector: value["Leaf"]), path: [])
        return accepts(value["IsErr"]?.bool == false) { try proof.check(against: spec) }
    }

    private static func specCheck(_ value: JSON) -> Judgement {
        let proof = ExistenceProof(vector: value["Proof"])
        return accepts((value["Err"]?.string ?? "").isEmpty) {
            try proof.check(against: ProofSpec(vector: value["Spec"]))
        }
    }

    private static func emptyBranch(_ value: JSON) -> Judgement {
        let spec = ProofSpec(vector: value["Spec"]).inner ?? InnerSpec()
        let step = InnerOp(vector: value["Op"])
        let isRight =
            spec.hasEmptyLeftBranches(step) == (value["IsLeft"]?.bool ?? false)
            && spec.hasEmptyRightBranches(step) == (value["IsRight"]?.bool ?? false)
        return isRight ? .agreed : .disagreed("the branches are judged otherwise")
    }
}
