// SPDX-License-Identifier: Apache-2.0

/// A block as a provider gave it, with the set of the height above, which verifies what comes
/// later.
public struct FetchedBlock: Hashable, Sendable {
    public var block: LightBlock
    public var nextValidators: ValidatorSet

    public init(block: LightBlock, nextValidators: ValidatorSet) {
        self.block = block
        self.nextValidators = nextValidators
    }
}

/// Skipping verification without I/O: goes to the target in one step where the sets overlap enough,
/// and through heights between where they do not. Source: CometBFT light/client.go; spec §2.2.
///
/// It ends: neighbours need no overlap, so each range splits at most down to single heights, and no
/// height is asked for twice.
public struct Bisection: Sendable {
    public enum Step: Hashable, Sendable {
        /// Give the block of this height to the next call.
        case fetch(Int64)
        /// Every header verified on the way, in ascending height; the last is the target.
        case done([TrustedState])
    }

    public let target: Int64
    private let verifier: Verifier
    private var trusted: TrustedState
    private var trustedValidators: CheckedValidatorSet
    /// Fetched and not yet verified, the target first, then ever lower.
    private var pending: [Candidate] = []
    private var asked: Int64
    private var trace: [TrustedState] = []

    private struct Candidate: Hashable, Sendable {
        let signedHeader: SignedHeader
        let height: Int64
        let validators: CheckedValidatorSet
        let nextValidators: CheckedValidatorSet
    }

    /// `trustedValidators` is the set that `trusted` announces for the next height. Throws when it
    /// is not, and when the target is not above the trusted height.
    public init(
        from trusted: TrustedState, validators trustedValidators: ValidatorSet, to target: Int64,
        options: TrustOptions
    ) throws(VerificationError) {
        guard target > trusted.height else {
            throw .unreachable(target: target, trusted: trusted.height)
        }
        let checked = try blockRules { () throws(BlockError) in try trustedValidators.checked() }
        let hash = checked.hash()
        guard trusted.nextValidatorsHash == hash.bytes else {
            throw .trustedValidatorsMismatch(got: hash)
        }
        self.target = target
        self.trusted = trusted
        self.trustedValidators = checked
        verifier = Verifier(options)
        asked = target
    }

    /// Call first with nil, then with the block last asked for.
    public mutating func next(
        _ fetched: FetchedBlock?, now: Timestamp, signatures: inout SignatureVerifier
    ) throws(VerificationError) -> Step {
        guard let fetched else { return .fetch(asked) }
        pending.append(try candidate(fetched))
        var depth = 0
        while true {
            let candidate = pending[depth]
            do throws(VerificationError) {
                let state = try verifier.verify(
                    candidate.signedHeader, validators: candidate.validators, trusted: trusted,
                    trustedValidators: trustedValidators, now: now, signatures: &signatures)
                trace.append(state)
                if depth == 0 { return .done(trace) }
                trusted = state
                trustedValidators = candidate.nextValidators
                pending.removeSubrange(depth...)
                depth = 0
            } catch .notEnoughTrust {
                depth += 1
                if depth == pending.count {
                    asked = Bisection.pivot(from: trusted.height, to: candidate.height)
                    return .fetch(asked)
                }
            }
        }
    }

    /// Nine sixteenths of the way up: sets change gradually, so a height above the middle is
    /// usually still in reach. Requires low + 1 < high.
    public static func pivot(from low: Int64, to high: Int64) -> Int64 {
        let (quotient, remainder) = (high - low).quotientAndRemainder(dividingBy: 16)
        return low + quotient * 9 + remainder * 9 / 16
    }

    private func candidate(_ fetched: FetchedBlock) throws(VerificationError) -> Candidate {
        guard let signedHeader = fetched.block.signedHeader, let header = signedHeader.header,
            let set = fetched.block.validators
        else { throw .block(.missing("light block")) }
        guard header.height == asked else {
            throw .unexpectedHeight(got: header.height, asked: asked)
        }
        let sets = try blockRules { () throws(BlockError) in
            (try set.checked(), try fetched.nextValidators.checked())
        }
        let nextHash = sets.1.hash()
        guard header.nextValidatorsHash == nextHash.bytes else {
            throw .trustedValidatorsMismatch(got: nextHash)
        }
        return Candidate(
            signedHeader: signedHeader, height: header.height, validators: sets.0,
            nextValidators: sets.1)
    }
}
