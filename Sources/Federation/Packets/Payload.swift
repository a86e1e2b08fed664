// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What one application sends to another (ibc.core.channel.v2.Payload).
public struct Payload: Hashable, Sendable {
    public var sourcePort: WireText
    public var destinationPort: WireText
    /// The application's own protocol, for example "cityrelay-1".
    public var version: WireText
    /// Media type of `value`.
    public var encoding: WireText
    public var value: [UInt8]

    public init(
        sourcePort: WireText, destinationPort: WireText, version: WireText, encoding: WireText,
        value: [UInt8]
    ) {
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.version = version
        self.encoding = encoding
        self.value = value
    }

    /// Throws the first fault, in the order in which ibc-go looks.
    public func validate() throws(PacketFault) {
        do throws(IdentifierFault) {
            try Identifier.check(sourcePort, as: .port)
        } catch { throw .sourcePort(error) }
        do throws(IdentifierFault) {
            try Identifier.check(destinationPort, as: .port)
        } catch { throw .destinationPort(error) }
        guard !version.isBlank else { throw .blankVersion }
        guard !encoding.isBlank else { throw .blankEncoding }
        guard !value.isEmpty else { throw .emptyValue }
    }
}

extension Payload: ProtobufMessage {
    public init() {
        self.init(sourcePort: "", destinationPort: "", version: "", encoding: "", value: [])
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: sourcePort = try reader.text(field)
        case 2: destinationPort = try reader.text(field)
        case 3: version = try reader.text(field)
        case 4: encoding = try reader.text(field)
        case 5: value = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.text(1, sourcePort)
        writer.text(2, destinationPort)
        writer.text(3, version)
        writer.text(4, encoding)
        writer.bytes(5, value)
    }
}
