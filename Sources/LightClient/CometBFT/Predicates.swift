// SPDX-License-Identifier: Apache-2.0

/// The facts that a header must satisfy towards a trusted state, each by itself. Spec: §2.1.
enum Predicates {
    /// The trusted state is young enough: its time plus the period lies after `now`. Equality
    /// expires.
    static func withinTrustingPeriod(
        _ trusted: TrustedState, periodNanoseconds: Int64, now: Timestamp
    ) throws(VerificationError) {
        guard trusted.time.adding(nanoseconds: periodNanoseconds) > now else {
            throw .expired(
                trusted: trusted.time, periodNanoseconds: periodNanoseconds, now: now)
        }
    }

    static func heightIncreases(
        _ header: Header, after trusted: TrustedState
    ) throws(VerificationError) {
        guard header.height > trusted.height else {
            throw .nonIncreasingHeight(got: header.height, trusted: trusted.height)
        }
    }

    static func timeIncreases(
        _ header: Header, after trusted: TrustedState
    ) throws(VerificationError) {
        guard header.time > trusted.time else {
            throw .nonIncreasingTime(got: header.time, trusted: trusted.time)
        }
    }

    /// The header's time lies before `now` plus the drift. Equality is the future.
    static func notFromTheFuture(
        _ header: Header, driftNanoseconds: Int64, now: Timestamp
    ) throws(VerificationError) {
        guard header.time < now.adding(nanoseconds: driftNanoseconds) else {
            throw .fromTheFuture(
                got: header.time, now: now, driftNanoseconds: driftNanoseconds)
        }
    }

    /// The set is the one that the header names.
    static func validatorsMatch(
        _ validators: CheckedValidatorSet, _ header: Header
    ) throws(VerificationError) {
        let hash = validators.hash()
        guard header.validatorsHash == hash.bytes else {
            throw .validatorsMismatch(got: hash, header: header.validatorsHash)
        }
    }

    /// A neighbour is made by exactly the set that the trusted header announced.
    static func announcedValidators(
        _ header: Header, by trusted: TrustedState
    ) throws(VerificationError) {
        guard header.validatorsHash == trusted.nextValidatorsHash else {
            throw .nextValidatorsMismatch(
                got: header.validatorsHash, announced: trusted.nextValidatorsHash)
        }
    }
}
