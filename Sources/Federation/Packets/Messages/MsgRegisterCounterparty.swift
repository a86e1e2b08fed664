// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Names the counterparty of a client: trusted set-up, once per client, by its creator.
/// Nothing proves it, and nothing can mend it later.
public struct MsgRegisterCounterparty: Hashable, Sendable {
    public var clientID: WireText
    public var counterpartyMerklePrefix: [[UInt8]]
    public var counterpartyClientID: WireText
    public var signer: WireText

    public init(
        clientID: WireText, counterpartyMerklePrefix: [[UInt8]], counterpartyClientID: WireText,
        signer: WireText
    ) {
        self.clientID = clientID
        self.counterpartyMerklePrefix = counterpartyMerklePrefix
        self.counterpartyClientID = counterpartyClientID
        self.signer = signer
    }
}

extension MsgRegisterCounterparty: ChainMessage {
    public static let typeURL = "/ibc.core.client.v2.MsgRegisterCounterparty"

    /// Takes empty elements of the prefix, as ibc-go does; `MerklePrefix.validate` says which make
    /// sense, and a relay must ask it before it registers.
    public func validate(prefix: String) throws(PacketFault) {
        try check(signer: signer, prefix: prefix)
        guard !counterpartyMerklePrefix.isEmpty else { throw .emptyPrefix }
        try check(client: clientID)
        try check(client: counterpartyClientID)
        try checkFormat(client: clientID)
        try checkFormat(client: counterpartyClientID)
    }
}

extension MsgRegisterCounterparty: ProtobufMessage {
    public init() {
        self.init(clientID: "", counterpartyMerklePrefix: [], counterpartyClientID: "", signer: "")
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: clientID = try reader.text(field)
        case 2:
            try reader.append(field, to: &counterpartyMerklePrefix, limit: MerklePrefix.maxElements)
        case 3: counterpartyClientID = try reader.text(field)
        case 4: signer = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.text(1, clientID)
        for element in counterpartyMerklePrefix { writer.alwaysBytes(2, element) }
        writer.text(3, counterpartyClientID)
        writer.text(4, signer)
    }
}
