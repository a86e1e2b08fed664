// SPDX-License-Identifier: Apache-2.0

/// CometBFT chains (Cosmos SDK state): headers signed by more than two thirds of a weighted
/// validator set, state proven by ICS-23 against the app hash of the *next* header.
///
/// A client message is the protobuf `ibc.lightclients.tendermint.v1.Header`, a trusted header's
/// body the `ConsensusState`: the same bytes that a chain's own client takes and stores.
public enum CometBFT: ChainFamily {
    public typealias ClientMessage = ICS07.Header.Checked

    public static let id = FamilyID.cometBFT

    public static func decode(message: [UInt8]) throws(ClientError) -> ClientMessage {
        try wire { () throws(WireError) in try ICS07.Header(reading: message) }.checked()
    }

    public static func summary(of message: ClientMessage) -> ClientMessageSummary {
        ClientMessageSummary(
            height: message.height, trustedHeight: message.trustedHeight,
            headerHash: message.signed.hash, timestamp: message.header.time)
    }

    public static func verify(
        _ message: ClientMessage, parameters: ClientParameters, trusted: TrustedHeader,
        now: Timestamp, signatures: inout SignatureVerifier
    ) throws(ClientError) -> TrustedHeader {
        let options = TrustOptions(
            trustThreshold: parameters.trustThreshold,
            trustingPeriodNanoseconds: parameters.trustingPeriodNanoseconds,
            clockDriftNanoseconds: parameters.maxClockDriftNanoseconds)
        try message.verify(
            chainID: parameters.chainID, options: options, trusted: try state(of: trusted),
            now: now, signatures: &signatures)
        return trustedHeader(message)
    }

    public static func verifyAnchor(
        _ message: ClientMessage, parameters: ClientParameters, hash: Digest,
        signatures: inout SignatureVerifier
    ) throws(ClientError) -> TrustedHeader {
        guard message.signed.hash == hash else {
            throw .block(.commitBlock(got: hash.bytes, header: message.signed.hash))
        }
        let header = message.header
        guard header.chainID == parameters.chainID else {
            throw .block(.chainIDMismatch(got: header.chainID, expected: parameters.chainID))
        }
        try verification { () throws(VerificationError) in
            try message.signed.commit.verifyLight(
                chainID: header.chainID, blockID: message.signed.commit.blockID,
                height: header.height, validators: message.validators, signatures: &signatures)
        }
        return trustedHeader(message)
    }

    public static func verifyMembership(
        proof: [UInt8], path: [[UInt8]], value: [UInt8], at header: TrustedHeader,
        cache: inout ProofCache
    ) throws(ClientError) {
        let root = try provableRoot(header)
        let decoded = try wire { () throws(WireError) in try MerkleProof(reading: proof) }
        do throws(ProofError) {
            try decoded.verifyMembership(
                specs: ProofSpec.cosmosSDK, root: root, path: path, value: value, &cache.anchor)
        } catch { throw .proof(error) }
    }

    public static func verifyNonMembership(
        proof: [UInt8], path: [[UInt8]], at header: TrustedHeader, cache: inout ProofCache
    ) throws(ClientError) {
        let root = try provableRoot(header)
        let decoded = try wire { () throws(WireError) in try MerkleProof(reading: proof) }
        do throws(ProofError) {
            try decoded.verifyNonMembership(
                specs: ProofSpec.cosmosSDK, root: root, path: path, &cache.anchor)
        } catch { throw .proof(error) }
    }

    /// The consensus state in a trusted header's body.
    static func state(of header: TrustedHeader) throws(ClientError) -> ICS07.ConsensusState {
        try wire { () throws(WireError) in
            try ICS07.ConsensusState(reading: header.consensusState)
        }
    }

    private static func provableRoot(_ header: TrustedHeader) throws(ClientError) -> [UInt8] {
        let root = try state(of: header).root.hash
        guard root != ICS07.sentinelRoot else { throw .invalidState("root") }
        return root
    }

    static func trustedHeader(_ message: ClientMessage) -> TrustedHeader {
        TrustedHeader(
            height: message.height, timestamp: message.header.time,
            headerHash: message.signed.hash, consensusState: message.consensusState.encoded)
    }
}

/// Runs a decoder and wraps its error once.
func wire<Result>(_ body: () throws(WireError) -> Result) throws(ClientError) -> Result {
    do throws(WireError) { return try body() } catch { throw .wire(error) }
}
