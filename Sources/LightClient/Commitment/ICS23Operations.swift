// SPDX-License-Identifier: Apache-2.0

/// A hash function by its number in cosmos.ics23.v1.HashOp. Unknown numbers are kept, and refused
/// where the function is to be computed.
public struct HashOp: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Legal only before hashing keys and values: "leave them as they are".
    public static let noHash = HashOp(rawValue: 0)
    public static let sha256 = HashOp(rawValue: 1)
    public static let sha512 = HashOp(rawValue: 2)
    public static let keccak256 = HashOp(rawValue: 3)
    public static let ripemd160 = HashOp(rawValue: 4)
    /// RIPEMD-160 of SHA-256.
    public static let bitcoin = HashOp(rawValue: 5)
    public static let sha512Truncated256 = HashOp(rawValue: 6)
    public static let blake2b512 = HashOp(rawValue: 7)
    public static let blake2s256 = HashOp(rawValue: 8)
    public static let blake3 = HashOp(rawValue: 9)
}

/// How a key or value is marked with its length, by the number in cosmos.ics23.v1.LengthOp.
public struct LengthOp: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let noPrefix = LengthOp(rawValue: 0)
    /// A protobuf varint before the bytes.
    public static let varProto = LengthOp(rawValue: 1)
    public static let varRLP = LengthOp(rawValue: 2)
    public static let fixed32Big = LengthOp(rawValue: 3)
    public static let fixed32Little = LengthOp(rawValue: 4)
    public static let fixed64Big = LengthOp(rawValue: 5)
    public static let fixed64Little = LengthOp(rawValue: 6)
    /// Adds nothing; any other length is an error.
    public static let require32Bytes = LengthOp(rawValue: 7)
    /// Adds nothing; any other length is an error.
    public static let require64Bytes = LengthOp(rawValue: 8)

    /// Appends the mark of a value of `count` bytes.
    func append(markOf count: Int, to output: inout [UInt8]) throws(ProofError) {
        switch self {
        case .noPrefix: return
        case .varProto: LengthOp.appendVarint(UInt64(count), to: &output)
        case .fixed32Big, .fixed32Little:
            guard UInt32(exactly: count) != nil else { throw .unsupportedLength(self) }
            appendFixed(UInt64(count), bytes: 4, bigEndian: self == .fixed32Big, to: &output)
        case .fixed64Big: appendFixed(UInt64(count), bytes: 8, bigEndian: true, to: &output)
        case .fixed64Little: appendFixed(UInt64(count), bytes: 8, bigEndian: false, to: &output)
        case .require32Bytes:
            guard count == 32 else { throw .lengthNotAsRequired(got: count, required: 32) }
        case .require64Bytes:
            guard count == 64 else { throw .lengthNotAsRequired(got: count, required: 64) }
        default: throw .unsupportedLength(self)
        }
    }

    static func appendVarint(_ value: UInt64, to output: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        output.append(UInt8(truncatingIfNeeded: rest))
    }

    private func appendFixed(
        _ value: UInt64, bytes: UInt64, bigEndian: Bool, to output: inout [UInt8]
    ) {
        for index in 0..<bytes {
            let shift = 8 * (bigEndian ? bytes - 1 - index : index)
            output.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}

/// How a leaf is hashed: H(prefix ‖ mark(H'(key)) ‖ mark(H'(value))). As part of a `ProofSpec` the
/// prefix is what every leaf's prefix must begin with.
public struct LeafOp: Hashable, Sendable {
    public var hash: HashOp
    public var prehashKey: HashOp
    public var prehashValue: HashOp
    public var length: LengthOp
    public var prefix: [UInt8]

    public init(
        hash: HashOp, prehashKey: HashOp, prehashValue: HashOp, length: LengthOp, prefix: [UInt8]
    ) {
        self.hash = hash
        self.prehashKey = prehashKey
        self.prehashValue = prehashValue
        self.length = length
        self.prefix = prefix
    }
}

extension LeafOp: ProtobufMessage {
    public init() {
        self.init(
            hash: .noHash, prehashKey: .noHash, prehashValue: .noHash, length: .noPrefix, prefix: []
        )
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: hash = HashOp(rawValue: try reader.int32(field))
        case 2: prehashKey = HashOp(rawValue: try reader.int32(field))
        case 3: prehashValue = HashOp(rawValue: try reader.int32(field))
        case 4: length = LengthOp(rawValue: try reader.int32(field))
        case 5: prefix = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.int32(1, hash.rawValue)
        writer.int32(2, prehashKey.rawValue)
        writer.int32(3, prehashValue.rawValue)
        writer.int32(4, length.rawValue)
        writer.bytes(5, prefix)
    }
}

/// One step towards the root: H(prefix ‖ child ‖ suffix).
public struct InnerOp: Hashable, Sendable {
    public var hash: HashOp
    public var prefix: [UInt8]
    public var suffix: [UInt8]

    public init(hash: HashOp, prefix: [UInt8], suffix: [UInt8]) {
        self.hash = hash
        self.prefix = prefix
        self.suffix = suffix
    }
}
