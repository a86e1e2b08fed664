// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// Keys of laboratory chains. They are derived from public text and stand for nothing, so that no
/// private key lies in the repository; the recorded ibc-go chains follow the same rule.
package enum DeterministicKeys {
    /// SHA-256 of "cityrelay test key <role>/<code>", for example `relayer/330100`.
    package static func secret(role: String, code: String) -> [UInt8] {
        SHA256.hash(Array("cityrelay test key \(role)/\(code)".utf8)).bytes
    }

    /// A validator's Ed25519 key.
    package static func consensus(
        role: String, code: String
    ) throws(KeyError) -> SigningKey {
        try SigningKey.ed25519(seed: secret(role: role, code: code))
    }

    /// An account's secp256k1 key; some validators of mixed sets have one too.
    package static func account(role: String, code: String) throws(KeyError) -> SigningKey {
        try SigningKey.secp256k1(scalar: secret(role: role, code: code))
    }
}
