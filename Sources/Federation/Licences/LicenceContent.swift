// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What the sealed content of a move's word is bound to: it opens in this place only.
public struct LicenceSealing: Hashable, Sendable {
    public let key: LicenceMoveKey
    public let from: InstitutionCode
    public let to: InstitutionCode
    public let act: LicenceMove.Act
    /// Whole seconds since 1970, after which nobody should take the word.
    public let expiresUnixSeconds: UInt64

    public init(
        key: LicenceMoveKey, from: InstitutionCode, to: InstitutionCode, act: LicenceMove.Act,
        expiresUnixSeconds: UInt64
    ) {
        self.key = key
        self.from = from
        self.to = to
        self.act = act
        self.expiresUnixSeconds = expiresUnixSeconds
    }

    /// Additional authenticated data: key 1, from 2, to 3, act 4, expiry 5.
    public var aad: [UInt8] {
        var writer = ProtobufWriter()
        writer.digest(1, key.digest)
        writer.string(2, from.text)
        writer.string(3, to.text)
        writer.string(4, act.rawValue)
        writer.uint64(5, expiresUnixSeconds)
        return writer.bytes
    }
}

/// What one record office tells the other in a word of a move: the old licence's identifier, the
/// salt of the move's key, and fields: of the old licence in an offer, of the new one when it is
/// taken. For the other office's eyes alone.
public struct LicenceContent: Hashable, Sendable {
    public struct Field: Hashable, Sendable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The move's.
    public let salt: [UInt8]
    /// Identifier of the licence that is given away, in its canonical form.
    public let licence: String
    /// In the order of the record's schema.
    public let fields: [Field]

    /// Fields of one licence: twice what the largest schema has.
    public static let maxFields = 64
    private static let domain = Array("cityrelay/licence/1".utf8) + [0x00]
    private static let info = Array("cityrelay/licence-sealed/1".utf8)

    public init(salt: [UInt8], licence: String, fields: [Field]) {
        self.salt = salt
        self.licence = licence
        self.fields = fields
    }

    /// SHA-256("cityrelay/licence/1" ‖ 00 ‖ encoded).
    public var commitment: Digest { SHA256.hash(LicenceContent.domain, encoded) }

    /// Protobuf, deterministic: salt 1, licence 2, fields 3 { name 1, value 2 } in their order.
    public var encoded: [UInt8] {
        var writer = ProtobufWriter()
        writer.alwaysBytes(1, salt)
        writer.alwaysString(2, licence)
        for field in fields {
            var inner = ProtobufWriter()
            inner.alwaysString(1, field.name)
            inner.alwaysString(2, field.value)
            writer.alwaysBytes(3, inner.bytes)
        }
        return writer.bytes
    }

    /// Sealed to the receiving office: HPKE, X25519 and AES-256-GCM, padded to a size class. Nil
    /// for a key that is none, or content above the largest class. `ephemeral` is 32 random bytes
    /// for this call alone.
    public func seal(
        for context: LicenceSealing, to receiver: [UInt8], ephemeral: [UInt8]
    ) -> [UInt8]? {
        SizeClass.pad(encoded, to: SealedContent.sizeClasses).flatMap {
            HPKE.seal(
                $0, to: receiver, info: LicenceContent.info, aad: context.aad,
                ephemeral: ephemeral)
        }
    }

    /// Opens a word at the receiving office; checks what the chain committed to: the content, and
    /// that the move's key names this licence.
    public static func open(
        _ word: LicencePacket.Word, secret: [UInt8]
    ) throws(SealedContentError) -> LicenceContent {
        guard
            let padded = HPKE.open(
                word.sealed, secret: secret, info: info, aad: word.context.aad),
            let bytes = SizeClass.unpad(padded, of: SealedContent.sizeClasses),
            let content = try? LicenceContent(reading: bytes)
        else { throw .unreadable }
        guard content.commitment == word.commitment,
            LicenceMoveKey(licence: content.licence, salt: content.salt) == word.context.key
        else { throw .commitment }
        return content
    }

    /// Reads `encoded`; bytes that are not written exactly so are refused.
    private init(reading bytes: [UInt8]) throws(WireError) {
        var salt: [UInt8] = []
        var licence = ""
        var fields: [Field] = []
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: salt = try reader.bytes(field)
            case 2: licence = try reader.string(field)
            case 3:
                guard fields.count < LicenceContent.maxFields else {
                    throw .tooLarge("fields", limit: LicenceContent.maxFields)
                }
                fields.append(try LicenceContent.field(try reader.bytes(field)))
            default: throw .malformed("content")
            }
        }
        self.init(salt: salt, licence: licence, fields: fields)
        guard encoded == bytes else { throw .malformed("content") }
    }

    private static func field(_ bytes: [UInt8]) throws(WireError) -> Field {
        var name = ""
        var value = ""
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: name = try reader.string(field)
            case 2: value = try reader.string(field)
            default: throw .malformed("field")
            }
        }
        return Field(name, value)
    }
}
