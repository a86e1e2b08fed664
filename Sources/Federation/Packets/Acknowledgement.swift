// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What the receiving applications answered (ibc.core.channel.v2.Acknowledgement).
public struct Acknowledgement: Hashable, Sendable {
    /// One per payload, or the universal error alone.
    public var appAcknowledgements: [[UInt8]]

    public init(_ appAcknowledgements: [[UInt8]]) {
        self.appAcknowledgements = appAcknowledgements
    }

    /// The one application acknowledgement that stands for any failure:
    /// H("UNIVERSAL_ERROR_ACKNOWLEDGEMENT"), so that reasons never differ between nodes.
    public static let universalErrorBytes =
        SHA256.hash(Array("UNIVERSAL_ERROR_ACKNOWLEDGEMENT".utf8)).bytes

    public static let universalError = Acknowledgement([universalErrorBytes])

    /// Acknowledgements that are decoded at all; valid lists have one. Bounds memory.
    public static let maxDecoded = 1024

    /// Whether the first answer is not the universal error. Requires a non-empty list; an empty one
    /// is no success.
    public var isSuccess: Bool {
        guard let first = appAcknowledgements.first else { return false }
        return first != Acknowledgement.universalErrorBytes
    }

    /// Throws unless there is exactly one answer and it is not empty.
    public func validate() throws(PacketFault) {
        guard appAcknowledgements.count == 1 else {
            throw .acknowledgementCount(appAcknowledgements.count)
        }
        guard !appAcknowledgements[0].isEmpty else { throw .emptyAcknowledgement }
    }
}

extension Acknowledgement: ProtobufMessage {
    public init() { self.init([]) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        guard field.number == 1 else { return try reader.skip(field) }
        guard appAcknowledgements.count < Acknowledgement.maxDecoded else {
            throw .tooLarge("app acknowledgements", limit: Acknowledgement.maxDecoded)
        }
        appAcknowledgements.append(try reader.bytes(field))
    }

    public func write(to writer: inout ProtobufWriter) {
        for element in appAcknowledgements { writer.alwaysBytes(1, element) }
    }
}
