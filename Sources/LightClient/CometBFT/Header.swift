// SPDX-License-Identifier: Apache-2.0

/// The rules a chain runs under: the block protocol's version and the application's own.
public struct BlockVersion: Hashable, Sendable {
    public var block: UInt64
    public var app: UInt64

    /// The block protocol of CometBFT 0.34 to 1.0, the only one there is.
    public static let blockProtocol: UInt64 = 11

    public init(block: UInt64 = BlockVersion.blockProtocol, app: UInt64) {
        self.block = block
        self.app = app
    }
}

/// A CometBFT block header as it came over the wire: claimed, not verified. Hash fields keep
/// whatever length they came with; `validate()` judges it.
public struct Header: Hashable, Sendable {
    public var version: BlockVersion
    public var chainID: ChainID
    public var height: Int64
    public var time: Timestamp
    public var lastBlockID: BlockID
    public var lastCommitHash: [UInt8]
    public var dataHash: [UInt8]
    public var validatorsHash: [UInt8]
    public var nextValidatorsHash: [UInt8]
    public var consensusHash: [UInt8]
    /// State root after the block *before* this one; any length.
    public var appHash: [UInt8]
    public var lastResultsHash: [UInt8]
    public var evidenceHash: [UInt8]
    public var proposerAddress: [UInt8]

    /// Length of a validator's address, bytes.
    public static let addressByteCount = 20

    public init(
        version: BlockVersion, chainID: ChainID, height: Int64, time: Timestamp,
        lastBlockID: BlockID, lastCommitHash: [UInt8], dataHash: [UInt8], validatorsHash: [UInt8],
        nextValidatorsHash: [UInt8], consensusHash: [UInt8], appHash: [UInt8],
        lastResultsHash: [UInt8], evidenceHash: [UInt8], proposerAddress: [UInt8]
    ) {
        self.version = version
        self.chainID = chainID
        self.height = height
        self.time = time
        self.lastBlockID = lastBlockID
        self.lastCommitHash = lastCommitHash
        self.dataHash = dataHash
        self.validatorsHash = validatorsHash
        self.nextValidatorsHash = nextValidatorsHash
        self.consensusHash = consensusHash
        self.appHash = appHash
        self.lastResultsHash = lastResultsHash
        self.evidenceHash = evidenceHash
        self.proposerAddress = proposerAddress
    }

    /// The basic rules: block protocol, chain id length, height, hash and address lengths. Time is
    /// not judged here. Spec: §1.3.
    public func validate() throws(BlockError) {
        guard version.block == BlockVersion.blockProtocol else {
            throw .blockVersion(version.block)
        }
        guard chainID.bytes.count <= ChainID.maxByteCount else {
            throw .chainIDTooLong(chainID.bytes.count)
        }
        guard height > 0 else { throw .heightNotPositive(height) }
        try lastBlockID.validate()
        try validateHash(lastCommitHash, "last commit hash")
        try validateHash(dataHash, "data hash")
        try validateHash(evidenceHash, "evidence hash")
        guard proposerAddress.count == Header.addressByteCount else {
            throw .length(field: "proposer address", got: proposerAddress.count)
        }
        try validateHash(validatorsHash, "validators hash")
        try validateHash(nextValidatorsHash, "next validators hash")
        try validateHash(consensusHash, "consensus hash")
        try validateHash(lastResultsHash, "last results hash")
    }

    /// The header's hash: a Merkle root with the fourteen fields as leaves, so that one field can
    /// be proven alone. Throws when the header names no validators. Spec: §1.2.
    public func hash() throws(BlockError) -> Digest {
        guard !validatorsHash.isEmpty else { throw .noHeaderHash }
        return BinaryMerkle.root(leafHashes: [
            BinaryMerkle.leafHash(version.encoded), wrapped(chainID.bytes), wrapped(height),
            BinaryMerkle.leafHash(time.encoded), BinaryMerkle.leafHash(lastBlockID.encoded),
            wrapped(lastCommitHash), wrapped(dataHash), wrapped(validatorsHash),
            wrapped(nextValidatorsHash), wrapped(consensusHash), wrapped(appHash),
            wrapped(lastResultsHash), wrapped(evidenceHash), wrapped(proposerAddress),
        ])
    }

    /// Revision and height as ICS-02 counts them.
    public func revisionHeight() throws(BlockError) -> Height {
        guard let height = UInt64(exactly: height) else { throw .heightNotPositive(height) }
        return Height(revision: try chainID.revision(), height: height)
    }

    /// The leaf of a google.protobuf.BytesValue or StringValue: an empty value is an empty leaf.
    private func wrapped(_ bytes: [UInt8]) -> Digest {
        var writer = ProtobufWriter(reservingCapacity: bytes.count + 4)
        writer.bytes(1, bytes)
        return BinaryMerkle.leafHash(writer.bytes)
    }

    private func wrapped(_ number: Int64) -> Digest {
        var writer = ProtobufWriter(reservingCapacity: 12)
        writer.int64(1, number)
        return BinaryMerkle.leafHash(writer.bytes)
    }
}

extension BlockVersion: ProtobufMessage {
    public init() { self.init(block: 0, app: 0) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: block = try reader.uint64(field)
        case 2: app = try reader.uint64(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint64(1, block)
        writer.uint64(2, app)
    }
}

extension Header: ProtobufMessage {
    public init() {
        self.init(
            version: BlockVersion(), chainID: ChainID(bytes: []), height: 0, time: .goZero,
            lastBlockID: .zero, lastCommitHash: [], dataHash: [], validatorsHash: [],
            nextValidatorsHash: [], consensusHash: [], appHash: [], lastResultsHash: [],
            evidenceHash: [], proposerAddress: [])
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &version)
        case 2: chainID = ChainID(bytes: try reader.bytes(field))
        case 3: height = try reader.int64(field)
        case 4: time = try reader.timestamp(field)
        case 5: try reader.merge(field, into: &lastBlockID)
        case 6: lastCommitHash = try reader.bytes(field)
        case 7: dataHash = try reader.bytes(field)
        case 8: validatorsHash = try reader.bytes(field)
        case 9: nextValidatorsHash = try reader.bytes(field)
        case 10: consensusHash = try reader.bytes(field)
        case 11: appHash = try reader.bytes(field)
        case 12: lastResultsHash = try reader.bytes(field)
        case 13: evidenceHash = try reader.bytes(field)
        case 14: proposerAddress = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, version)
        writer.bytes(2, chainID.bytes)
        writer.int64(3, height)
        writer.message(4, time)
        writer.message(5, lastBlockID)
        writer.bytes(6, lastCommitHash)
        writer.bytes(7, dataHash)
        writer.bytes(8, validatorsHash)
        writer.bytes(9, nextValidatorsHash)
        writer.bytes(10, consensusHash)
        writer.bytes(11, appHash)
        writer.bytes(12, lastResultsHash)
        writer.bytes(13, evidenceHash)
        writer.bytes(14, proposerAddress)
    }
}
