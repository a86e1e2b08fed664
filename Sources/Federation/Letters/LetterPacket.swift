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

    /// Reads a packet's value, as chains judge it and relays believe it. Refuses every member that
    /// it does not know.
    public init(reading bytes: [UInt8]) throws(PacketFormError) {
        let fields = try PacketMembers(
            reading: bytes, kinds: [LetterPacket.kind: LetterPacket.names])
        guard let act = LetterAct(rawValue: try fields.text("act")) else { throw .member("act") }
        let sequence = try fields.number("SendSeqNo")
        guard try fields.text("TxCode") == act.code.rawValue,
            try fields.text("TxFunc") == "\(act.function)", sequence > 0
        else { throw .member("TxCode") }
        let institution = try fields.institution("institution", form: .fundCentre)
        guard let number = try? LetterNumber(try fields.text("ConNum")),
            let key = try? LetterKey(institution: institution, number: number)
        else { throw .member("ConNum") }
        let from = try fields.institution("SendNode", form: .fundCentre)
        let to = try fields.institution("ReceiveNode", form: .fundCentre)
        guard from != to, from == institution || to == institution else {
            throw .member("SendNode")
        }
        if fields.has("corrects") {
            guard act == .application, let old = LetterKey(try fields.text("corrects")) else {
                throw .member("corrects")
            }
            corrects = old
        }
        statement = LetterStatement(
            act, sequence: sequence, commitment: try fields.digest("commitment"),
            reconciliation: fields.has("reconciliation")
                ? try fields.digest("reconciliation") : nil)
        context = SealingContext(
            key: key, from: from, to: to, purpose: act,
            expiresUnixSeconds: try fields.number("expires"))
        sealed = try fields.sealed("sealed")
    }

    private static let names: Set<String> = [
        "TxCode", "TxFunc", "act", "institution", "ConNum", "SendNode", "ReceiveNode",
        "SendSeqNo", "corrects", "expires", "commitment", "reconciliation", "sealed",
    ]
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
