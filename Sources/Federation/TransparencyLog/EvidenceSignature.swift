// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a member's evidence key signs, told apart by a label in front, so that no signature of one
/// kind passes for another. Checkpoints are signed as notes, which cannot begin with a label.
public enum EvidenceSignature: String, Hashable, Sendable, CaseIterable {
    /// By the requester over SHA-256 of the request's bytes.
    case request = "cityrelay/request/1"
    /// By the provider over an entry's bytes.
    case entry = "cityrelay/access-entry/1"
    /// By the requester over the leaf hash of the entry that it has received.
    case receipt = "cityrelay/access-receipt/1"
    /// By the provider over a `SealingKey`'s city, key and expiry.
    case sealingKey = "cityrelay/sealing-key/1"

    /// Bytes of an Ed25519 signature.
    public static let byteCount = 64

    /// label ‖ 00 ‖ payload.
    public func message(_ payload: [UInt8]) -> [UInt8] { Array(rawValue.utf8) + [0x00] + payload }

    public func sign(_ payload: [UInt8], with key: SigningKey) -> [UInt8] {
        key.sign(message(payload))
    }

    /// Whether one of the keys signed the payload for this purpose.
    public func isValid(
        _ signature: [UInt8], of payload: [UInt8], keys: [PublicKey],
        _ signatures: inout SignatureVerifier
    ) -> Bool {
        let message = message(payload)
        for key in keys where signatures.isValid(signature, of: message, by: key) { return true }
        return false
    }
}

/// The requester's acknowledgement of an entry: with it neither side can deny what was released.
/// 64 bytes over the entry's leaf hash; stored beside the log, which the entry is in already.
public struct AccessReceipt: Hashable, Sendable {
    public var leafHash: Digest
    public var signature: [UInt8]

    public init(leafHash: Digest, signature: [UInt8]) {
        self.leafHash = leafHash
        self.signature = signature
    }

    public init(for leafHash: Digest, signedBy key: SigningKey) {
        self.leafHash = leafHash
        signature = EvidenceSignature.receipt.sign(leafHash.bytes, with: key)
    }

    public func isValid(keys: [PublicKey], _ signatures: inout SignatureVerifier) -> Bool {
        EvidenceSignature.receipt.isValid(signature, of: leafHash.bytes, keys: keys, &signatures)
    }
}
