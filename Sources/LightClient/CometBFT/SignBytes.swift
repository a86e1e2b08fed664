// SPDX-License-Identifier: Apache-2.0

/// The signed form of a vote (CanonicalVote with its length in front). All votes of one commit
/// differ in their times only, so the rest is built once. Spec: §1.6.
public struct VoteSignBytes: Sendable {
    private let beforeTime: [UInt8]
    private let afterTime: [UInt8]

    /// A zero block id is left out, as in votes for nil.
    public init(type: Int32, height: Int64, round: Int32, blockID: BlockID, chainID: ChainID) {
        var writer = ProtobufWriter(reservingCapacity: 104)
        writer.int32(1, type)
        writer.fixed64(2, UInt64(bitPattern: height))
        writer.fixed64(3, UInt64(bitPattern: Int64(round)))
        if !blockID.isZero { writer.message(4, blockID) }
        beforeTime = writer.bytes
        var tail = ProtobufWriter(reservingCapacity: ChainID.maxByteCount + 2)
        tail.bytes(6, chainID.bytes)
        afterTime = tail.bytes
    }

    /// The bytes to sign or to verify for a vote cast at `time`.
    public func bytes(at time: Timestamp) -> [UInt8] {
        var timeWriter = ProtobufWriter(reservingCapacity: 20)
        time.write(to: &timeWriter)
        let timeCount = timeWriter.bytes.count
        // Tag and length of the time: at most seventeen bytes follow, so one byte of length.
        let count = beforeTime.count + 2 + timeCount + afterTime.count
        var writer = ProtobufWriter(reservingCapacity: count + 2)
        writer.varint(UInt64(count))
        writer.append(beforeTime)
        writer.varint(5 << 3 | 2)
        writer.varint(UInt64(timeCount))
        writer.append(timeWriter.bytes)
        writer.append(afterTime)
        return writer.bytes
    }
}
