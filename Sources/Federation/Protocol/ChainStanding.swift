// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A validator that has not signed the header that a `ChainStanding` tells of. Source: peer.proto.
public struct AbsentValidator: Hashable, Sendable {
    /// Its place in the validator set, from 1.
    public var place: UInt32
    /// Blocks in a row that lack its signature, this header not counted.
    public var blocks: UInt32

    public init(place: UInt32 = 0, blocks: UInt32 = 0) {
        self.place = place
        self.blocks = blocks
    }
}

extension AbsentValidator: ProtobufMessage {
    public init() {
        self.init(place: 0)
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: place = try reader.uint32(field)
        case 2: blocks = try reader.uint32(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint32(1, place)
        writer.uint32(2, blocks)
    }
}

/// How a chain stands in the words of its own nodes: who signs, and since when it waits. Nothing
/// here is proven; it is for people who look for a cause. Source: peer.proto.
public struct ChainStanding: Hashable, Sendable {
    /// Absent validators that are named; the others are counted.
    public static let namedAbsent = 16

    /// The header that is told of: the one that lacks signatures, or the newest.
    public var height: UInt64
    /// Whether the header waits for signatures; false: it is the newest block's.
    public var isWaiting: Bool
    /// Since when it waits, or when it was made; nanoseconds since 1970.
    public var sinceUnixNanoseconds: Int64
    /// Members of its validator set, and those whose vote is there. Zero: the node does not tell.
    public var validators: UInt32
    public var votes: UInt32
    /// Votes that are needed, where all have the same power; zero: powers differ.
    public var neededVotes: UInt32
    /// Voting power that is there, and of all; more than two thirds are needed.
    public var power: Int64
    public var totalPower: Int64
    public var absent: [AbsentValidator]
    /// Stable code: why no node of the chain gives a usable answer. Empty: one does; else nothing
    /// above is told.
    public var trouble: String

    public init(
        height: UInt64 = 0, isWaiting: Bool = false, sinceUnixNanoseconds: Int64 = 0,
        validators: UInt32 = 0, votes: UInt32 = 0, neededVotes: UInt32 = 0, power: Int64 = 0,
        totalPower: Int64 = 0, absent: [AbsentValidator] = [], trouble: String = ""
    ) {
        self.height = height
        self.isWaiting = isWaiting
        self.sinceUnixNanoseconds = sinceUnixNanoseconds
        self.validators = validators
        self.votes = votes
        self.neededVotes = neededVotes
        self.power = power
        self.totalPower = totalPower
        self.absent = absent
        self.trouble = trouble
    }
}

extension ChainStanding: ProtobufMessage {
    public init() {
        self.init(height: 0)
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: height = try reader.uint64(field)
        case 2: isWaiting = try reader.bool(field)
        case 3: sinceUnixNanoseconds = try reader.int64(field)
        case 4: validators = try reader.uint32(field)
        case 5: votes = try reader.uint32(field)
        case 6: neededVotes = try reader.uint32(field)
        case 7: power = try reader.int64(field)
        case 8: totalPower = try reader.int64(field)
        case 9:
            try reader.append(
                field, to: &absent, limit: ChainStanding.namedAbsent, "absent validators")
        case 10: trouble = try reader.string(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint64(1, height)
        writer.bool(2, isWaiting)
        writer.int64(3, sinceUnixNanoseconds)
        writer.uint32(4, validators)
        writer.uint32(5, votes)
        writer.uint32(6, neededVotes)
        writer.int64(7, power)
        writer.int64(8, totalPower)
        writer.messages(9, absent)
        writer.string(10, trouble)
    }
}
