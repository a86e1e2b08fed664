// SPDX-License-Identifier: Apache-2.0

extension ICS07.Header.Checked {
    /// Verifies the update against the state stored at its trusted height: the trusted set is the one
    /// announced there, the revision is the same, and CometBFT's own rules hold. Spec: §2.5.
    public func verify(
        chainID: ChainID, options: TrustOptions, trusted: ICS07.ConsensusState, now: Timestamp,
        signatures: inout SignatureVerifier
    ) throws(ClientError) {
        guard height.revision == trustedHeight.revision, height > trustedHeight else {
            throw .headerHeight(height, trusted: trustedHeight)
        }
        // Cheap refusals first; the same facts are part of the verification below.
        let base = TrustedState(
            unchecked: chainID, height: Int64(clamping: trustedHeight.height),
            time: trusted.timestamp, nextValidatorsHash: trusted.nextValidatorsHash,
            appHash: trusted.root.hash)
        try verification { () throws(VerificationError) in
            try Predicates.withinTrustingPeriod(
                base, periodNanoseconds: options.trustingPeriodNanoseconds, now: now)
            try Predicates.notFromTheFuture(
                header, driftNanoseconds: options.clockDriftNanoseconds, now: now)
        }
        let set = try announcedSet(trusted)
        let verifier = Verifier(options)
        let isNext = header.height == base.height + 1
        try verification { () throws(VerificationError) in
            _ =
                isNext
                ? try verifier.verifyAdjacent(
                    source, validators: validators, trusted: base, now: now,
                    signatures: &signatures)
                : try verifier.verifyNonAdjacent(
                    source, validators: validators, trusted: base,
                    uncheckedTrustedValidators: set, now: now, signatures: &signatures)
        }
    }

    /// The trusted set that the message carries, when it is the one that the stored state announced.
    func announcedSet(
        _ trusted: ICS07.ConsensusState
    ) throws(ClientError) -> CheckedValidatorSet {
        guard let trustedValidators else { throw .block(.missing("trusted validators")) }
        let set = try basicRules { () throws(BlockError) in try trustedValidators.checked() }
        let hash = set.hash()
        guard trusted.nextValidatorsHash == hash.bytes else {
            throw .trustedValidatorsMismatch(got: hash, expected: trusted.nextValidatorsHash)
        }
        return set
    }
}
