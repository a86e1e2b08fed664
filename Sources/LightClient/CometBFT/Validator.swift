// SPDX-License-Identifier: Apache-2.0

/// One member of a validator set, as it came over the wire.
public struct Validator: Hashable, Sendable {
    public var address: [UInt8]
    public var publicKey: PublicKeyMessage
    public var votingPower: Int64
    /// Whose turn it is to propose. Neither hashed nor checked.
    public var proposerPriority: Int64

    public init(key: PublicKey, votingPower: Int64, proposerPriority: Int64 = 0) {
        address = key.address
        publicKey = PublicKeyMessage(key)
        self.votingPower = votingPower
        self.proposerPriority = proposerPriority
    }

    /// The key, when power, key and address fit together. The address must follow from the key: one
    /// that is merely claimed lets a vote count for somebody else (ISA-2025-003).
    public func checkedKey(index: Int) throws(BlockError) -> PublicKey {
        let key = try publicKey.key()
        guard votingPower >= 0 else { throw .negativePower(votingPower, index: index) }
        let derived = key.address
        guard address == derived else {
            throw .addressNotDerived(got: address, expected: derived)
        }
        return key
    }

    /// The leaf of the set's hash: key and power only.
    var leaf: [UInt8] {
        // A public key message holds one bytes field, written without a message of its own in
        // between.
        let key: (number: Int, bytes: [UInt8])? =
            switch publicKey.kind {
            case .ed25519(let bytes) where bytes.count < 126: (1, bytes)
            case .secp256k1(let bytes) where bytes.count < 126: (2, bytes)
            default: nil
            }
        var writer = ProtobufWriter(reservingCapacity: 56)
        if let key {
            writer.varint(0x0a)
            writer.varint(UInt64(key.bytes.count + 2))
            writer.alwaysBytes(key.number, key.bytes)
        } else {
            writer.message(1, publicKey)
        }
        writer.int64(2, votingPower)
        return writer.bytes
    }
}

extension Validator: ProtobufMessage {
    public init() {
        address = []
        publicKey = PublicKeyMessage()
        votingPower = 0
        proposerPriority = 0
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: address = try reader.bytes(field)
        case 2: try reader.merge(field, into: &publicKey)
        case 3: votingPower = try reader.int64(field)
        case 4: proposerPriority = try reader.int64(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, address)
        writer.message(2, publicKey)
        writer.int64(3, votingPower)
        writer.int64(4, proposerPriority)
    }
}
