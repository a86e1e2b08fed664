// SPDX-License-Identifier: Apache-2.0

extension ICS07 {
    /// What a client stores of one header.
    public struct ConsensusState: Hashable, Sendable {
        public var timestamp: Timestamp
        public var root: MerkleRoot
        public var nextValidatorsHash: [UInt8]

        public init(timestamp: Timestamp, root: [UInt8], nextValidatorsHash: [UInt8]) {
            self.timestamp = timestamp
            self.root = MerkleRoot(hash: root)
            self.nextValidatorsHash = nextValidatorsHash
        }

        /// What is kept of a header.
        public init(_ header: LightClient.Header) {
            self.init(
                timestamp: header.time, root: header.appHash,
                nextValidatorsHash: header.nextValidatorsHash)
        }

        /// What ibc-go asks of a first state.
        public func validate() throws(ClientError) {
            guard !root.hash.isEmpty else { throw .invalidState("root") }
            guard nextValidatorsHash.isEmpty || nextValidatorsHash.count == Digest.byteCount else {
                throw .invalidState("next_validators_hash")
            }
            guard timestamp.seconds > 0 else { throw .invalidState("timestamp") }
        }

        /// Stricter than `validate()`: without next_validators_hash no update can ever be verified,
        /// and a root that is no hash proves nothing. No client of ours begins so.
        public func validateUsable() throws(ClientError) {
            try validate()
            guard root.hash.count == Digest.byteCount || root.hash == ICS07.sentinelRoot else {
                throw .invalidState("root")
            }
            guard !nextValidatorsHash.isEmpty else { throw .invalidState("next_validators_hash") }
        }
    }

    /// ibc.core.commitment.v1.MerkleRoot.
    public struct MerkleRoot: Hashable, Sendable {
        public var hash: [UInt8]

        public init(hash: [UInt8]) { self.hash = hash }
    }
}

extension ICS07.MerkleRoot: ProtobufMessage {
    public init() { hash = [] }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        guard field.number == 1 else { return try reader.skip(field) }
        hash = try reader.bytes(field)
    }

    public func write(to writer: inout ProtobufWriter) { writer.bytes(1, hash) }
}

extension ICS07.ConsensusState: ProtobufMessage {
    public init() { self.init(timestamp: .goZero, root: [], nextValidatorsHash: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: timestamp = try reader.timestamp(field)
        case 2: try reader.merge(field, into: &root)
        case 3: nextValidatorsHash = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.message(1, timestamp)
        writer.message(2, root)
        writer.bytes(3, nextValidatorsHash)
    }
}
