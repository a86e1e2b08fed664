// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why bytes are no state of a record.
public enum RecordStateError: Error, Hashable, Sendable {
    case wire(WireError)
    /// Well formed, but not the one way in which a state is written.
    case notCanonical
    case schemaID(String)
    case schemaVersion
    case status(String)
    case revision
}

/// What a city's chain says of one record: which form it has, the root of its fields, its status
/// and since when, and how often it has changed. Nothing that can be guessed stands in it.
/// Source: FORMATS.md "Record state".
public struct RecordState: Hashable, Sendable {
    public var schemaID: String
    /// From 1.
    public var schemaVersion: UInt32
    /// Root of the record's field tree.
    public var fieldRoot: Digest
    /// A code of the record's table: account or licence status.
    public var status: String
    /// Since when, or as of when, the status holds; nanoseconds since 1970.
    public var statusAsOf: Timestamp
    /// Rises by one with every change, from 1.
    public var revision: UInt64

    /// Bytes of a status code.
    public static let maxStatusByteCount = 16

    public init(
        schemaID: String, schemaVersion: UInt32, fieldRoot: Digest, status: String,
        statusAsOf: Timestamp, revision: UInt64
    ) {
        self.schemaID = schemaID
        self.schemaVersion = schemaVersion
        self.fieldRoot = fieldRoot
        self.status = status
        self.statusAsOf = statusAsOf
        self.revision = revision
    }

    /// Reads the value under a record's key. Throws for anything but the canonical bytes of a valid
    /// state, so that one state has one value.
    public init(stored bytes: [UInt8]) throws(RecordStateError) {
        do throws(WireError) {
            try self.init(reading: bytes)
        } catch {
            throw .wire(error)
        }
        guard encoded == bytes else { throw .notCanonical }
        try check()
    }

    /// Throws for a state that no chain should take.
    public func check() throws(RecordStateError) {
        do throws(FieldTreeError) {
            try SaltedField.check(identifier: schemaID)
        } catch {
            throw .schemaID(schemaID)
        }
        guard schemaVersion > 0 else { throw .schemaVersion }
        guard (1...RecordState.maxStatusByteCount).contains(status.utf8.count) else {
            throw .status(status)
        }
        guard revision > 0 else { throw .revision }
    }
}

extension RecordState: ProtobufMessage {
    public init() {
        self.init(
            schemaID: "", schemaVersion: 0, fieldRoot: .zero, status: "", statusAsOf: .unixEpoch,
            revision: 0)
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: schemaID = try reader.string(field)
        case 2: schemaVersion = try reader.uint32(field)
        case 3: fieldRoot = try reader.digest(field)
        case 4: status = try reader.string(field)
        case 5: statusAsOf = Timestamp(unixNanoseconds: try reader.int64(field))
        case 6: revision = try reader.uint64(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, schemaID)
        writer.uint32(2, schemaVersion)
        writer.digest(3, fieldRoot)
        writer.string(4, status)
        writer.int64(5, statusAsOf.unixNanoseconds)
        writer.uint64(6, revision)
    }
}
