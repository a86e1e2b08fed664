// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// A block of the chain with what belongs to its height.
package struct StoredBlock: Hashable, Sendable {
    package let block: Block
    package let id: BlockID
    /// Bytes of the encoded block.
    package let byteCount: Int
    /// What the node saw when it took the block: `commit` at the tip, not canonical.
    package let seenCommit: Commit
    /// With all votes that came in: the next block's last commit.
    package let completeCommit: Commit
    /// The set that voted, with the priorities of this height.
    package let validators: ProposerRotation
    /// In force for this block.
    package let parameters: ConsensusParameters
    /// Set changes that an operator ordered with this block.
    let orderedUpdates: [ValidatorUpdate]
    /// Nil until the block is executed.
    package internal(set) var results: BlockResults?

    package var height: UInt64 { UInt64(block.header.height) }

    /// The application's changes and the ordered ones; for the same validator the order counts.
    func mergedUpdates(_ updates: [ValidatorUpdate]) -> [ValidatorUpdate] {
        let ordered = Set(orderedUpdates.map(\.publicKey))
        return updates.filter { !ordered.contains($0.publicKey) } + orderedUpdates
    }

    package func transactionHash(at index: Int) -> Digest {
        SHA256.hash(block.transactions[index])
    }
}

/// What executing a block gave: `block_results`.
package struct BlockResults: Hashable, Sendable {
    package let output: ExecutionOutput
    /// Application's and ordered changes together, as they took effect.
    package let validatorUpdates: [ValidatorUpdate]
    /// In force for the next height.
    package let nextParameters: ConsensusParameters
    /// Stands in the next header.
    package let appHash: Digest
}

/// A block as the log keeps it: enough to execute it again.
struct LoggedBlock {
    var block = Block()
    var seenCommit = Commit()
    var completeCommit = Commit()
    /// Set changes that an operator ordered; the application does not know them.
    var orderedUpdates: [ValidatorUpdate] = []
}

extension LoggedBlock: ProtobufMessage {
    mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.merge(field, into: &block)
        case 2: try reader.merge(field, into: &seenCommit)
        case 3: try reader.merge(field, into: &completeCommit)
        case 4:
            var inner = try reader.message(field)
            orderedUpdates.append(try LoggedBlock.update(from: &inner))
        default: try reader.skip(field)
        }
    }

    func write(to writer: inout ProtobufWriter) {
        writer.message(1, block)
        writer.message(2, seenCommit)
        writer.message(3, completeCommit)
        for update in orderedUpdates {
            var inner = ProtobufWriter()
            switch update.publicKey {
            case .ed25519(let bytes): inner.alwaysBytes(1, bytes)
            case .secp256k1(let bytes): inner.alwaysBytes(2, bytes)
            }
            inner.int64(3, update.power)
            writer.alwaysBytes(4, inner.bytes)
        }
    }

    private static func update(
        from reader: inout ProtobufReader
    ) throws(WireError) -> ValidatorUpdate {
        var key: PublicKey?
        var power: Int64 = 0
        while let field = try reader.next() {
            switch field.number {
            case 1: key = .ed25519(bytes: try reader.bytes(field))
            case 2: key = .secp256k1(bytes: try reader.bytes(field))
            case 3: power = try reader.int64(field)
            default: try reader.skip(field)
            }
        }
        guard let key else { throw .missing("public key") }
        return ValidatorUpdate(publicKey: key, power: power)
    }
}
