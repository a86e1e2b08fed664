// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// The fields of a message with the salt of their commitment: what is sealed for the other centre.
/// The salt keeps a chain that holds the commitment from telling anything about the fields.
public struct LetterContent: Hashable, Sendable {
    public let code: LetterCode
    public let fields: LetterFields
    public let salt: [UInt8]

    /// Bytes of a salt, exactly: 128 bits.
    public static let saltByteCount = 16
    private static let domain = Array("cityrelay/letter/1".utf8) + [0x00]

    /// Nil for a salt of another length.
    public init?(_ code: LetterCode, _ fields: LetterFields, salt: [UInt8]) {
        guard salt.count == LetterContent.saltByteCount else { return nil }
        self.code = code
        self.fields = fields
        self.salt = salt
    }

    /// SHA-256("cityrelay/letter/1" ‖ 00 ‖ encoded).
    public var commitment: Digest { SHA256.hash(LetterContent.domain, encoded) }

    /// Protobuf, deterministic: salt 1, code 2, fields 3 { name 1, value 2 } in their order.
    public var encoded: [UInt8] {
        var writer = ProtobufWriter()
        writer.alwaysBytes(1, salt)
        writer.alwaysString(2, code.rawValue)
        for field in fields.list {
            var inner = ProtobufWriter()
            inner.alwaysString(1, field.name)
            inner.alwaysString(2, field.value)
            writer.alwaysBytes(3, inner.bytes)
        }
        return writer.bytes
    }

    /// Reads `encoded`. Bytes that are not written exactly so are refused, as the commitment is
    /// over them.
    public init(reading bytes: [UInt8]) throws(LetterFormError) {
        do throws(WireError) {
            guard let content = try LetterContent.read(bytes), content.encoded == bytes else {
                throw WireError.malformed("content")
            }
            self = content
        } catch {
            throw .unreadable(error)
        }
    }

    private static func read(_ bytes: [UInt8]) throws(WireError) -> LetterContent? {
        var salt: [UInt8] = []
        var code = ""
        var list: [LetterField] = []
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: salt = try reader.bytes(field)
            case 2: code = String(decoding: try reader.bytes(field), as: UTF8.self)
            case 3:
                guard list.count < LetterLimits.fields else {
                    throw .tooLarge("fields", limit: LetterLimits.fields)
                }
                list.append(try self.field(try reader.bytes(field)))
            default: return nil
            }
        }
        guard let code = LetterCode(rawValue: code), let fields = try? LetterFields(list) else {
            return nil
        }
        return LetterContent(code, fields, salt: salt)
    }

    private static func field(_ bytes: [UInt8]) throws(WireError) -> LetterField {
        var name: [UInt8] = []
        var value: [UInt8] = []
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            switch field.number {
            case 1: name = try reader.bytes(field)
            case 2: value = try reader.bytes(field)
            default: try reader.skip(field)
            }
        }
        return LetterField(
            String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }
}
