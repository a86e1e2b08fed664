// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Gives a frozen or expired client the state of a substitute.
public struct MsgRecoverClient: Hashable, Sendable {
    public var subjectClientID: WireText
    public var substituteClientID: WireText
    public var signer: WireText

    public init(subjectClientID: WireText, substituteClientID: WireText, signer: WireText) {
        self.subjectClientID = subjectClientID
        self.substituteClientID = substituteClientID
        self.signer = signer
    }
}

extension MsgRecoverClient: ChainMessage {
    public static let typeURL = "/ibc.core.client.v1.MsgRecoverClient"

    public func validate(prefix: String) throws(PacketFault) {
        try check(signer: signer, prefix: prefix)
        try check(client: subjectClientID)
        try check(client: substituteClientID)
    }
}

extension MsgRecoverClient: ProtobufMessage {
    public init() { self.init(subjectClientID: "", substituteClientID: "", signer: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: subjectClientID = try reader.text(field)
        case 2: substituteClientID = try reader.text(field)
        case 3: signer = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.text(1, subjectClientID)
        writer.text(2, substituteClientID)
        writer.text(3, signer)
    }
}
