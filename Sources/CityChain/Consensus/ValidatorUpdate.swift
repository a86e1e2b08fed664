// SPDX-License-Identifier: Apache-2.0

/// A change of the validator set, as an application asks for it.
package struct ValidatorUpdate: Hashable, Sendable {
    /// "ed25519" or "secp256k1": the names that consensus parameters use.
    package var keyType: String
    package var publicKey: [UInt8]
    /// 0 removes the validator.
    package var power: Int64

    package init(keyType: String = "ed25519", publicKey: [UInt8], power: Int64) {
        self.keyType = keyType
        self.publicKey = publicKey
        self.power = power
    }
}
