// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// An asker's receipt for one entry of the callee's access log. Source: peer.proto.
public struct EntryReceipt: Hashable, Sendable {
    /// The entry's place in the log.
    public var sequence: UInt64
    public var receipt: AccessReceipt

    public init(sequence: UInt64, receipt: AccessReceipt) {
        self.sequence = sequence
        self.receipt = receipt
    }
}

extension EntryReceipt: ProtobufMessage {
    public init() {
        self.init(sequence: 0, receipt: AccessReceipt(leafHash: .zero, signature: []))
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: sequence = try reader.uint64(field)
        case 2: receipt.leafHash = try reader.digest(field)
        case 3: receipt.signature = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint64(1, sequence)
        writer.digest(2, receipt.leafHash)
        writer.bytes(3, receipt.signature)
    }
}

/// Hands over receipts; again until they are taken.
public struct ReceiptsRequest: Hashable, Sendable, ProtobufMessage {
    public var receipts: [EntryReceipt]

    /// Receipts of one call.
    public static let maxReceipts = 256

    public init(receipts: [EntryReceipt]) { self.receipts = receipts }
    public init() { self.init(receipts: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1:
            try reader.append(
                field, to: &receipts, limit: ReceiptsRequest.maxReceipts, "receipts")
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) { writer.messages(1, receipts) }
}

/// How many of them are in the log now. Those that are not the caller's, or of another entry, are
/// not taken and need not come again.
public struct ReceiptsResponse: Hashable, Sendable, ProtobufMessage {
    public var taken: UInt32

    public init(taken: UInt32) { self.taken = taken }
    public init() { self.init(taken: 0) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: taken = try reader.uint32(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) { writer.uint32(1, taken) }
}
