// SPDX-License-Identifier: Apache-2.0

/// What a client remembers of one verified header.
///
/// Only a family's verifier, the journal and an operator's trust anchor make one; a decoded header
/// is never this type.
public struct TrustedHeader: Hashable, Sendable {
    public let height: Height
    public let timestamp: Timestamp
    /// The header's own hash. Nil for a state whose header nobody here has seen.
    public let headerHash: Digest?
    /// The family's body. CometBFT: protobuf `ibc.lightclients.tendermint.v1.ConsensusState`.
    public let consensusState: [UInt8]

    /// Requires that the values come from a verified header.
    public init(
        height: Height, timestamp: Timestamp, headerHash: Digest?, consensusState: [UInt8]
    ) {
        self.height = height
        self.timestamp = timestamp
        self.headerHash = headerHash
        self.consensusState = consensusState
    }

    /// Whether both say the same of their chain. Hashes are compared where both are known.
    public func agrees(with other: TrustedHeader) -> Bool {
        guard height == other.height, timestamp == other.timestamp,
            consensusState == other.consensusState
        else { return false }
        guard let mine = headerHash, let theirs = other.headerHash else { return true }
        return mine == theirs
    }
}
