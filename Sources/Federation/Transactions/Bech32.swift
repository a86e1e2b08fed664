// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why text is no bech32 address.
public enum Bech32Fault: Error, Hashable, Sendable {
    case blank
    case length(Int)
    /// Neither all lower nor all upper case.
    case mixedCase
    case noSeparator
    case character(UInt8)
    case checksum
    /// Five-bit groups that make no whole bytes.
    case padding
    case prefix(got: String, expected: String)
    case dataLength(Int)
}

/// Addresses of accounts: a human-readable prefix, "1", base-32 data and a checksum (BIP-173).
public enum Bech32 {
    /// Characters of one address: the SDK's limit.
    public static let maxCharacters = 1023
    /// Bytes of data: the SDK's limit of an address.
    public static let maxDataBytes = 255

    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)

    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 0xff, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }()

    public static func encode(prefix: String, _ data: [UInt8]) -> String {
        var groups: [UInt8] = []
        var accumulator: UInt32 = 0
        var bits: UInt32 = 0
        for byte in data {
            accumulator = (accumulator << 8 | UInt32(byte)) & 0xfff
            bits += 8
            while bits >= 5 {
                bits -= 5
                groups.append(UInt8(accumulator >> bits & 31))
            }
        }
        if bits > 0 { groups.append(UInt8(accumulator << (5 - bits) & 31)) }
        let human = Array(prefix.utf8)
        let check = polymod(expand(human) + groups + [0, 0, 0, 0, 0, 0]) ^ 1
        for index in (0..<6).reversed() { groups.append(UInt8(check >> UInt32(5 * index) & 31)) }
        let text = human + [0x31] + groups.map { alphabet[Int($0)] }
        return String(decoding: text, as: UTF8.self)
    }

    /// The prefix in lower case, and the data.
    public static func decode(
        _ text: WireText
    ) throws(Bech32Fault) -> (prefix: String, data: [UInt8]) {
        let given = text.bytes
        guard (8...maxCharacters).contains(given.count) else { throw .length(given.count) }
        for byte in given where !(33...126).contains(byte) { throw .character(byte) }
        let hasUpper = given.contains { (0x41...0x5a).contains($0) }
        let hasLower = given.contains { (0x61...0x7a).contains($0) }
        guard !(hasUpper && hasLower) else { throw .mixedCase }
        let lower = given.map { (0x41...0x5a).contains($0) ? $0 + 0x20 : $0 }
        guard let separator = lower.lastIndex(of: 0x31), separator >= 1,
            separator + 7 <= lower.count
        else { throw .noSeparator }
        var groups: [UInt8] = []
        for character in lower[(separator + 1)...] {
            let value = values[Int(character)]
            guard value != 0xff else { throw .character(character) }
            groups.append(value)
        }
        let human = Array(lower[..<separator])
        guard polymod(expand(human) + groups) == 1 else { throw .checksum }
        return (String(decoding: human, as: UTF8.self), try bytes(groups.dropLast(6)))
    }

    /// The data of an address with exactly this prefix, 1 to 255 bytes.
    public static func address(
        _ text: WireText, prefix: String
    ) throws(Bech32Fault) -> [UInt8] {
        guard !text.isBlank else { throw .blank }
        let decoded = try decode(text)
        guard decoded.prefix == prefix else {
            throw .prefix(got: decoded.prefix, expected: prefix)
        }
        guard (1...maxDataBytes).contains(decoded.data.count) else {
            throw .dataLength(decoded.data.count)
        }
        return decoded.data
    }

    private static func bytes(_ groups: ArraySlice<UInt8>) throws(Bech32Fault) -> [UInt8] {
        var result: [UInt8] = []
        var accumulator: UInt32 = 0
        var bits: UInt32 = 0
        for group in groups {
            accumulator = (accumulator << 5 | UInt32(group)) & 0xfff
            bits += 5
            if bits >= 8 {
                bits -= 8
                result.append(UInt8(accumulator >> bits & 0xff))
            }
        }
        guard bits < 5, accumulator & ((1 << bits) - 1) == 0 else { throw .padding }
        return result
    }

    private static func expand(_ prefix: [UInt8]) -> [UInt8] {
        prefix.map { $0 >> 5 } + [0] + prefix.map { $0 & 31 }
    }

    private static func polymod(_ values: [UInt8]) -> UInt32 {
        let generators: [UInt32] = [
            0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3,
        ]
        var check: UInt32 = 1
        for value in values {
            let top = check >> 25
            check = (check & 0x1ff_ffff) << 5 ^ UInt32(value)
            for index in 0..<5 where top >> UInt32(index) & 1 == 1 { check ^= generators[index] }
        }
        return check
    }
}
