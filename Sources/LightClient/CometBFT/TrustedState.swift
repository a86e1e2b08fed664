// SPDX-License-Identifier: Apache-2.0

/// What is trusted of one header: proven, or taken from the store or an operator's anchor.
public struct TrustedState: Hashable, Sendable {
    public let chainID: ChainID
    public let height: Int64
    public let time: Timestamp
    /// Hash of the set that makes the next block; empty where a header named none.
    public let nextValidatorsHash: [UInt8]
    /// State root after the block before this one.
    public let appHash: [UInt8]
    /// Nil when only the consensus state is known, as on chain.
    public let headerHash: Digest?

    /// Only the verifier makes one from a header.
    init(verified: SignedHeader.Checked) {
        chainID = verified.header.chainID
        height = verified.header.height
        time = verified.header.time
        nextValidatorsHash = verified.header.nextValidatorsHash
        appHash = verified.header.appHash
        headerHash = verified.hash
    }

    /// For genesis, anchors and stored states. Requires that the caller trusts the values.
    public init(
        unchecked chainID: ChainID, height: Int64, time: Timestamp, nextValidatorsHash: [UInt8],
        appHash: [UInt8] = [], headerHash: Digest? = nil
    ) {
        self.chainID = chainID
        self.height = height
        self.time = time
        self.nextValidatorsHash = nextValidatorsHash
        self.appHash = appHash
        self.headerHash = headerHash
    }

    /// For genesis, anchors and stored headers. Requires that the caller trusts the header.
    public init(unchecked header: Header) {
        self.init(
            unchecked: header.chainID, height: header.height, time: header.time,
            nextValidatorsHash: header.nextValidatorsHash, appHash: header.appHash,
            headerHash: try? header.hash())
    }
}
