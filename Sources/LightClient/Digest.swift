// SPDX-License-Identifier: Apache-2.0

/// A 32-byte hash. Four words, so that it is cheap to copy, to compare and to use as a key.
public struct Digest: Hashable, Sendable {
    let words: (UInt64, UInt64, UInt64, UInt64)

    public static let byteCount = 32
    public static let zero = Digest(words: (0, 0, 0, 0))

    /// Nil unless there are exactly 32 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Digest.byteCount else { return nil }
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        var left = 32
        for byte in bytes {
            if left > 24 {
                words.0 = words.0 << 8 | UInt64(byte)
            } else if left > 16 {
                words.1 = words.1 << 8 | UInt64(byte)
            } else if left > 8 {
                words.2 = words.2 << 8 | UInt64(byte)
            } else {
                words.3 = words.3 << 8 | UInt64(byte)
            }
            left -= 1
        }
        self.words = words
    }

    /// A digest that was received: throws unless there are exactly 32 bytes.
    public init<Fault: Error>(
        _ bytes: some Collection<UInt8>, or fault: @autoclosure () -> Fault
    ) throws(Fault) {
        guard let digest = Digest(bytes) else { throw fault() }
        self = digest
    }

    /// Nil unless the text is 64 hexadecimal digits.
    public init?(hex text: String) {
        guard let bytes = Hex.decode(text), let digest = Digest(bytes) else { return nil }
        self = digest
    }

    /// Digests that stand one behind the other; nil where a part of one is left over.
    public static func list(_ bytes: [UInt8]) -> [Digest]? {
        guard bytes.count.isMultiple(of: byteCount) else { return nil }
        return stride(from: 0, to: bytes.count, by: byteCount).compactMap {
            Digest(bytes[$0..<$0 + byteCount])
        }
    }

    init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    public var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(Digest.byteCount)
        append(to: &result)
        return result
    }

    /// Appends the 32 bytes without an intermediate array.
    public func append(to result: inout [UInt8]) {
        Digest.append(words.0, to: &result)
        Digest.append(words.1, to: &result)
        Digest.append(words.2, to: &result)
        Digest.append(words.3, to: &result)
    }

    private static func append(_ word: UInt64, to result: inout [UInt8]) {
        var shift: UInt64 = 64
        while shift > 0 {
            shift &-= 8
            result.append(UInt8(truncatingIfNeeded: word &>> shift))
        }
    }

    public static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

extension Digest: CustomStringConvertible, Comparable {
    /// Lower-case hex.
    public var description: String { Hex.encode(bytes) }

    /// Bytewise order.
    public static func < (left: Digest, right: Digest) -> Bool { left.words < right.words }
}
