// SPDX-License-Identifier: Apache-2.0

extension ICS07.Header.Checked {
    /// Verifies the update against the state stored at its trusted height: the trusted set is the
    /// one announced there, the revision is the same, and CometBFT's own rules hold. Spec: §2.5.
    public func verify(
        chainID: ChainID, options: TrustOptions, trusted: ICS07.ConsensusState, now: Timestamp,
        signatures: inout SignatureVerifier
    ) throws(ClientError) {
        guard height.revision == trustedHeight.revision, height > trustedHeight else {
            throw .headerHeight(height, trusted: trustedHeight)
        }
        let base = TrustedState(
            unchecked: chainID, height: Int64(clamping: trustedHeight.height),
            time: trusted.timestamp, nextValidatorsHash: trusted.nextValidatorsHash,
            appHash: trusted.root.hash)
        let verifier = Verifier(options)
        try verification { () throws(VerificationError) in
            try verifier.checkTrust(base, now: now)
            try verifier.checkOrder(header, trusted: base, now: now)
        }
        guard header.chainID == chainID else {
            throw .block(.chainIDMismatch(got: header.chainID, expected: chainID))
        }
        let set = try announcedSet(trusted)
        try verification { () throws(VerificationError) in
            try verifier.verifyPower(
                signed, validators, trusted: base, trustedValidators: set, &signatures)
        }
    }

    /// The trusted set that the message carries, when it is the one that the stored state
    /// announced.
    func announcedSet(
        _ trusted: ICS07.ConsensusState
    ) throws(ClientError) -> CheckedValidatorSet {
        guard let trustedValidators else { throw .block(.missing("trusted validators")) }
        let set = try basicRules { () throws(BlockError) in
            try trustedValidators.checked(like: validatorSet, validators)
        }
        let hash = set.hash()
        guard trusted.nextValidatorsHash == hash.bytes else {
            throw .trustedValidatorsMismatch(got: hash, expected: trusted.nextValidatorsHash)
        }
        return set
    }
}
