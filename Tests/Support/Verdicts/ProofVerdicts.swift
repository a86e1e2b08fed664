// SPDX-License-Identifier: Apache-2.0

public import LightClient

extension Judgement {
    /// Agreed when both accept or both reject.
    public static func compare(expected accept: Bool, refusal: (any Error)?) -> Judgement {
        if accept == (refusal == nil) { return .agreed }
        return .disagreed(refusal.map { "refused: \($0)" } ?? "accepted")
    }
}

extension JSON {
    /// Base64 text as bytes.
    public var base64: [UInt8]? { string.flatMap { Base64.decode($0) } }

    /// Hexadecimal text as bytes.
    public var hex: [UInt8]? { string.flatMap { Hex.decode($0) } }
}

/// Lines of verdicts/ics23: what the reference says of proofs, put to our verifier.
public enum ProofVerdicts {
    /// Judges one line. `isOptional`: the reference accepts and a careful port may refuse.
    public static func judge(_ line: JSON, isOptional: Bool) -> Judgement {
        guard let input = line["in"], let verdict = line["verdict"]?.string,
            let root = input["root"]?.base64, let proof = input["proof"]?.base64
        else { return .disagreed("not a line of this format") }
        let refusal: ProofError?
        do {
            refusal = try ask(line["kind"]?.string ?? "", input, root, proof)
        } catch {
            return .disagreed("\(error)")
        }
        if verdict == "accept", let refusal, isOptional, let decision = decision(refusal) {
            return .stricter(decision)
        }
        return .compare(expected: verdict == "accept", refusal: refusal)
    }

    private enum Failure: Error {
        case missing(String)
        case kind(String)
        case spec(String)
    }

    private static func ask(
        _ kind: String, _ input: JSON, _ root: [UInt8], _ proof: [UInt8]
    ) throws -> ProofError? {
        let isAbsence = kind.hasSuffix("non_membership")
        let value = input["value"]?.base64 ?? []
        switch kind {
        case "membership", "non_membership":
            let spec = try spec(input)
            guard let key = input["key"]?.base64 else { throw Failure.missing("key") }
            return refusal { () throws(ProofError) in
                let proof: CommitmentProof = try decode(proof)
                if isAbsence {
                    try proof.verifyNonMembership(spec: spec, root: root, key: key)
                } else {
                    try proof.verifyMembership(spec: spec, root: root, key: key, value: value)
                }
            }
        case "chain_membership", "chain_non_membership":
            let names = input["specs"]?.array?.compactMap(\.string) ?? ["iavl", "tendermint"]
            let specs = try names.map { try named($0) }
            let path = (input["path"]?.array ?? []).compactMap(\.hex)
            return refusal { () throws(ProofError) in
                let proof: MerkleProof = try decode(proof)
                if isAbsence {
                    try proof.verifyNonMembership(specs: specs, root: root, path: path)
                } else {
                    try proof.verifyMembership(
                        specs: specs, root: root, path: path, value: value)
                }
            }
        default: throw Failure.kind(kind)
        }
    }

    private static func spec(_ input: JSON) throws -> ProofSpec {
        let name = input["spec"]?.string ?? ""
        guard name == "custom" else { return try named(name) }
        guard let bytes = input["proof_spec"]?.base64 else { throw Failure.missing("proof_spec") }
        return try ProofSpec(reading: bytes)
    }

    public static func named(_ name: String) throws -> ProofSpec {
        switch name {
        case "iavl": return .iavl
        case "tendermint": return .tendermint
        case "smt": return .smt
        default: throw Failure.spec(name)
        }
    }

    private static func decode<Message: ProtobufMessage>(
        _ bytes: [UInt8]
    ) throws(ProofError) -> Message {
        do throws(WireError) {
            return try Message(reading: bytes)
        } catch { throw .wire(error) }
    }

    private static func refusal(_ body: () throws(ProofError) -> Void) -> ProofError? {
        do throws(ProofError) {
            try body()
            return nil
        } catch { return error }
    }

    /// The documented decision behind a refusal that goes beyond the reference; nil when there is
    /// none.
    public static func decision(_ refusal: ProofError) -> String? {
        switch refusal {
        case .batch: "batch and compressed proofs are not read"
        case .ambiguousSpec: "a specification must leave no doubt where a child stands"
        case .leaf(.prefix), .leaf(.iavlPrefix): "a leaf's prefix is exactly what the tree writes"
        case .inner(_, .children), .inner(_, .iavlPrefix):
            "an inner node holds one child and exactly one sibling"
        default: nil
        }
    }
}
