// SPDX-License-Identifier: Apache-2.0

/// Why bytes are no key.
public enum KeyError: Error, Hashable, Sendable {
    /// A public key of this length does not exist for the algorithm.
    case publicKeyLength(got: Int, expected: Int)
    /// A private key of this length does not exist for the algorithm.
    case privateKeyLength(got: Int, expected: Int)
    /// The secp256k1 scalar is zero or not below the group order.
    case scalarOutOfRange
}
