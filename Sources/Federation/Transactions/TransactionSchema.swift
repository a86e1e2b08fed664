// SPDX-License-Identifier: Apache-2.0

import LightClient

/// What may stand in a transaction: every message type with its fields. Unknown fields are refused,
/// because a signer must not sign what a chain does not read.
enum TransactionSchema {
    /// What a field holds, as far as strict decoding looks.
    enum Shape: Hashable {
        case varint
        /// Varints in one field, packed or not.
        case varints
        /// Bytes or text.
        case bytes
        /// Text of a big integer.
        case amount
        /// google.protobuf.Timestamp and Duration, whose ranges Go checks when it decodes.
        case timestamp
        case duration
        case message(String)
        /// google.protobuf.Any of one of these types.
        case any(Interface)
    }

    /// What a google.protobuf.Any may hold in its place.
    enum Interface: Hashable {
        case message
        case publicKey
        case clientState
        case consensusState
        case clientMessage
        /// Extension options: none is registered.
        case nothing
    }

    typealias Fields = [Int32: Shape]

    static let transactionParts: [String: Fields] = [
        "TxRaw": [1: .bytes, 2: .bytes, 3: .bytes],
        "TxBody": [
            1: .any(.message), 2: .bytes, 3: .varint, 4: .varint, 5: .timestamp,
            1023: .any(.nothing), 2047: .any(.nothing),
        ],
        "AuthInfo": [1: .message("SignerInfo"), 2: .message("Fee"), 3: .message("Tip")],
        "SignerInfo": [1: .any(.publicKey), 2: .message("ModeInfo"), 3: .varint],
        "ModeInfo": [1: .message("ModeInfo.Single"), 2: .message("ModeInfo.Multi")],
        "ModeInfo.Single": [1: .varint],
        "ModeInfo.Multi": [1: .message("CompactBitArray"), 2: .message("ModeInfo")],
        "CompactBitArray": [1: .varint, 2: .bytes],
        "Fee": [1: .message("Coin"), 2: .varint, 3: .bytes, 4: .bytes],
        "Tip": [1: .message("Coin"), 2: .bytes],
        "Coin": [1: .bytes, 2: .amount],
        "PubKey": [1: .bytes],
    ]

    static let packetParts: [String: Fields] = [
        "Packet": [1: .varint, 2: .bytes, 3: .bytes, 4: .varint, 5: .message("Payload")],
        "Payload": [1: .bytes, 2: .bytes, 3: .bytes, 4: .bytes, 5: .bytes],
        "Acknowledgement": [1: .bytes],
        "Height": [1: .varint, 2: .varint],
        "Config": [1: .bytes],
        "MsgSendPacket": [1: .bytes, 2: .varint, 3: .message("Payload"), 4: .bytes],
        "MsgRecvPacket": [1: .message("Packet"), 2: .bytes, 3: .message("Height"), 4: .bytes],
        "MsgTimeout": [1: .message("Packet"), 2: .bytes, 3: .message("Height"), 5: .bytes],
        "MsgAcknowledgement": [
            1: .message("Packet"), 2: .message("Acknowledgement"), 3: .bytes,
            4: .message("Height"), 5: .bytes,
        ],
        "MsgCreateClient": [1: .any(.clientState), 2: .any(.consensusState), 3: .bytes],
        "MsgUpdateClient": [1: .bytes, 2: .any(.clientMessage), 3: .bytes],
        "MsgUpgradeClient": [
            1: .bytes, 2: .any(.clientState), 3: .any(.consensusState), 4: .bytes, 5: .bytes,
            6: .bytes,
        ],
        "MsgRecoverClient": [1: .bytes, 2: .bytes, 3: .bytes],
        "MsgRegisterCounterparty": [1: .bytes, 2: .bytes, 3: .bytes, 4: .bytes],
        "MsgUpdateClientConfig": [1: .bytes, 2: .message("Config"), 3: .bytes],
        "MsgSend": [1: .bytes, 2: .bytes, 3: .message("Coin")],
        "MsgMultiSend": [1: .message("BankParty"), 2: .message("BankParty")],
        "BankParty": [1: .bytes, 2: .message("Coin")],
    ]

