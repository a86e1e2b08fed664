// SPDX-License-Identifier: Apache-2.0

/// The forms that evidence is kept in. The bare header is `tendermint.types.Header`.
extension CometBFT {
    public static func anchor(
        bareHeader bytes: [UInt8], parameters: ClientParameters, hash: Digest
    ) throws(ClientError) -> TrustedHeader {
        let header = try wire { () throws(WireError) in try Header(reading: bytes) }
        guard header.encoded == bytes else { throw .wire(.malformed("header")) }
        do throws(BlockError) {
            try header.validate()
            let calculated = try header.hash()
            guard calculated == hash else {
                throw .commitBlock(got: calculated.bytes, header: hash)
            }
            guard header.chainID == parameters.chainID else {
                throw .chainIDMismatch(got: header.chainID, expected: parameters.chainID)
            }
            return TrustedHeader(
                height: try header.revisionHeight(), timestamp: header.time,
                headerHash: hash, consensusState: ICS07.ConsensusState(header).encoded)
        } catch { throw .block(error) }
    }

    public static func bareHeader(of message: [UInt8]) throws(ClientError) -> [UInt8] {
        let update = try wire { () throws(WireError) in try ICS07.Header(reading: message) }
        guard let header = update.signedHeader?.header else { throw .block(.missing("header")) }
        return header.encoded
    }

    public static func isCanonical(message: [UInt8]) -> Bool {
        (try? ICS07.Header(reading: message))?.encoded == message
    }

    public static func isCanonical(proof: [UInt8]) -> Bool {
        (try? MerkleProof(reading: proof))?.encoded == proof
    }
}
