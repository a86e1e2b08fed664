// SPDX-License-Identifier: Apache-2.0

/// The terms on which headers are believed.
public struct TrustOptions: Hashable, Sendable {
    public var trustThreshold: TrustThreshold
    public var trustingPeriodNanoseconds: Int64
    public var clockDriftNanoseconds: Int64

    public init(
        trustThreshold: TrustThreshold = .oneThird, trustingPeriodNanoseconds: Int64,
        clockDriftNanoseconds: Int64
    ) {
        self.trustThreshold = trustThreshold
        self.trustingPeriodNanoseconds = trustingPeriodNanoseconds
        self.clockDriftNanoseconds = clockDriftNanoseconds
    }
}

/// Decides whether a header is final, given what is trusted. Pure: the time is an argument.
///
/// Cheap checks come before dear ones, and the commit of the untrusted set, which an attacker can
/// make huge, comes last. Source: CometBFT light/verifier.go; spec §2.1.
public struct Verifier: Sendable {
    public let options: TrustOptions

    public init(_ options: TrustOptions) { self.options = options }

    /// Verifies a neighbour or a header further on, by its height. `trustedValidators` must be the
    /// set that the trusted state announced for the next height; it serves headers further on only.
    public func verify(
        _ untrusted: SignedHeader, validators: CheckedValidatorSet, trusted: TrustedState,
        trustedValidators: CheckedValidatorSet, now: Timestamp,
        signatures: inout SignatureVerifier
    ) throws(VerificationError) -> TrustedState {
        if let height = untrusted.header?.height, isNext(height, after: trusted.height) {
            return try verifyAdjacent(
                untrusted, validators: validators, trusted: trusted, now: now,
                signatures: &signatures)
        }
        return try verifyNonAdjacent(
            untrusted, validators: validators, trusted: trusted,
            trustedValidators: trustedValidators, now: now, signatures: &signatures)
    }

    /// Verifies the header right above the trusted one.
    public func verifyAdjacent(
        _ untrusted: SignedHeader, validators: CheckedValidatorSet, trusted: TrustedState,
        now: Timestamp, signatures: inout SignatureVerifier
    ) throws(VerificationError) -> TrustedState {
        let height = untrusted.header?.height ?? 0
        guard isNext(height, after: trusted.height) else {
            throw .distance(trusted: trusted.height, untrusted: height)
        }
        let checked = try check(untrusted, validators, trusted, now)
        try Predicates.announcedValidators(checked.header, by: trusted)
        return try finish(checked, validators, trusted, &signatures)
    }

    /// Verifies a header further on: enough of the trusted set must have signed it. Throws
    /// `notEnoughTrust` when the set has changed too much: then try a height between.
    public func verifyNonAdjacent(
        _ untrusted: SignedHeader, validators: CheckedValidatorSet, trusted: TrustedState,
        trustedValidators: CheckedValidatorSet, now: Timestamp,
        signatures: inout SignatureVerifier
    ) throws(VerificationError) -> TrustedState {
        let hash = trustedValidators.hash()
        guard trusted.nextValidatorsHash == hash.bytes else {
            throw .trustedValidatorsMismatch(got: hash)
        }
        return try verifyNonAdjacent(
            untrusted, validators: validators, trusted: trusted,
            uncheckedTrustedValidators: trustedValidators, now: now, signatures: &signatures)
    }

    /// The same for a caller that has compared the trusted set's hash already, or that holds the
    /// set of the trusted height itself, as CometBFT's own client does.
    public func verifyNonAdjacent(
        _ untrusted: SignedHeader, validators: CheckedValidatorSet, trusted: TrustedState,
        uncheckedTrustedValidators: CheckedValidatorSet, now: Timestamp,
        signatures: inout SignatureVerifier
    ) throws(VerificationError) -> TrustedState {
        let height = untrusted.header?.height ?? 0
        guard !isNext(height, after: trusted.height) else {
            throw .distance(trusted: trusted.height, untrusted: height)
        }
        let checked = try check(untrusted, validators, trusted, now)
        try checked.commit.verifyTrusting(
            chainID: trusted.chainID, trusted: uncheckedTrustedValidators,
            threshold: options.trustThreshold, signatures: &signatures)
        return try finish(checked, validators, trusted, &signatures)
    }