    static let clientParts: [String: Fields] = [
        "ClientState": [
            1: .bytes, 2: .message("Fraction"), 3: .duration, 4: .duration, 5: .duration,
            6: .message("Height"), 7: .message("Height"), 8: .message("ProofSpec"), 9: .bytes,
            10: .varint, 11: .varint,
        ],
        "Fraction": [1: .varint, 2: .varint],
        "ProofSpec": [
            1: .message("LeafOp"), 2: .message("InnerSpec"), 3: .varint, 4: .varint, 5: .varint,
        ],
        "LeafOp": [1: .varint, 2: .varint, 3: .varint, 4: .varint, 5: .bytes],
        "InnerSpec": [
            1: .varints, 2: .varint, 3: .varint, 4: .varint, 5: .bytes, 6: .varint,
        ],
        "ConsensusState": [1: .timestamp, 2: .message("MerkleRoot"), 3: .bytes],
        "MerkleRoot": [1: .bytes],
        "ClientHeader": [
            1: .message("SignedHeader"), 2: .message("ValidatorSet"), 3: .message("Height"),
            4: .message("ValidatorSet"),
        ],
        "Misbehaviour": [1: .bytes, 2: .message("ClientHeader"), 3: .message("ClientHeader")],
        "SignedHeader": [1: .message("Header"), 2: .message("Commit")],
        "Header": [
            1: .message("Consensus"), 2: .bytes, 3: .varint, 4: .timestamp,
            5: .message("BlockID"), 6: .bytes, 7: .bytes, 8: .bytes, 9: .bytes, 10: .bytes,
            11: .bytes, 12: .bytes, 13: .bytes, 14: .bytes,
        ],
        "Consensus": [1: .varint, 2: .varint],
        "BlockID": [1: .bytes, 2: .message("PartSetHeader")],
        "PartSetHeader": [1: .varint, 2: .bytes],
        "Commit": [1: .varint, 2: .varint, 3: .message("BlockID"), 4: .message("CommitSig")],
        "CommitSig": [1: .varint, 2: .bytes, 3: .timestamp, 4: .bytes],
        "ValidatorSet": [1: .message("Validator"), 2: .message("Validator"), 3: .varint],
        "Validator": [1: .bytes, 2: .message("PublicKey"), 3: .varint, 4: .varint],
        "PublicKey": [1: .bytes, 2: .bytes],
    ]

    static let messages: [String: Fields] =
        transactionParts.merging(packetParts) { first, _ in first }
        .merging(clientParts) { first, _ in first }

    /// The message type behind a type URL, where the interface is expected.
    static func message(_ url: WireText, as interface: Interface) -> String? {
        registered[interface]?[url]
    }

    private static let registered: [Interface: [WireText: String]] = [
        .message: [
            "/ibc.core.channel.v2.MsgSendPacket": "MsgSendPacket",
            "/ibc.core.channel.v2.MsgRecvPacket": "MsgRecvPacket",
            "/ibc.core.channel.v2.MsgTimeout": "MsgTimeout",
            "/ibc.core.channel.v2.MsgAcknowledgement": "MsgAcknowledgement",
            "/ibc.core.client.v1.MsgCreateClient": "MsgCreateClient",
            "/ibc.core.client.v1.MsgUpdateClient": "MsgUpdateClient",
            "/ibc.core.client.v1.MsgUpgradeClient": "MsgUpgradeClient",
            "/ibc.core.client.v1.MsgRecoverClient": "MsgRecoverClient",
            "/ibc.core.client.v2.MsgRegisterCounterparty": "MsgRegisterCounterparty",
            "/ibc.core.client.v2.MsgUpdateClientConfig": "MsgUpdateClientConfig",
            "/cosmos.bank.v1beta1.MsgSend": "MsgSend",
            "/cosmos.bank.v1beta1.MsgMultiSend": "MsgMultiSend",
        ],
        .publicKey: [
            "/cosmos.crypto.secp256k1.PubKey": "PubKey",
            "/cosmos.crypto.ed25519.PubKey": "PubKey",
        ],
        .clientState: ["/ibc.lightclients.tendermint.v1.ClientState": "ClientState"],
        .consensusState: ["/ibc.lightclients.tendermint.v1.ConsensusState": "ConsensusState"],
        .clientMessage: [
            "/ibc.lightclients.tendermint.v1.Header": "ClientHeader",
            "/ibc.lightclients.tendermint.v1.Misbehaviour": "Misbehaviour",
        ],
        .nothing: [:],
    ]
}
