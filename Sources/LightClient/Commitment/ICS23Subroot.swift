// SPDX-License-Identifier: Apache-2.0

/// A calculated root. A digest where the tree hashes with SHA-256 alone, so that the usual proof
/// allocates nothing for it.
enum Subroot {
    case digest(Digest)
    case bytes([UInt8])

    var bytes: [UInt8] {
        switch self {
        case .digest(let digest): digest.bytes
        case .bytes(let bytes): bytes
        }
    }

    func equals(_ other: [UInt8], _ range: Range<Int>) -> Bool {
        switch self {
        case .digest(let digest): digest.equals(other, range)
        case .bytes(let bytes): bytes[...] == other[range]
        }
    }

    func equals(_ other: [UInt8]) -> Bool { equals(other, other.indices) }
}

extension Digest {
    /// Whether the bytes of the range are the digest's.
    func equals(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard range.count == Digest.byteCount else { return false }
        let start = range.lowerBound
        return Digest.word(bytes, start) == words.0 && Digest.word(bytes, start + 8) == words.1
            && Digest.word(bytes, start + 16) == words.2
            && Digest.word(bytes, start + 24) == words.3
    }

    private static func word(_ bytes: [UInt8], _ start: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in start..<start + 8 { word = word << 8 | UInt64(bytes[index]) }
        return word
    }
}
