// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Seals questions to the asked city's key and answers to the key of the question, with HPKE as
/// letters are. Each side's key lives for hours or for one question: who records the wire and
/// breaks into a relay later opens nothing. Source: FORMATS.md "Sealed questions and answers".
public enum DisclosureSealing {
    /// Lengths in bytes that questions are filled up to: codes and names, 32 items at most.
    public static let questionClasses = [2_048, 8_192, 32_768]
    /// The same for answers. Every answer with a dozen short fields fits the first, whether the
    /// record is there, is absent, or is refused.
    public static let answerClasses = [16_384, 32_768, 65_536, 131_072, 262_144, 524_288]

    private static let questionInfo = Array("cityrelay/disclosure-question/1".utf8)
    private static let answerInfo = Array("cityrelay/disclosure-answer/1".utf8)

    /// Nil for a key that is none, or a question above the largest class. `ephemeral` is 32 random
    /// bytes for this call alone.
    public static func seal(
        _ question: DiscloseRequest, from asker: MemberID, to provider: MemberID, key: [UInt8],
        ephemeral: [UInt8]
    ) -> [UInt8]? {
        SizeClass.pad(question.encoded, to: questionClasses).flatMap {
            HPKE.seal(
                $0, to: key, info: questionInfo, aad: aad(asker, provider), ephemeral: ephemeral)
        }
    }

    /// Nil for bytes that were not sealed to this secret, by this asker, for this city.
    public static func open(
        _ sealed: [UInt8], from asker: MemberID, to provider: MemberID, secret: [UInt8]
    ) -> DiscloseRequest? {
        guard
            let padded = HPKE.open(
                sealed, secret: secret, info: questionInfo, aad: aad(asker, provider)),
            let text = SizeClass.unpad(padded, of: questionClasses)
        else { return nil }
        return try? DiscloseRequest(reading: text)
    }

    /// Seals everything of an answer but the chain's headers, bound to the question's ticket. Nil
    /// as above.
    public static func seal(
        _ answer: DiscloseResponse, ticket: Digest, key: [UInt8], ephemeral: [UInt8]
    ) -> SealedAnswer? {
        var inner = answer
        inner.update = ClientUpdate()
        inner.lineage = ClientUpdate()
        guard let padded = SizeClass.pad(inner.encoded, to: answerClasses),
            let sealed = HPKE.seal(
                padded, to: key, info: answerInfo, aad: ticket.bytes, ephemeral: ephemeral)
        else { return nil }
        return SealedAnswer(sealed: sealed, update: answer.update, lineage: answer.lineage)
    }

    public static func open(
        _ answer: SealedAnswer, ticket: Digest, secret: [UInt8]
    ) -> DiscloseResponse? {
        guard
            let padded = HPKE.open(
                answer.sealed, secret: secret, info: answerInfo, aad: ticket.bytes),
            let text = SizeClass.unpad(padded, of: answerClasses),
            var response = try? DiscloseResponse(reading: text)
        else { return nil }
        response.update = answer.update
        response.lineage = answer.lineage
        return response
    }

    private static func aad(_ asker: MemberID, _ provider: MemberID) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, asker.description)
        writer.string(2, provider.description)
        return writer.bytes
    }
}
