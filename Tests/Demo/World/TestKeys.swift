// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Keys of throw-away chains: SHA-256 of a public text, so that no private key lies anywhere.
enum TestKeys {
    static func scalar(role: String, code: String) -> [UInt8] {
        SHA256.hash(Array("cityrelay test key \(role)/\(code)".utf8)).bytes
    }

    static func account(role: String, code: String) throws -> AccountKey {
        AccountKey(
            try SigningKey.secp256k1(scalar: scalar(role: role, code: code)), prefix: "cosmos")
    }
}
