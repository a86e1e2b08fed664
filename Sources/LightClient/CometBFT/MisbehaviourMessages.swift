// SPDX-License-Identifier: Apache-2.0

/// Misbehaviour of a CometBFT chain: two signed headers that cannot both be true. Source: ICS-07,
/// *Misbehaviour predicate*; specs of ibc-go 07-tendermint/misbehaviour.go.
extension CometBFT {
    /// The deprecated client id of the message. It must be an identifier, and names nothing.
    static let anyClient = "07-tendermint-0"

    public static func misbehaviour(
        _ one: [UInt8], _ other: [UInt8]
    ) throws(ClientError) -> [UInt8] {
        let first = try wire { () throws(WireError) in try ICS07.Header(reading: one) }
        let second = try wire { () throws(WireError) in try ICS07.Header(reading: other) }
        // The first must not be below the second.
        let isOrdered = height(first) >= height(second)
        return ICS07.Misbehaviour(
            clientID: anyClient, header1: isOrdered ? first : second,
            header2: isOrdered ? second : first
        ).encoded
    }

    public static func accused(
        _ misbehaviour: [UInt8]
    ) throws(ClientError) -> (first: [UInt8], second: [UInt8]) {
        let message = try wire { () throws(WireError) in
            try ICS07.Misbehaviour(reading: misbehaviour)
        }
        guard let first = message.header1 else { throw .misbehaviour(.missing("header_1")) }
        guard let second = message.header2 else { throw .misbehaviour(.missing("header_2")) }
        return (first.encoded, second.encoded)
    }

    /// Verifies that the two headers of the message contradict each other and that each is signed
    /// by enough of a set that one of `bases` announces. Cheap before dear: what needs no signature
    /// is judged first.
    public static func verifyMisbehaviour(
        _ bytes: [UInt8], parameters: ClientParameters, bases: [TrustedHeader], now: Timestamp,
        signatures: inout SignatureVerifier
    ) throws(ClientError) -> VerifiedMisbehaviour {
        let based = try rebase(bytes, parameters: parameters, bases: bases, now: now)
        let claimed = try based.message.claimed()
        guard claimed.isContradiction else { throw .misbehaviour(.noContradiction) }
        for (header, base) in [(claimed.first, based.first), (claimed.second, based.second)] {
            let chainID = parameters.chainID.withRevision(header.height.revision)
            guard header.header.chainID == chainID else {
                throw .block(.chainIDMismatch(got: header.header.chainID, expected: chainID))
            }
            try header.verifyAccused(
                chainID: chainID, threshold: parameters.trustThreshold,
                trustingPeriodNanoseconds: parameters.trustingPeriodNanoseconds,
                trusted: try state(of: base), now: now, signatures: &signatures)
        }
        try claimed.verifyOwnCommits(signatures: &signatures)
        return VerifiedMisbehaviour(
            first: trustedHeader(claimed.first), second: trustedHeader(claimed.second),
            message: based.message.encoded)
    }

    /// The same misbehaviour on trusted heights of `bases`: what a client takes must name heights
    /// that this client stores.
    public static func rebaseMisbehaviour(
        _ bytes: [UInt8], parameters: ClientParameters, bases: [TrustedHeader]
    ) throws(ClientError) -> [UInt8] {
        // Whoever names the bases knows that they are not too old.
        try rebase(bytes, parameters: parameters, bases: bases, now: .goZero).message.encoded
    }

    private struct Based {
        let message: ICS07.Misbehaviour
        let first: TrustedHeader
        let second: TrustedHeader
    }

    private static func rebase(
        _ bytes: [UInt8], parameters: ClientParameters, bases: [TrustedHeader], now: Timestamp
    ) throws(ClientError) -> Based {
        var message = try wire { () throws(WireError) in try ICS07.Misbehaviour(reading: bytes) }
        guard var header1 = message.header1 else { throw .misbehaviour(.missing("header_1")) }
        guard var header2 = message.header2 else { throw .misbehaviour(.missing("header_2")) }
        let period = parameters.trustingPeriodNanoseconds
        let first = try base(for: header1, among: bases, period, now)
        let second = try base(for: header2, among: bases, period, now)
        header1.trustedHeight = first.height
        header2.trustedHeight = second.height
        message.header1 = header1
        message.header2 = header2
        return Based(message: message, first: first, second: second)
    }

    /// A trusted header that announces the set which the accused header names as trusted: the one
    /// at its own trusted height, or else the highest below the accused header.
    private static func base(
        for header: ICS07.Header, among bases: [TrustedHeader], _ period: Int64, _ now: Timestamp
    ) throws(ClientError) -> TrustedHeader {
        guard let set = header.trustedValidators else {
            throw .misbehaviour(.missing("trusted_validators"))
        }
        guard header.trustedHeight.height != 0 else { throw .misbehaviour(.zeroTrustedHeight) }
        let hash = set.hash()
        let number = height(header)
        let fitting = bases.filter {
            $0.height.revision == header.trustedHeight.revision && $0.height.height < number
                && (try? state(of: $0))?.nextValidatorsHash == hash.bytes
        }
        let named = fitting.first { $0.height == header.trustedHeight }
        if let named { return named }
        let fresh = fitting.filter { now.nanoseconds(since: $0.timestamp) < period }
        if let highest = fresh.max(by: { $0.height < $1.height }) { return highest }
        if fitting.isEmpty, let held = bases.first(where: { $0.height == header.trustedHeight }) {
            throw .trustedValidatorsMismatch(
                got: hash, expected: try state(of: held).nextValidatorsHash)
        }
        throw .noTrustedState(header.trustedHeight)
    }

    /// Zero without a header, or with one that has no height.
    private static func height(_ header: ICS07.Header) -> UInt64 {
        UInt64(clamping: header.signedHeader?.header?.height ?? 0)
    }
}

extension ICS07.Header.Checked {
    /// One header of misbehaviour: enough of the set that was trusted, and is not too old, signed
    /// it. Its time is not compared with ours, and neighbours need the trust level only.
    func verifyAccused(
        chainID: ChainID, threshold: TrustThreshold, trustingPeriodNanoseconds: Int64,
        trusted: ICS07.ConsensusState, now: Timestamp, signatures: inout SignatureVerifier
    ) throws(ClientError) {
        guard now.nanoseconds(since: trusted.timestamp) < trustingPeriodNanoseconds else {
            throw .misbehaviour(.expiredTrust(trustedHeight))
        }
        let set = try announcedSet(trusted)
        try verification { () throws(VerificationError) in
            try signed.commit.verifyTrusting(
                chainID: chainID, trusted: set, threshold: threshold, signatures: &signatures)
        }
    }
}
