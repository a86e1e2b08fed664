// SPDX-License-Identifier: Apache-2.0

/// A height of a chain that may restart under a new revision: revision first, then block height.
/// Source: ICS-02; ibc.core.client.v1.Height.
public struct Height: Hashable, Sendable, Comparable {
    public var revision: UInt64
    public var height: UInt64

    public init(revision: UInt64, height: UInt64) {
        self.revision = revision
        self.height = height
    }

    public static let zero = Height(revision: 0, height: 0)

    public var isZero: Bool { self == Height.zero }

    public static func < (left: Height, right: Height) -> Bool {
        (left.revision, left.height) < (right.revision, right.height)
    }

    /// The height `count` blocks later; saturates at the largest block height.
    public func advanced(by count: UInt64) -> Height {
        let (sum, overflow) = height.addingReportingOverflow(count)
        return Height(revision: revision, height: overflow ? UInt64.max : sum)
    }
}

extension Height: CustomStringConvertible {
    /// "revision-height", as in store keys and events.
    public var description: String { "\(revision)-\(height)" }
}

extension Height: ProtobufMessage {
    public init() { self = Height.zero }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: revision = try reader.uint64(field)
        case 2: height = try reader.uint64(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.uint64(1, revision)
        writer.uint64(2, height)
    }
}
