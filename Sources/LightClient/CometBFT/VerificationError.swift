// SPDX-License-Identifier: Apache-2.0

/// Power that signed, beside the power that must be exceeded.
public struct VotingPowerTally: Hashable, Sendable {
    public let signed: Int64
    public let toExceed: Int64
    public let total: Int64

    public init(signed: Int64, toExceed: Int64, total: Int64) {
        self.signed = signed
        self.toExceed = toExceed
        self.total = total
    }
}

/// Why a header was not verified against a trusted state.
public enum VerificationError: Error, Hashable, Sendable {
    /// The untrusted part breaks a basic rule.
    case block(BlockError)
    /// The trusted state is older than the trusting period: equality expires.
    case expired(trusted: Timestamp, periodNanoseconds: Int64, now: Timestamp)
    /// The function for neighbours got another distance, or the other way round.
    case distance(trusted: Int64, untrusted: Int64)
    case nonIncreasingHeight(got: Int64, trusted: Int64)
    case nonIncreasingTime(got: Timestamp, trusted: Timestamp)
    case fromTheFuture(got: Timestamp, now: Timestamp, driftNanoseconds: Int64)
    case validatorsMismatch(got: Digest, header: [UInt8])
    /// The neighbour's validators are not those that the trusted header announced.
    case nextValidatorsMismatch(got: [UInt8], announced: [UInt8])
    /// The set given as trusted is not the one that the trusted state names.
    case trustedValidatorsMismatch(got: Digest)
    /// Too little of the trusted set signed: try a height between (bisect). Not a rejection.
    case notEnoughTrust(VotingPowerTally)
    /// Too little of the header's own set signed.
    case notEnoughPower(VotingPowerTally)
    case doubleVote(address: [UInt8], first: Int, second: Int)
    case wrongSignature(index: Int, address: [UInt8])
    /// The entry at this place names another validator than the set does.
    case addressMismatch(index: Int, got: [UInt8], expected: [UInt8])
    case signatureCount(got: Int, validators: Int)
    case commitHeight(got: Int64, expected: Int64)
    case commitBlock
    /// The trust threshold is no fraction in [1/3, 1].
    case trustThreshold(TrustThreshold)
    case powerOverflow(total: Int64, TrustThreshold)
    /// The newer header does not name the older one as its predecessor.
    case brokenLink(got: Digest, named: [UInt8])
    /// The step machine was given another height than it asked for.
    case unexpectedHeight(got: Int64, asked: Int64)
    /// The target lies outside what the procedure can reach.
    case unreachable(target: Int64, trusted: Int64)

    /// Stable name of the case.
    public var code: String {
        switch self {
        case .block(let error): error.code
        case .expired: "header/trust-expired"
        case .distance: "header/distance"
        case .nonIncreasingHeight: "header/height-not-increasing"
        case .nonIncreasingTime: "header/time-not-increasing"
        case .fromTheFuture: "header/from-the-future"
        case .validatorsMismatch: "header/validators-mismatch"
        case .nextValidatorsMismatch: "header/next-validators-mismatch"
        case .trustedValidatorsMismatch: "header/trusted-validators-mismatch"
        case .notEnoughTrust: "header/not-enough-trust"
        case .notEnoughPower: "header/not-enough-power"
        case .doubleVote: "commit/double-vote"
        case .wrongSignature: "commit/wrong-signature"
        case .addressMismatch: "commit/address-mismatch"
        case .signatureCount: "commit/signature-count"
        case .commitHeight: "commit/height-mismatch"
        case .commitBlock: "commit/block-mismatch"
        case .trustThreshold: "client/trust-threshold"
        case .powerOverflow: "commit/power-overflow"
        case .brokenLink: "header/broken-link"
        case .unexpectedHeight: "header/unexpected-height"
        case .unreachable: "header/unreachable"
        }
    }
}
