// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What sealed content is bound to: it opens in this place only.
public struct SealingContext: Hashable, Sendable {
    public let key: LetterKey
    public let from: InstitutionCode
    public let to: InstitutionCode
    /// What it is for: the act of the letter.
    public let purpose: LetterAct
    /// Whole seconds since 1970, after which nobody should open it.
    public let expiresUnixSeconds: UInt64

    public init(
        key: LetterKey, from: InstitutionCode, to: InstitutionCode, purpose: LetterAct,
        expiresUnixSeconds: UInt64
    ) {
        self.key = key
        self.from = from
        self.to = to
        self.purpose = purpose
        self.expiresUnixSeconds = expiresUnixSeconds
    }

    /// Additional authenticated data: key 1, from 2, to 3, purpose 4, expiry 5. FORMATS.md "Letter
    /// content".
    public var aad: [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, key.description)
        writer.string(2, from.text)
        writer.string(3, to.text)
        writer.string(4, purpose.rawValue)
        writer.uint64(5, expiresUnixSeconds)
        return writer.bytes
    }
}

/// A message's content, sealed to the receiving centre's key: HPKE, X25519 and AES-256-GCM. No
/// relay and no chain can open it, and its length tells a size class only.
public enum SealedContent {
    private static let info = Array("cityrelay/letter-sealed/1".utf8)
    /// Length classes in bytes: a letter without a long remark fits the first.
    public static let sizeClasses = [1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536]

    /// Nil for a receiver's key that is none, or content above the largest class. `ephemeral` is 32
    /// random bytes for this call alone.
    public static func seal(
        _ content: LetterContent, for context: SealingContext, to receiver: [UInt8],
        ephemeral: [UInt8]
    ) -> [UInt8]? {
        SizeClass.pad(content.encoded, to: sizeClasses).flatMap {
            HPKE.seal($0, to: receiver, info: info, aad: context.aad, ephemeral: ephemeral)
        }
    }

    /// Opens at the receiving centre, and checks the commitment that the chain carries.
    public static func open(
        _ sealed: [UInt8], for context: SealingContext, commitment: Digest, secret: [UInt8],
        now: Timestamp
    ) throws(SealedContentError) -> LetterContent {
        guard now.unixSeconds <= context.expiresUnixSeconds else { throw .expired }
        guard
            let padded = HPKE.open(sealed, secret: secret, info: info, aad: context.aad),
            let bytes = SizeClass.unpad(padded, of: sizeClasses)
        else { throw .unreadable }
        let content: LetterContent
        do throws(LetterFormError) {
            content = try LetterContent(reading: bytes)
        } catch {
            throw .unreadable
        }
        guard content.commitment == commitment else { throw .commitment }
        return content
    }
}

/// Why sealed content was not taken.
public enum SealedContentError: Error, Hashable, Sendable {
    case unreadable
    case expired
    /// It opens, but is not what the chain committed to.
    case commitment
    /// Sealed to a key that this centre has put out of use.
    case keyRetired

    public var code: LetterErrorCode {
        switch self {
        case .unreadable: .payloadUnreadable
        case .expired: .payloadExpired
        case .commitment: .commitmentMismatch
        case .keyRetired: .sealingKeyRetired
        }
    }
}
