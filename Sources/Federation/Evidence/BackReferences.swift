// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Packs bytes in which the same things are said again and again, as evidence does: keys in
/// addresses and sets, hashes in requests and entries. Runs of new bytes alternate with copies of
/// what came before.
///
/// `{ n, n bytes, length, distance }…`: n, length and distance are varints; a copy of length zero
/// has no distance and ends the text. Source: FORMATS.md "Compact bundle".
enum BackReferences {
    /// Bytes of the shortest copy: a shorter one costs as much as what it saves.
    private static let least = 4

    static func packed(_ bytes: [UInt8]) -> [UInt8] {
        var writer = ProtobufWriter(reservingCapacity: bytes.count)
        var last: [UInt32: Int] = [:]
        var pending = 0
        var index = 0
        while index + least <= bytes.count {
            let key = bytes[index..<index + least].reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
            let candidate = last.updateValue(index, forKey: key)
            guard let candidate, candidate < index else {
                index += 1
                continue
            }
            var length = least
            while index + length < bytes.count, bytes[candidate + length] == bytes[index + length] {
                length += 1
            }
            literal(bytes[pending..<index], &writer)
            writer.varint(UInt64(length))
            writer.varint(UInt64(index - candidate))
            index += length
            pending = index
        }
        literal(bytes[pending...], &writer)
        writer.varint(0)
        return writer.bytes
    }

    private static func literal(_ bytes: ArraySlice<UInt8>, _ writer: inout ProtobufWriter) {
        writer.varint(UInt64(bytes.count))
        writer.append(Array(bytes))
    }

    /// Throws unless the bytes are a packed text of at most `limit` bytes and nothing more.
    static func unpacked(_ bytes: [UInt8], limit: Int) throws(WireError) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        while true {
            let count = try number(bytes, &position)
            guard count <= UInt64(bytes.count - position) else { throw .truncated }
            guard count <= UInt64(limit - result.count) else {
                throw .tooLarge("packed text", limit: limit)
            }
            result += bytes[position..<position + Int(count)]
            position += Int(count)
            let length = try number(bytes, &position)
            if length == 0 { break }
            let distance = try number(bytes, &position)
            guard distance > 0, distance <= UInt64(result.count) else {
                throw .outOfRange("distance")
            }
            guard length <= UInt64(limit - result.count) else {
                throw .tooLarge("packed text", limit: limit)
            }
            let start = result.count - Int(distance)
            // Byte by byte: a copy may reach into itself.
            for offset in 0..<Int(length) { result.append(result[start + offset]) }
        }
        guard position == bytes.count else { throw .trailingBytes }
        return result
    }

    private static func number(
        _ bytes: [UInt8], _ position: inout Int
    ) throws(WireError) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0 as UInt64, to: 63, by: 7) {
            guard position < bytes.count else { throw .truncated }
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        throw .varintTooLong
    }
}
