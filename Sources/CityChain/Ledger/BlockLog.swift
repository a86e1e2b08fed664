// SPDX-License-Identifier: Apache-2.0

import LightClient

package enum BlockLogError: Error, Hashable, Sendable {
    /// A system call on the log failed.
    case system(String, path: String, errno: Int32)
    /// The log belongs to another genesis: another chain, or the same one configured differently.
    case otherGenesis(path: String)
    /// A whole, checksummed frame does not hold what it should: another program wrote it.
    case unreadable(path: String, frame: Int)
    /// Executing the logged blocks again gives another state than they say: the program has
    /// changed.
    case diverged(height: UInt64)
}

/// The chain's only durable state: a file of frames, each synced before the block counts.
///
/// Frame: payload length (4 bytes, little-endian), first 8 bytes of SHA-256(payload), payload. The
/// first frame names the genesis. A torn last frame is what a crash leaves: it is cut off, since
/// nothing after it was ever announced. The state is not stored: a restart executes the blocks
/// again.
struct BlockLog {
    enum Record {
        case block(LoggedBlock)
        /// Blocks and states below are forgotten on purpose; the log keeps the blocks for the
        /// replay.
        case pruned(below: UInt64)
    }

    static let fileName = "blocks.log"
    /// Bytes; above any block with its commit, so a larger length can only be torn.
    static let frameLimit = 128 << 20
    private static let headLength = 12

    private let file: AppendOnlyFile
    /// Bytes cut from the end when the log was opened.
    let tornByteCount: Int

    /// Opens the log of a directory, or makes it.
    static func open(
        directory: String, genesis: Digest
    ) throws(BlockLogError) -> (log: BlockLog, records: [Record]) {
        let file = try AppendOnlyFile(path: "\(directory)/\(fileName)")
        let bytes = try file.readAll()
        let (frames, whole) = frames(of: bytes)
        if whole < bytes.count { try file.truncate(to: whole) }
        let log = BlockLog(file: file, tornByteCount: bytes.count - whole)
        guard let first = frames.first else {
            try file.append(frame(genesis.bytes))
            return (log, [])
        }
        guard Array(bytes[first]) == genesis.bytes else { throw .otherGenesis(path: file.path) }
        var records: [Record] = []
        records.reserveCapacity(frames.count)
        for (index, range) in frames.enumerated().dropFirst() {
            guard let record = record(reading: Array(bytes[range])) else {
                throw .unreadable(path: file.path, frame: index)
            }
            records.append(record)
        }
        return (log, records)
    }

    func append(_ record: Record) throws(BlockLogError) {
        var writer = ProtobufWriter()
        switch record {
        case .block(let block): writer.message(1, block)
        case .pruned(let height): writer.alwaysUInt64(2, height)
        }
        try file.append(Self.frame(writer.bytes))
    }

    private static func record(reading payload: [UInt8]) -> Record? {
        var reader = ProtobufReader(payload)
        guard let field = try? reader.next() else { return nil }
        switch field.number {
        case 1:
            guard let bytes = try? reader.bytes(field),
                let block = try? LoggedBlock(reading: bytes)
            else { return nil }
            return .block(block)
        case 2: return (try? reader.uint64(field)).map { .pruned(below: $0) }
        default: return nil
        }
    }

    private static func frame(_ payload: [UInt8]) -> [UInt8] {
        let length = (0..<4).map { UInt8(truncatingIfNeeded: payload.count >> (8 * $0)) }
        return length + SHA256.hash(payload).bytes.prefix(8) + payload
    }

    /// The payloads of all whole frames, and where the first torn one begins.
    private static func frames(of bytes: [UInt8]) -> (payloads: [Range<Int>], end: Int) {
        var payloads: [Range<Int>] = []
        var position = 0
        while bytes.count - position >= headLength {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
            let start = position + headLength
            guard length <= frameLimit, length <= bytes.count - start else { break }
            let payload = start..<(start + length)
            let checksum = SHA256.hash(Array(bytes[payload])).bytes.prefix(8)
            guard checksum.elementsEqual(bytes[(position + 4)..<start]) else { break }
            payloads.append(payload)
            position = start + length
        }
        return (payloads, position)
    }
}
