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
        guard let value = Timestamp(rfc3339: text) else { throw RPCShapeError("time", text) }
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

extension Timestamp {
    /// `YYYY-MM-DDThh:mm:ss[.fffffffff]Z`, nothing else: nodes answer in UTC.
    package init?(rfc3339 text: String) {
        let characters = Array(text.utf8)
        guard characters.count >= 20, characters.count <= 30, characters.last == 0x5a else {
            return nil
        }
        func number(_ range: Range<Int>) -> Int64? {
            var value: Int64 = 0
            for character in characters[range] {
                guard (0x30...0x39).contains(character) else { return nil }
                value = value * 10 + Int64(character - 0x30)
            }
            return value
        }
        let separators: [(Int, UInt8)] = [(4, 0x2d), (7, 0x2d), (10, 0x54), (13, 0x3a), (16, 0x3a)]
        for (index, expected) in separators where characters[index] != expected { return nil }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        var nanoseconds: Int64 = 0
        if characters.count > 20 {
            let digits = characters.count - 21
            guard characters[19] == 0x2e, digits >= 1, digits <= 9,
                let fraction = number(20..<(20 + digits))
            else { return nil }
            nanoseconds = fraction
            for _ in digits..<9 { nanoseconds *= 10 }
        }
        let seconds = Timestamp.days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
        self.init(seconds: seconds, nanoseconds: Int32(nanoseconds))
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar; March is counted as the first
    /// month, so that the leap day is the last of a year.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }
}
