// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Moves a light client over a planned upgrade of its chain.
public struct MsgUpgradeClient: Hashable, Sendable {
    public var clientID: WireText
    public var clientState: ProtobufAny?
    public var consensusState: ProtobufAny?
    public var proofUpgradeClient: [UInt8]
    public var proofUpgradeConsensusState: [UInt8]
    public var signer: WireText

    public init(
        clientID: WireText, clientState: ProtobufAny?, consensusState: ProtobufAny?,
        proofUpgradeClient: [UInt8], proofUpgradeConsensusState: [UInt8], signer: WireText
    ) {
        self.clientID = clientID
        self.clientState = clientState
        self.consensusState = consensusState
        self.proofUpgradeClient = proofUpgradeClient
        self.proofUpgradeConsensusState = proofUpgradeConsensusState
        self.signer = signer
    }
}

extension MsgUpgradeClient: ChainMessage {
    public static let typeURL = "/ibc.core.client.v1.MsgUpgradeClient"

    public func validate(prefix: String) throws(PacketFault) {
        guard !proofUpgradeClient.isEmpty, !proofUpgradeConsensusState.isEmpty else {
            throw .emptyProof
        }
        try check(signer: signer, prefix: prefix)
        try check(client: clientID)
    }
}

extension MsgUpgradeClient: ProtobufMessage {
    public init() {
        self.init(
            clientID: "", clientState: nil, consensusState: nil, proofUpgradeClient: [],
            proofUpgradeConsensusState: [], signer: "")
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: clientID = try reader.text(field)
        case 2: try reader.merge(field, into: &clientState)
        case 3: try reader.merge(field, into: &consensusState)
        case 4: proofUpgradeClient = try reader.bytes(field)
        case 5: proofUpgradeConsensusState = try reader.bytes(field)
        case 6: signer = try reader.text(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.text(1, clientID)
        writer.message(2, clientState)
        writer.message(3, consensusState)
        writer.bytes(4, proofUpgradeClient)
        writer.bytes(5, proofUpgradeConsensusState)
        writer.text(6, signer)
    }
}
