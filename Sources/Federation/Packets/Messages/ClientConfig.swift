// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Who may relay through a client (ibc.core.client.v2.Config).
public struct ClientConfig: Hashable, Sendable {
    /// Bech32 addresses; an empty list lets everybody.
    public var allowedRelayers: [WireText]

    public init(allowedRelayers: [WireText]) {
        self.allowedRelayers = allowedRelayers
    }

    /// Addresses of one list: ibc-go's own limit.
    public static let maxRelayers = 20

    /// Addresses that are decoded at all. Bounds memory.
    public static let maxDecodedRelayers = 1024

    /// Throws for a bad address, and for too many.
    public func validate(prefix: String) throws(PacketFault) {
        guard allowedRelayers.count <= ClientConfig.maxRelayers else {
            throw .tooManyRelayers(got: allowedRelayers.count, limit: ClientConfig.maxRelayers)
        }
        for relayer in allowedRelayers {
            do throws(Bech32Fault) {
                _ = try Bech32.address(relayer, prefix: prefix)
            } catch { throw .relayer(error) }
        }
    }

    /// Whether this account may relay. Addresses are compared as data: case does not matter.
    public func allows(_ address: [UInt8], prefix: String) -> Bool {
        allowedRelayers.isEmpty
            || allowedRelayers.contains { (try? Bech32.address($0, prefix: prefix)) == address }
    }
}

extension ClientConfig: ProtobufMessage {
    public init() { self.init(allowedRelayers: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1:
            try reader.append(field, to: &allowedRelayers, limit: ClientConfig.maxDecodedRelayers)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        for element in allowedRelayers { writer.alwaysBytes(1, element.bytes) }
    }
}
