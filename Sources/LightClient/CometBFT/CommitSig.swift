// SPDX-License-Identifier: Apache-2.0

/// What one validator did in the deciding round.
public enum VoteFlag: UInt8, Hashable, Sendable {
    case absent = 1
    /// Voted for the block.
    case commit = 2
    /// Voted for no block: a genuine signature that carries no power.
    case forNil = 3
}

/// One entry of a commit, as it came over the wire.
public struct CommitSig: Hashable, Sendable {
    /// The wire number; `flag` gives its meaning.
    public var rawFlag: Int32
    public var validatorAddress: [UInt8]
    public var timestamp: Timestamp
    public var signature: [UInt8]

    /// Longest signature, bytes (CometBFT 0.38).
    public static let maxSignatureByteCount = 64

    public init(
        flag: VoteFlag, validatorAddress: [UInt8], timestamp: Timestamp, signature: [UInt8]
    ) {
        rawFlag = Int32(flag.rawValue)
        self.validatorAddress = validatorAddress
        self.timestamp = timestamp
        self.signature = signature
    }

    /// The entry of a validator that did not vote.
    public static let absent = CommitSig(
        flag: .absent, validatorAddress: [], timestamp: .goZero, signature: [])

    /// Nil when unknown. The reference keeps one byte of the number.
    public var flag: VoteFlag? { VoteFlag(rawValue: UInt8(truncatingIfNeeded: rawFlag)) }

    /// Spec: §1.3. `index` serves the error only.
    public func validate(index: Int) throws(BlockError) {
        switch flag {
        case nil: throw .unknownVoteFlag(UInt8(truncatingIfNeeded: rawFlag), index: index)
        case .absent:
            guard validatorAddress.isEmpty, timestamp == .goZero, signature.isEmpty else {
                throw .absentVoteNotEmpty(index: index)
            }
        case .commit, .forNil:
            guard validatorAddress.count == Header.addressByteCount else {
                throw .length(field: "validator address", got: validatorAddress.count)
            }
            guard (1...CommitSig.maxSignatureByteCount).contains(signature.count) else {
                throw .length(field: "signature", got: signature.count)
            }
        }
    }
}

extension CommitSig: ProtobufMessage {
    public init() {
        self = CommitSig.absent
        rawFlag = 0
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: rawFlag = try reader.int32(field)
        case 2: validatorAddress = try reader.bytes(field)
        case 3: timestamp = try reader.timestamp(field)
        case 4: signature = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.int32(1, rawFlag)
        writer.bytes(2, validatorAddress)
        writer.message(3, timestamp)
        writer.bytes(4, signature)
    }
}
