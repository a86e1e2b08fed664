// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A key of an account, and the account's name on a chain.
public struct AccountKey: Sendable {
    public let key: SigningKey
    /// Bech32.
    public let address: WireText

    /// The account of a secp256k1 key under the chain's address prefix.
    public init(_ key: SigningKey, prefix: String) {
        self.key = key
        address = WireText(Bech32.encode(prefix: prefix, key.publicKey.address))
    }

    /// The public key as signer infos carry it.
    public var publicKey: ProtobufAny { AccountKey.wrapped(key.publicKey) }

    /// Wraps a public key with its type's name.
    public static func wrapped(_ key: PublicKey) -> ProtobufAny {
        var writer = ProtobufWriter()
        writer.bytes(1, key.bytes)
        let url: WireText =
            switch key {
            case .secp256k1: secp256k1URL
            case .ed25519: ed25519URL
            }
        return ProtobufAny(typeURL: url, value: writer.bytes)
    }

    public static let secp256k1URL: WireText = "/cosmos.crypto.secp256k1.PubKey"
    public static let ed25519URL: WireText = "/cosmos.crypto.ed25519.PubKey"

    /// The key of a signer info. Nil when the type is another one or the bytes are no such key.
    public static func unwrapped(_ any: ProtobufAny) -> PublicKey? {
        guard let bytes = try? KeyBytes(reading: any.value).key else { return nil }
        return switch any.typeURL {
        case secp256k1URL: try? PublicKey(secp256k1: bytes)
        case ed25519URL: try? PublicKey(ed25519: bytes)
        default: nil
        }
    }

    private struct KeyBytes: ProtobufMessage {
        var key: [UInt8] = []

        mutating func read(
            _ field: ProtobufField, from reader: inout ProtobufReader
        ) throws(WireError) {
            guard field.number == 1 else { return try reader.skip(field) }
            key = try reader.bytes(field)
        }

        func write(to writer: inout ProtobufWriter) { writer.bytes(1, key) }
    }
}

/// What a transaction needs besides its messages.
public struct TransactionTerms: Hashable, Sendable {
    public var chainID: WireText
    public var accountNumber: UInt64
    public var sequence: UInt64
    public var gasLimit: UInt64
    /// Empty: no fee.
    public var fee: [Coin]
    /// The chain refuses the transaction above this height: the way to know that it is dead.
    public var timeoutHeight: UInt64

    public init(
        chainID: WireText, accountNumber: UInt64, sequence: UInt64, gasLimit: UInt64,
        fee: [Coin], timeoutHeight: UInt64
    ) {
        self.chainID = chainID
        self.accountNumber = accountNumber
        self.sequence = sequence
        self.gasLimit = gasLimit
        self.fee = fee
        self.timeoutHeight = timeoutHeight
    }
}

/// A transaction of one signer in SIGN_MODE_DIRECT, ready for broadcast. The same inputs always
/// give the same bytes: the signature is deterministic (RFC 6979).
public struct SignedTransaction: Hashable, Sendable {
    public let signDoc: SignDoc
    public let signature: [UInt8]

    public init(_ messages: [ProtobufAny], _ terms: TransactionTerms, by account: AccountKey) {
        let body = TxBody(messages: messages, timeoutHeight: terms.timeoutHeight)
        let signer = SignerInfo(
            publicKey: account.publicKey, modeInfo: .direct, sequence: terms.sequence)
        let fee = Fee(amount: terms.fee, gasLimit: terms.gasLimit, payer: "", granter: "")
        let auth = AuthInfo(signerInfos: [signer], fee: fee, tip: nil)
        self.init(
            SignDoc(
                bodyBytes: body.encoded, authInfoBytes: auth.encoded, chainID: terms.chainID,
                accountNumber: terms.accountNumber),
            by: account.key)
    }

    /// Signs a document that exists already.
    public init(_ signDoc: SignDoc, by key: SigningKey) {
        self.signDoc = signDoc
        signature = key.sign(signDoc.encoded)
    }

    /// The transaction's bytes.
    public var bytes: [UInt8] {
        TxRaw(
            bodyBytes: signDoc.bodyBytes, authInfoBytes: signDoc.authInfoBytes,
            signatures: [signature]
        ).encoded
    }

    /// How nodes name the transaction.
    public var hash: Digest { SHA256.hash(bytes) }

    /// The same for Simulate: one signature per signer, empty, as its content is not looked at.
    public static func unsigned(
        _ messages: [ProtobufAny], _ terms: TransactionTerms, publicKey: ProtobufAny?
    ) -> [UInt8] {
        let signer = SignerInfo(
            publicKey: publicKey, modeInfo: .direct, sequence: terms.sequence)
        let auth = AuthInfo(
            signerInfos: [signer],
            fee: Fee(amount: terms.fee, gasLimit: terms.gasLimit, payer: "", granter: ""),
            tip: nil)
        return TxRaw(
            bodyBytes: TxBody(messages: messages, timeoutHeight: terms.timeoutHeight).encoded,
            authInfoBytes: auth.encoded, signatures: [[]]
        ).encoded
    }
}
