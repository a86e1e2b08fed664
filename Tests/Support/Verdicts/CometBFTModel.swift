// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Judges vectors/cometbft-mbt: light client runs generated from the TLA+ model, step by step.
public struct CometBFTModel {
    public enum Failure: Error { case format(String) }

    private var signatures = SignatureVerifier()

    public init() {}

    /// One judgement a step. `driftSeconds` is 0 for the Rust runs and 1 for the Go runs.
    public mutating func judge(_ json: JSON, driftSeconds: Int64) throws -> [Judgement] {
        guard let initial = json["initial"], let signed = initial["signed_header"],
            let period = initial["trusting_period"]?.int64, let inputs = json["input"]?.array,
            let header = try RPCJSON.signedHeader(signed).header
        else { throw Failure.format("initial or input") }
        let verifier = Verifier(
            TrustOptions(
                trustingPeriodNanoseconds: period,
                clockDriftNanoseconds: driftSeconds * 1_000_000_000))
        var trusted = TrustedState(unchecked: header)
        var trustedSet = try set(initial["next_validator_set"])
        var judgements: [Judgement] = []
        for input in inputs {
            guard let block = input["block"], let expected = input["verdict"]?.string else {
                throw Failure.format("block or verdict")
            }
            let now = try RPCJSON.time(input["now"])
            let verdict: String
            do {
                trusted = try verify(block, verifier, trusted, trustedSet, now)
                trustedSet = try set(block["next_validator_set"])
                verdict = "SUCCESS"
            } catch VerificationError.notEnoughTrust {
                verdict = "NOT_ENOUGH_TRUST"
            } catch is VerificationError {
                verdict = "INVALID"
            } catch is BlockError {
                verdict = "INVALID"
            }
            judgements.append(
                verdict == expected ? .agreed : .disagreed("\(verdict), not \(expected)"))
        }
        return judgements
    }

    private mutating func verify(
        _ block: JSON, _ verifier: Verifier, _ trusted: TrustedState, _ trustedSet: ValidatorSet,
        _ now: Timestamp
    ) throws -> TrustedState {
        guard let json = block["signed_header"] else { throw Failure.format("signed_header") }
        var signed = try RPCJSON.signedHeader(json)
        let validators = try set(block["validator_set"])
        let next = try set(block["next_validator_set"])
        guard signed.header?.nextValidatorsHash == next.hash().bytes else {
            throw VerificationError.trustedValidatorsMismatch(got: next.hash())
        }
        signed.commit = signed.commit.map { aligned($0, with: validators) }
        return try verifier.verify(
            signed, validators: validators.checked(), trusted: trusted,
            trustedValidators: trustedSet.checked(), now: now, signatures: &signatures)
    }

    /// The model's sets and commits come in any order: both are brought into the canonical one. A
    /// commit whose entries do not fit the set stays as it is and fails by itself.
    private func aligned(_ commit: Commit, with set: ValidatorSet) -> Commit {
        guard commit.signatures.count == set.validators.count else { return commit }
        var byAddress: [[UInt8]: CommitSig] = [:]
        for entry in commit.signatures where entry.flag != .absent {
            byAddress[entry.validatorAddress] = entry
        }
        let members = Set(set.validators.map(\.address))
        guard byAddress.keys.allSatisfy({ members.contains($0) }) else { return commit }
        var result = commit
        result.signatures = set.validators.map { byAddress[$0.address] ?? .absent }
        return result
    }

    private func set(_ json: JSON?) throws -> ValidatorSet {
        let list = try RPCJSON.validators(json?["validators"])
        return ValidatorSet(validators: list.sorted(by: ValidatorSet.canonicalOrder))
    }
}
