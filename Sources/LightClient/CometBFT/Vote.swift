// SPDX-License-Identifier: Apache-2.0

/// One validator's vote, as gossip and evidence carry it.
public struct Vote: Hashable, Sendable {
    public var type: Int32
    public var height: Int64
    public var round: Int32
    public var blockID: BlockID
    public var timestamp: Timestamp
    public var validatorAddress: [UInt8]
    public var validatorIndex: Int32
    public var signature: [UInt8]
    public var extensionBytes: [UInt8]
    public var extensionSignature: [UInt8]

    public static let prevote: Int32 = 1
    public static let precommit: Int32 = 2

    /// The bytes the validator signs. Extensions never enter.
    public func signBytes(chainID: ChainID) -> [UInt8] {
        VoteSignBytes(
            type: type, height: height, round: round, blockID: blockID, chainID: chainID
        ).bytes(at: timestamp)
    }

    /// CometBFT's basic rules for a vote.
    public func validate() throws(BlockError) {
        guard type == Vote.prevote || type == Vote.precommit else { throw .voteType(type) }
        guard height > 0 else { throw .heightNotPositive(height) }
        guard round >= 0 else { throw .negativeRound(round) }
        try blockID.validate()
        guard blockID.isZero || blockID.isComplete else { throw .blockIDIncomplete }
        guard validatorAddress.count == Header.addressByteCount else {
            throw .length(field: "validator address", got: validatorAddress.count)
        }
        guard validatorIndex >= 0 else {
            throw .length(field: "validator index", got: Int(validatorIndex))
        }
        guard (1...CommitSig.maxSignatureByteCount).contains(signature.count) else {
            throw .length(field: "signature", got: signature.count)
        }
        try validateExtension()
    }

    /// Only a precommit for a block may carry an extension, and then its signature too.
    private func validateExtension() throws(BlockError) {
        if type == Vote.precommit && !blockID.isZero {
            guard extensionSignature.count <= CommitSig.maxSignatureByteCount,
                extensionBytes.isEmpty || !extensionSignature.isEmpty
            else { throw .voteExtension }
        } else if !extensionBytes.isEmpty || !extensionSignature.isEmpty {
            throw .voteExtension
        }
    }
}

extension Vote: ProtobufMessage {
    public init() {
        type = 0
        height = 0
        round = 0
        blockID = .zero
        timestamp = .goZero
        validatorAddress = []
        validatorIndex = 0
        signature = []
        extensionBytes = []
        extensionSignature = []
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: type = try reader.int32(field)
        case 2: height = try reader.int64(field)
        case 3: round = try reader.int32(field)
        case 4: try reader.merge(field, into: &blockID)
        case 5: timestamp = try reader.timestamp(field)
        case 6: validatorAddress = try reader.bytes(field)
        case 7: validatorIndex = try reader.int32(field)
        case 8: signature = try reader.bytes(field)
        case 9: extensionBytes = try reader.bytes(field)
        case 10: extensionSignature = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.int32(1, type)
        writer.int64(2, height)
        writer.int32(3, round)
        writer.message(4, blockID)
        writer.message(5, timestamp)
        writer.bytes(6, validatorAddress)
        writer.int32(7, validatorIndex)
        writer.bytes(8, signature)
        writer.bytes(9, extensionBytes)
        writer.bytes(10, extensionSignature)
    }
}
