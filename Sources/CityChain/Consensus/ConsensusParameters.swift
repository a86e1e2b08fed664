// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// What the validators of a chain have agreed on beside its state. Only two fields are hashed.
///
/// Source: CometBFT v0.38 types/params.go; defaults as the recorded chains have them.
package struct ConsensusParameters: Hashable, Sendable {
    /// Bytes of a block, -1 for CometBFT's largest.
    package var blockMaxBytes: Int64 = 1_048_576
    /// Gas wanted of a block, -1 for no limit.
    package var blockMaxGas: Int64 = 80_000_000
    package var evidenceMaxAgeBlocks: Int64 = 60
    package var evidenceMaxAgeNanoseconds: Int64 = 1_814_400_000_000_000
    package var evidenceMaxBytes: Int64 = 1_048_576
    /// Names of key types that validators may have.
    package var validatorKeyTypes: [String] = ["ed25519"]
    /// Goes into every header's version.
    package var appVersion: UInt64 = 0

    package init() {}

    /// Header.consensus_hash: plain SHA-256 of HashedParams.
    package var hash: Digest {
        BlockHashes.consensus(maxBytes: blockMaxBytes, maxGas: blockMaxGas)
    }
}
