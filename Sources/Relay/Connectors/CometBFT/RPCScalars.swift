// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
package import LightClient

// How CometBFT writes scalars in JSON (cometbft-ibc §5.1): 64-bit integers as text, hashes as
// upper-case hex, byte strings as base64, null for a nil slice, times in RFC 3339.

/// A 64-bit integer written as text. A bare number is refused: a node that writes one is not
/// CometBFT.
package struct RPCInteger: Decodable, Hashable, Sendable {
    package let value: Int64

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = Int64(text) else { throw RPCShapeError("integer", text) }
        self.value = value
    }
}

/// Gas figures may be 2^64 - 1 (Simulate).
package struct RPCUnsigned: Decodable, Hashable, Sendable {
    package let value: UInt64

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = UInt64(text) else { throw RPCShapeError("unsigned integer", text) }
        self.value = value
    }
}

/// Bytes written as hexadecimal text.
package struct RPCHex: Decodable, Hashable, Sendable {
    package let bytes: [UInt8]

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let bytes = Hex.decode(text) else { throw RPCShapeError("hex", text) }
        self.bytes = bytes
    }
}

/// Bytes written as base64, or null.
package struct RPCBase64: Decodable, Hashable, Sendable {
    package let bytes: [UInt8]

    package init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            bytes = []
            return
        }
        let text = try value.decode(String.self)
        guard let bytes = Base64.decode(text) else { throw RPCShapeError("base64", text) }
        self.bytes = bytes
    }
}

/// A time in RFC 3339, UTC, up to nine digits of a second.
package struct RPCTime: Decodable, Hashable, Sendable {
    package let value: Timestamp

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = RFC3339.parse(text) else { throw RPCShapeError("time", text) }
        self.value = value
    }
}

/// A value that is not in the form a CometBFT node writes. Cut to 64 characters: node text is not
/// ours.
package struct RPCShapeError: Error, Hashable, Sendable {
    package let expected: String
    package let got: String

    package init(_ expected: String, _ got: String) {
        self.expected = expected
        self.got = String(got.prefix(64))
    }
}
