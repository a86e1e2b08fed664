// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A question on the wire: a `DiscloseRequest` that the asked city alone can read. Source:
/// peer.proto; FORMATS.md "Sealed questions and answers".
public struct SealedQuestion: Hashable, Sendable, ProtobufMessage {
    /// Empty: the asker knows no key, and asks for one.
    public var sealed: [UInt8]

    public init(sealed: [UInt8]) { self.sealed = sealed }
    public init() { self.init(sealed: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: sealed = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) { writer.bytes(1, sealed) }
}

/// An answer on the wire: a `DiscloseResponse` that the asker alone can read, and headers of the
/// callee's chain, which are public. Source: peer.proto.
public struct SealedAnswer: Hashable, Sendable {
    /// Why there is nothing sealed: the question could not be opened, or named no key. Else empty.
    public var code: String
    public var detail: String
    public var retryAfterMilliseconds: UInt32
    public var sealed: [UInt8]
    public var update: ClientUpdate
    public var lineage: ClientUpdate
    /// The key to seal questions to, where the question could not be opened.
    public var key: SealingKey?

    public init(
        code: String = "", detail: String = "", retryAfterMilliseconds: UInt32 = 0,
        sealed: [UInt8] = [], update: ClientUpdate = ClientUpdate(),
        lineage: ClientUpdate = ClientUpdate(), key: SealingKey? = nil
    ) {
        self.code = code
        self.detail = detail
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.sealed = sealed
        self.update = update
        self.lineage = lineage
        self.key = key
    }
}

extension SealedAnswer: ProtobufMessage {
    public init() { self.init(code: "") }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: code = try reader.string(field)
        case 2: detail = try reader.string(field)
        case 3: retryAfterMilliseconds = try reader.uint32(field)
        case 4: sealed = try reader.bytes(field)
        case 5: try reader.merge(field, into: &update)
        case 6: try reader.merge(field, into: &lineage)
        case 7: try reader.merge(field, into: &key)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, code)
        writer.string(2, detail)
        writer.uint32(3, retryAfterMilliseconds)
        writer.bytes(4, sealed)
        writer.message(5, update)
        writer.message(6, lineage)
        writer.message(7, key)
    }
}

/// A city's key that questions to it are sealed to, as its evidence key vouches for it.
/// Short-lived: once its secret is forgotten, no recording of the wire can be opened.
public struct SealingKey: Hashable, Sendable {
    /// X25519.
    public var key: [UInt8]
    public var expiresUnixNanoseconds: Int64
    /// By an evidence key of the city, over its id, the key and the expiry.
    public var signature: [UInt8]

    public init(
        _ key: [UInt8], expires: Timestamp, of provider: MemberID, signedBy evidenceKey: SigningKey
    ) {
        self.init(key: key, expiresUnixNanoseconds: expires.unixNanoseconds, signature: [])
        signature = EvidenceSignature.sealingKey.sign(signedBytes(of: provider), with: evidenceKey)
    }

    public init(key: [UInt8], expiresUnixNanoseconds: Int64, signature: [UInt8]) {
        self.key = key
        self.expiresUnixNanoseconds = expiresUnixNanoseconds
        self.signature = signature
    }

    /// Whether it is the city's, and good at this moment.
    public func isValid(
        of provider: MemberID, keys: [PublicKey], now: Timestamp,
        _ signatures: inout SignatureVerifier
    ) -> Bool {
        key.count == HPKE.keyByteCount && now.unixNanoseconds < expiresUnixNanoseconds
            && EvidenceSignature.sealingKey.isValid(
                signature, of: signedBytes(of: provider), keys: keys, &signatures)
    }

    private func signedBytes(of provider: MemberID) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, provider.description)
        writer.bytes(2, key)
        writer.int64(3, expiresUnixNanoseconds)
        return writer.bytes
    }
}

extension SealingKey: ProtobufMessage {
    public init() { self.init(key: [], expiresUnixNanoseconds: 0, signature: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: key = try reader.bytes(field)
        case 2: expiresUnixNanoseconds = try reader.int64(field)
        case 3: signature = try reader.bytes(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, key)
        writer.int64(2, expiresUnixNanoseconds)
        writer.bytes(3, signature)
    }
}
