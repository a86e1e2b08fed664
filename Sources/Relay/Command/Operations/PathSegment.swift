// SPDX-License-Identifier: Apache-2.0

import Federation
import RelayTransport

/// One part of an API path, made of a word that a person typed: whatever stands in it, it stays one
/// part, and the relay judges it as it was typed.
enum PathSegment {
    static func encode(_ text: String) -> String {
        PercentEncoding.encode(text, keeping: isUnreserved)
    }

    static func encode(_ id: PacketID) -> String {
        "\(id.direction == .outgoing ? "out" : "in")/\(encode(id.client))/\(id.sequence)"
    }

    /// RFC 3986, section 2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
