// SPDX-License-Identifier: Apache-2.0

/// SHA-256 (FIPS 180-4).
public enum SHA256 {
    public static func hash(_ bytes: [UInt8]) -> Digest { OpenSSL.sha256(bytes) }

    /// H(first ‖ second), without building the concatenation.
    public static func hash(_ first: [UInt8], _ second: [UInt8]) -> Digest {
        var stream = OpenSSL.SHA256Stream()
        stream.update(first)
        stream.update(second)
        return stream.finish()
    }

    /// H(first ‖ second ‖ third), without building the concatenation.
    public static func hash(_ first: [UInt8], _ second: [UInt8], _ third: [UInt8]) -> Digest {
        var stream = OpenSSL.SHA256Stream()
        stream.update(first)
        stream.update(second)
        stream.update(third)
        return stream.finish()
    }

    /// H(a ‖ b ‖ …), without building the concatenation.
    public static func hash(_ parts: [UInt8]...) -> Digest {
        var stream = OpenSSL.SHA256Stream()
        for part in parts { stream.update(part) }
        return stream.finish()
    }

    /// H(prefix ‖ left ‖ right): the inner node of a binary Merkle tree. Allocates nothing.
    public static func hash(_ prefix: UInt8, _ left: Digest, _ right: Digest) -> Digest {
        OpenSSL.sha256(prefix, left, right)
    }

    /// H(bytes[range]). Allocates nothing.
    public static func hash(_ bytes: [UInt8], _ range: Range<Int>) -> Digest {
        OpenSSL.sha256(bytes, range)
    }

    /// H(bytes[prefix] ‖ length ‖ bytes[key] ‖ 32 ‖ value), the length as a protobuf varint: a leaf
    /// of IAVL and simple trees. Allocates nothing.
    static func leaf(
        _ bytes: [UInt8], _ prefix: Range<Int>, _ key: Range<Int>, _ value: Digest
    ) -> Digest {
        OpenSSL.sha256Leaf(bytes, prefix, key, value)
    }

    /// Folds a leaf's hash through the steps of a commitment proof: each is
    /// H(bytes[before] ‖ hash ‖ bytes[after]), read where it lies. Allocates nothing.
    static func fold(
        _ bytes: [UInt8], _ leaf: Digest, _ count: Int,
        _ step: (_ index: Int) -> (before: Range<Int>, after: Range<Int>)
    ) -> Digest {
        OpenSSL.sha256Fold(bytes, leaf, count, step)
    }

    /// H("").
    public static let empty = hash([UInt8]())

    /// A hash fed piece by piece. A value: a copy goes its own way. Allocates nothing.
    public struct Stream: Sendable {
        private var state = OpenSSL.SHA256Stream()

        public init() {}

        public mutating func update(_ bytes: [UInt8]) { state.update(bytes) }
        public mutating func update(_ bytes: ArraySlice<UInt8>) { state.update(bytes) }
        public mutating func update(_ bytes: [UInt8], _ range: Range<Int>) {
            state.update(bytes, range)
        }
        public mutating func update(_ byte: UInt8) { state.update(byte) }
        public mutating func update(_ digest: Digest) { state.update(digest) }

        /// The hash of everything fed so far.
        public consuming func finish() -> Digest {
            var last = state
            return last.finish()
        }
    }
}

/// SHA-512 (FIPS 180-4). 64 bytes.
public enum SHA512 {
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        OpenSSL.digest("SHA512", byteCount: 64, bytes)
    }
}

/// SHA-512/256 (FIPS 180-4), with its own initial value: not a cut SHA-512.
public enum SHA512_256 {
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        OpenSSL.digest("SHA512-256", byteCount: 32, bytes)
    }
}
