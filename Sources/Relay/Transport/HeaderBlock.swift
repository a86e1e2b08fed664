// SPDX-License-Identifier: Apache-2.0

// Unsafe: names come as C pointers into nghttp2's buffers, and are copied at once.

/// The headers of one message in one allocation: for each a two-byte name length, a two-byte value
/// length, then both. The header list limit keeps them far below 64 KiB.
package struct HeaderBlock: Sendable {
    private var storage: [UInt8] = []

    package init() {}

    /// Pairs longer than 64 KiB are left out, as on the wire.
    package init(_ pairs: [(name: String, value: String)]) {
        for pair in pairs {
            var name = pair.name
            var value = pair.value
            name.withUTF8 { name in
                value.withUTF8 { value in _ = unsafe append(name: name, value: value) }
            }
        }
    }

    package var isEmpty: Bool { storage.isEmpty }

    /// Requires both to be shorter than 64 KiB; a longer pair is not stored and false comes back.
    mutating func append(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>)
        -> Bool
    {
        guard let nameCount = UInt16(exactly: name.count),
            let valueCount = UInt16(exactly: value.count)
        else { return false }
        if storage.isEmpty { storage.reserveCapacity(256) }
        storage.append(UInt8(truncatingIfNeeded: nameCount >> 8))
        storage.append(UInt8(truncatingIfNeeded: nameCount))
        storage.append(UInt8(truncatingIfNeeded: valueCount >> 8))
        storage.append(UInt8(truncatingIfNeeded: valueCount))
        unsafe storage.append(contentsOf: name)
        unsafe storage.append(contentsOf: value)
        return true
    }

    /// The first value under a name. HTTP/2 names are lower case.
    package subscript(_ name: String) -> String? {
        var found: String?
        visit { bytes, names, values in
            guard bytes[names].elementsEqual(name.utf8) else { return true }
            found = String(decoding: bytes[values], as: UTF8.self)
            return false
        }
        return found
    }

    /// All pairs in the order of arrival.
    package var pairs: [(name: String, value: String)] {
        var list: [(name: String, value: String)] = []
        visit { bytes, names, values in
            list.append(
                (
                    String(decoding: bytes[names], as: UTF8.self),
                    String(decoding: bytes[values], as: UTF8.self)
                ))
            return true
        }
        return list
    }

    private func visit(_ body: ([UInt8], Range<Int>, Range<Int>) -> Bool) {
        var position = 0
        while position + 4 <= storage.count {
            let nameCount = Int(storage[position]) << 8 | Int(storage[position + 1])
            let valueCount = Int(storage[position + 2]) << 8 | Int(storage[position + 3])
            let name = position + 4
            let value = name + nameCount
            position = value + valueCount
            guard body(storage, name..<value, value..<position) else { return }
        }
    }
}