    /// Verifies the header below a trusted one: its hash must be the one that the newer header
    /// names. No signature is needed, and heights are not compared. Spec: §2.2.
    public static func verifyBackwards(
        _ older: Header, trusted newer: Header
    ) throws(VerificationError) -> Digest {
        guard older.chainID == newer.chainID else {
            throw .block(.chainIDMismatch(got: older.chainID, expected: newer.chainID))
        }
        guard older.time < newer.time else {
            throw .nonIncreasingTime(got: newer.time, trusted: older.time)
        }
        let hash = try blockRules { () throws(BlockError) in try older.hash() }
        guard hash.bytes == newer.lastBlockID.hash else {
            throw .brokenLink(got: hash, named: newer.lastBlockID.hash)
        }
        return hash
    }

    /// Every check that needs no signature, cheapest first; the set's hash, whose price the sender
    /// sets, last.
    private func check(
        _ untrusted: SignedHeader, _ validators: CheckedValidatorSet, _ trusted: TrustedState,
        _ now: Timestamp
    ) throws(VerificationError) -> SignedHeader.Checked {
        try checkTrust(trusted, now: now)
        let checked = try blockRules { () throws(BlockError) in
            try untrusted.checked(chainID: trusted.chainID)
        }
        try checkOrder(checked.header, trusted: trusted, now: now)
        try Predicates.validatorsMatch(validators, checked.header)
        return checked
    }

    /// The threshold is one, and the trusted state is young enough.
    func checkTrust(_ trusted: TrustedState, now: Timestamp) throws(VerificationError) {
        guard options.trustThreshold.isInRange else {
            throw .trustThreshold(options.trustThreshold)
        }
        try Predicates.withinTrustingPeriod(
            trusted, periodNanoseconds: options.trustingPeriodNanoseconds, now: now)
    }

    /// The header stands above and after the trusted state, and not in the future.
    func checkOrder(
        _ header: Header, trusted: TrustedState, now: Timestamp
    ) throws(VerificationError) {
        try Predicates.heightIncreases(header, after: trusted)
        try Predicates.timeIncreases(header, after: trusted)
        try Predicates.notFromTheFuture(
            header, driftNanoseconds: options.clockDriftNanoseconds, now: now)
    }

    /// The part that costs signatures, for a header whose every other rule has been checked.
    func verifyPower(
        _ checked: SignedHeader.Checked, _ validators: CheckedValidatorSet,
        trusted: TrustedState, trustedValidators: CheckedValidatorSet,
        _ signatures: inout SignatureVerifier
    ) throws(VerificationError) {
        if isNext(checked.header.height, after: trusted.height) {
            try Predicates.announcedValidators(checked.header, by: trusted)
        } else {
            try checked.commit.verifyTrusting(
                chainID: trusted.chainID, trusted: trustedValidators,
                threshold: options.trustThreshold, signatures: &signatures)
        }
        _ = try finish(checked, validators, trusted, &signatures)
    }

    private func finish(
        _ checked: SignedHeader.Checked, _ validators: CheckedValidatorSet,
        _ trusted: TrustedState, _ signatures: inout SignatureVerifier
    ) throws(VerificationError) -> TrustedState {
        try checked.commit.verifyLight(
            chainID: trusted.chainID, blockID: checked.commit.blockID,
            height: checked.header.height, validators: validators, signatures: &signatures)
        return TrustedState(verified: checked)
    }

    private func isNext(_ height: Int64, after trusted: Int64) -> Bool {
        let (next, overflow) = trusted.addingReportingOverflow(1)
        return !overflow && height == next
    }
}

/// Runs a basic rule and wraps its error once.
func blockRules<Result>(
    _ body: () throws(BlockError) -> Result
) throws(VerificationError) -> Result {
    do throws(BlockError) { return try body() } catch { throw .block(error) }
}
