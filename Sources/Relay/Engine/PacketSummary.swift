// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// What the engine reads of a packet: who, which, until when. The bytes travel unread beside it.
/// Content rules (lengths, alphabets, payload count) belong to the verifier; here nothing is
/// believed that a proof has not carried.
package struct PacketSummary: Hashable, Sendable {
    package let sourceClient: String
    package let destinationClient: String
    package let sequence: UInt64
    /// Seconds since 1970.
    package let timeoutSeconds: UInt64
    package let destinationPort: String
    /// ibc.core.channel.v2.Packet.
    package let encoded: [UInt8]

    package init(
        sourceClient: String, destinationClient: String, sequence: UInt64, timeoutSeconds: UInt64,
        destinationPort: String, encoded: [UInt8]
    ) {
        self.sourceClient = sourceClient
        self.destinationClient = destinationClient
        self.sequence = sequence
        self.timeoutSeconds = timeoutSeconds
        self.destinationPort = destinationPort
        self.encoded = encoded
    }

    /// Reads the fields that decide. Throws when the bytes are no protobuf message.
    package init(encoded: [UInt8]) throws(WireError) {
        var sourceClient = ""
        var destinationClient = ""
        var sequence: UInt64 = 0
        var timeoutSeconds: UInt64 = 0
        var destinationPort = ""
        var reader = ProtobufReader(encoded)
        while let field = try reader.next() {
            switch field.number {
            case 1: sequence = try reader.uint64(field)
            case 2: sourceClient = try reader.string(field)
            case 3: destinationClient = try reader.string(field)
            case 4: timeoutSeconds = try reader.uint64(field)
            case 5:
                var payload = try reader.message(field)
                while let inner = try payload.next() {
                    if inner.number == 2 {
                        destinationPort = try payload.string(inner)
                    } else {
                        try payload.skip(inner)
                    }
                }
            default: try reader.skip(field)
            }
        }
        self.init(
            sourceClient: sourceClient, destinationClient: destinationClient, sequence: sequence,
            timeoutSeconds: timeoutSeconds, destinationPort: destinationPort, encoded: encoded)
    }

    /// The packet's name on the relay of its source chain.
    package var outgoingID: PacketID {
        PacketID(direction: .outgoing, client: sourceClient, sequence: sequence)
    }

    /// The packet's name on the relay of its destination chain.
    package var incomingID: PacketID {
        PacketID(direction: .incoming, client: destinationClient, sequence: sequence)
    }
}

/// The acknowledgement that stands for every failure of an application.
package enum UniversalError {
    /// ibc.core.channel.v2.Acknowledgement, encoded once.
    package static let encoded = Acknowledgement.universalError.encoded
}
