// SPDX-License-Identifier: Apache-2.0

/// A protobuf scanner with the verdicts of Go's protowire, which the Cosmos SDK uses before it
/// decodes a transaction: no bits above 64, numbers up to 2^31 - 1, groups must end with their own
/// number.
struct StrictWire {
    private let bytes: [UInt8]
    private(set) var position: Int
    let end: Int

    /// Groups within groups: protowire's own limit.
    private static let maxGroupDepth = 10_000

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { position >= end }

    mutating func tag() throws(TransactionFault) -> (number: Int32, wireType: UInt8) {
        let value = try varint()
        guard let number = Int32(exactly: value >> 3), number > 0 else { throw .fieldNumber }
        return (number, UInt8(value & 7))
    }

    mutating func varint() throws(TransactionFault) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<10 {
            guard position < end else { throw .truncated }
            let byte = bytes[position]
            position += 1
            if index == 9, byte > 1 { throw .varintOverflow }
            value |= UInt64(byte & 0x7f) << UInt64(7 * index)
            if byte < 0x80 { return value }
        }
        throw .varintOverflow
    }

    /// The place of a length-delimited value's content.
    mutating func content() throws(TransactionFault) -> Range<Int> {
        let count = try varint()
        guard count <= UInt64(end - position) else { throw .truncated }
        let start = position
        position += Int(count)
        return start..<position
    }

    /// Steps over a value behind its tag; groups by a stack of numbers, without recursion.
    mutating func skip(number: Int32, wireType: UInt8) throws(TransactionFault) {
        var open: [Int32] = []
        var (number, wireType) = (number, wireType)
        while true {
            switch wireType {
            case 0: _ = try varint()
            case 1: try advance(8)
            case 2: _ = try content()
            case 3:
                guard open.count < StrictWire.maxGroupDepth else { throw .group }
                open.append(number)
            case 4: guard open.popLast() == number else { throw .group }
            case 5: try advance(4)
            default: throw .wireType(field: number, got: wireType)
            }
            if open.isEmpty { return }
            (number, wireType) = try tag()
        }
    }

    private mutating func advance(_ count: Int) throws(TransactionFault) {
        guard end - position >= count else { throw .truncated }
        position += count
    }
}
