// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// The state of one record with its place.
public struct RecordEntry: Hashable, Sendable {
    public var index: RecordIndex
    public var state: RecordState
    /// The move that gives the licence away or has brought it; nil in all other states.
    public var move: RecordMove?

    public init(index: RecordIndex, state: RecordState, move: RecordMove? = nil) {
        self.index = index
        self.state = state
        self.move = move
    }
}

extension RecordEntry: ProtobufMessage {
    public init() { self.init(index: RecordIndex(.zero), state: RecordState()) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: index = RecordIndex(try reader.digest(field))
        case 2: try reader.merge(field, into: &state)
        case 3: try reader.merge(field, into: &move)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.digest(1, index.digest)
        writer.message(2, state)
        writer.message(3, move)
    }
}

/// Puts states of records on the city's own chain. Only the account of its record office may.
/// Source: Proto/records/v1/records.proto.
public struct MsgPutRecords: Hashable, Sendable {
    public var signer: WireText
    public var entries: [RecordEntry]

    /// Entries of one message: about 40 KB, a tenth of what a chain takes as one transaction.
    public static let maxEntries = 256

    public init(signer: WireText, entries: [RecordEntry]) {
        self.signer = signer
        self.entries = entries
    }

    /// Throws for a message that says nothing, says two things of one record, or says something
    /// that no chain should take.
    public func check() throws(RecordPutError) {
        guard !entries.isEmpty else { throw .empty }
        var seen: Set<RecordIndex> = []
        for entry in entries {
            guard seen.insert(entry.index).inserted else { throw .twice(entry.index) }
            do throws(RecordStateError) {
                try entry.state.check()
            } catch {
                throw .state(entry.index, error)
            }
        }
    }
}

/// Why states of records cannot be put. A place says nothing of whose record it is.
public enum RecordPutError: Error, Hashable, Sendable {
    case empty
    case twice(RecordIndex)
    case state(RecordIndex, RecordStateError)
    /// A revision is one more than the last; the first is 1.
    case revision(RecordIndex, got: UInt64, expected: UInt64)
    /// A status does not get older.
    case olderStatus(RecordIndex)
}

extension RecordState {
    /// Throws unless this state may follow another one, or none.
    public func checkFollows(_ last: RecordState?, at index: RecordIndex) throws(RecordPutError) {
        let (next, overflow) = (last?.revision ?? 0).addingReportingOverflow(1)
        guard !overflow, revision == next else {
            throw .revision(index, got: revision, expected: next)
        }
        if let last, statusAsOf < last.statusAsOf { throw .olderStatus(index) }
    }
}

extension MsgPutRecords: ChainMessage {
    public static let typeURL = "/cityrelay.records.v1.MsgPutRecords"

    /// The entries are judged by `check()`.
    public func validate(prefix: String) throws(PacketFault) {
        try check(signer: signer, prefix: prefix)
    }
}

extension MsgPutRecords: ProtobufMessage {
    public init() { self.init(signer: "", entries: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: signer = try reader.text(field)
        case 2:
            try reader.append(
                field, to: &entries, limit: MsgPutRecords.maxEntries, "record entries")
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.text(1, signer)
        writer.messages(2, entries)
    }
}
