// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// A change of the validator set, as an application asks for it.
package struct ValidatorUpdate: Hashable, Sendable {
    package var publicKey: PublicKey
    /// 0 removes the validator.
    package var power: Int64

    package init(publicKey: PublicKey, power: Int64) {
        self.publicKey = publicKey
        self.power = power
    }
}

extension PublicKey {
    /// "ed25519" or "secp256k1": the names that consensus parameters use.
    package var keyTypeName: String {
        switch self {
        case .ed25519: "ed25519"
        case .secp256k1: "secp256k1"
        }
    }
}

/// Why a set change is refused; a real node stops on it.
package enum ValidatorUpdateError: Error, Hashable, Sendable {
    case negativePower(Int64)
    case keyTypeNotAllowed(String)
    case duplicate(address: [UInt8])
    case unknown(address: [UInt8])
    case totalPowerTooLarge
    case emptySet
}
