// SPDX-License-Identifier: Apache-2.0

import LightClient

/// A letter's word as it stands in a packet on port `transfer`, as a centre's relay writes and
/// reads it. What is not here is sealed.
///
/// Source: FORMATS.md "Letter packets".
public struct LetterPacket: Hashable, Sendable {
    public static let port = "transfer"
    public static let version = "cityrelay-1"
    public static let encoding = "application/json"
    static let kind = "letter"

    public var statement: LetterStatement
    public var context: SealingContext
    /// The ended letter that an application corrects.
    public var corrects: LetterKey?
    /// See `SealedContent`.
    public var sealed: [UInt8]

    public init(
        _ statement: LetterStatement, _ context: SealingContext, sealed: [UInt8],
        corrects: LetterKey? = nil
    ) {
        self.statement = statement
        self.context = context
        self.sealed = sealed
        self.corrects = corrects
    }

    public var key: LetterKey { context.key }

    /// The side that speaks.
    public var side: LetterSide {
        context.from == key.institution ? .transferIn : .transferOut
    }

    /// The transfer-out centre: whoever of the two did not give the number.
    public var transferOut: InstitutionCode {
        side == .transferIn ? context.to : context.from
    }

    public var encoded: [UInt8] {
        let json = StrictJSON.object([
            ("kind", .string(LetterPacket.kind)),
            ("TxCode", .string(statement.id.code.rawValue)),
            ("TxFunc", .string("\(statement.id.function)")),
            ("act", .string(statement.act.rawValue)),
            ("institution", .string(key.institution.text)),
            ("ConNum", .string(key.number.text)),
            ("SendNode", .string(context.from.text)),
            ("ReceiveNode", .string(context.to.text)),
            ("SendSeqNo", .string("\(statement.id.sequence)")),
            ("corrects", corrects.map { .string($0.description) }),
            ("expires", .string("\(context.expiresUnixSeconds)")),
            ("commitment", .string(statement.commitment.description)),
            ("reconciliation", statement.reconciliation.map { .string($0.description) }),
            ("sealed", .string(Base64.encode(sealed))),
        ])
        return Array(json.line.utf8)
    }

    /// Nil for bytes that are no such word. Chains have judged those that come from them; this
    /// reader keeps a relay from believing what one did not.
    public init?(reading bytes: [UInt8]) {
        guard let json = try? StrictJSON(reading: bytes), json["kind"]?.string == LetterPacket.kind,
            let act = json["act"]?.string.flatMap({ LetterAct(rawValue: $0) }),
            let sequence = LetterPacket.number(json["SendSeqNo"]), sequence > 0,
            let expires = LetterPacket.number(json["expires"]),
            let commitment = LetterPacket.digest(json["commitment"]),
            let institution = LetterPacket.institution(json["institution"]),
            let from = LetterPacket.institution(json["SendNode"]),
            let to = LetterPacket.institution(json["ReceiveNode"]), from != to,
            from == institution || to == institution,
            let number = json["ConNum"]?.string.flatMap({ try? LetterNumber($0) }),
            let key = try? LetterKey(institution: institution, number: number),
            let sealed = json["sealed"]?.string.flatMap({ Base64.decode($0) }),
            json["TxCode"]?.string == act.code.rawValue,
            json["TxFunc"]?.string == "\(act.function)"
        else { return nil }
        var reconciliation: Digest?
        if let given = json["reconciliation"] {
            guard let digest = LetterPacket.digest(given) else { return nil }
            reconciliation = digest
        }
        if let given = json["corrects"] {
            guard let old = given.string.flatMap({ LetterKey($0) }) else { return nil }
            corrects = old
        }
        statement = LetterStatement(
            act, sequence: sequence, commitment: commitment, reconciliation: reconciliation)
        context = SealingContext(
            key: key, from: from, to: to, purpose: act, expiresUnixSeconds: expires)
        self.sealed = sealed
    }

    private static func number(_ json: StrictJSON?) -> UInt64? {
        guard let text = json?.string, let number = UInt64(text), "\(number)" == text else {
            return nil
        }
        return number
    }

    private static func digest(_ json: StrictJSON?) -> Digest? {
        json?.string.flatMap { Hex.decode($0) }.flatMap { Digest($0) }
    }

    private static func institution(_ json: StrictJSON?) -> InstitutionCode? {
        guard let code = json?.string.flatMap({ try? InstitutionCode($0) }),
            code.form == .fundCentre
        else { return nil }
        return code
    }
}

/// What the receiving chain answered to a word.
public enum LetterVerdict: Hashable, Sendable {
    case taken
    case refused(LetterErrorCode)

    /// Reads an application acknowledgement. Bytes that say neither are a refusal: a letter must
    /// not move on what nobody said.
    public init(acknowledgement bytes: [UInt8]) {
        guard let json = try? StrictJSON(reading: bytes) else {
            self = .refused(.notRead)
            return
        }
        if json["result"]?.string == "taken" {
            self = .taken
        } else {
            self = .refused(
                json["code"]?.string.flatMap { LetterErrorCode(rawValue: $0) } ?? .notRead)
        }
    }
}

/// BDC909 in a packet: the institution codes that a city speaks for, and the key that letters to
/// them are sealed to.
public struct InstitutionAnnouncement: Hashable, Sendable {
    static let kind = "institutions"

    public let codes: [InstitutionCode]
    /// X25519, raw.
    public let sealingKey: [UInt8]

    public init(codes: [InstitutionCode], sealingKey: [UInt8]) {
        self.codes = codes
        self.sealingKey = sealingKey
    }

    public var encoded: [UInt8] {
        let json = StrictJSON.object([
            ("kind", .string(InstitutionAnnouncement.kind)), ("TxCode", .string("BDC909")),
            ("codes", .array(codes.map { .string($0.text) })),
            ("sealing", .string(Hex.encode(sealingKey))),
        ])
        return Array(json.line.utf8)
    }

    /// Where a chain keeps the client that an institution's letters come by.
    public static func clientKey(_ code: InstitutionCode) -> [UInt8] {
        Array("peer/\(code)".utf8)
    }

    /// Where a chain keeps the key that an institution of another city announced.
    public static func sealingKey(_ code: InstitutionCode) -> [UInt8] {
        Array("sealing/\(code)".utf8)
    }

    /// Where a chain keeps the key of ours that a client's chain has taken.
    public static func announcedKey(_ client: String, _ code: InstitutionCode) -> [UInt8] {
        Array("announced/\(client)/\(code)".utf8)
    }
}
