// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// An account's address: 20 bytes, and their bech32 text.
package struct AccountAddress: Hashable, Sendable {
    package static let prefix = "cosmos"

    package let bytes: [UInt8]
    package let text: String

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        text = Bech32.encode(prefix: AccountAddress.prefix, bytes)
    }

    package init(key: PublicKey) { self.init(key.address) }

    /// Reads the text of a signer or an account.
    package init(text: WireText) throws(Bech32Fault) {
        let (prefix, data) = try Bech32.decode(text)
        guard prefix == AccountAddress.prefix else {
            throw .prefix(got: prefix, expected: AccountAddress.prefix)
        }
        self.init(data)
    }
}
