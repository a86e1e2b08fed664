// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a packet on port `licence` says. Nothing in it names a licence or a person: numbers are
/// salted commitments or blind references, everything else is sealed.
/// Source: FORMATS.md "Licence packets".
public enum LicencePacket: Hashable, Sendable {
    /// A word of a move.
    case move(Word)
    /// The institutions that a city's record office speaks for, and the key to seal to.
    case office(Office)
    /// The status of a licence as of a moment, pushed to whoever knows its blind reference.
    case status(Status)

    public static let port = "licence"
    public static let version = "cityrelay-1"
    public static let encoding = "application/json"

    public struct Word: Hashable, Sendable {
        public var act: LicenceMove.Act
        public var context: LicenceSealing
        /// Of the content that is sealed; nil for a cancellation, which has none.
        public var commitment: Digest?
        /// See `LicenceContent`.
        public var sealed: [UInt8]

        public init(
            _ context: LicenceSealing, commitment: Digest? = nil, sealed: [UInt8] = []
        ) {
            act = context.act
            self.context = context
            self.commitment = commitment
            self.sealed = sealed
        }
    }

    public struct Office: Hashable, Sendable {
        public var institutions: [InstitutionCode]
        /// X25519.
        public var sealingKey: [UInt8]

        /// Institutions of one record: more than any city has.
        public static let limit = 64

        public init(_ institutions: [InstitutionCode], sealingKey: [UInt8]) {
            self.institutions = institutions
            self.sealingKey = sealingKey
        }
    }

    public struct Status: Hashable, Sendable {
        /// What both sides know the licence by: 32 bytes from a key that only they hold.
        public var reference: Digest
        public var status: LicenceStatus
        /// Whole seconds.
        public var asOf: Timestamp

        public init(_ reference: Digest, _ status: LicenceStatus, asOf: Timestamp) {
            self.reference = reference
            self.status = status
            self.asOf = asOf
        }
    }

    /// What packets carry as their value.
    public var encoded: [UInt8] { Array(json.line.utf8) }

    private var json: StrictJSON {
        switch self {
        case .move(let word):
            .object([
                ("kind", .string("licence-move")), ("act", .string(word.act.rawValue)),
                ("move", .string(word.context.key.description)),
                ("SendNode", .string(word.context.from.text)),
                ("ReceiveNode", .string(word.context.to.text)),
                ("expires", .string("\(word.context.expiresUnixSeconds)")),
                ("commitment", word.commitment.map { .string($0.description) }),
                ("sealed", word.sealed.isEmpty ? nil : .string(Base64.encode(word.sealed))),
            ])
        case .office(let office):
            .object([
                ("kind", .string("licence-office")),
                ("codes", .array(office.institutions.map { .string($0.text) })),
                ("sealingKey", .string(Hex.encode(office.sealingKey))),
            ])
        case .status(let status):
            .object([
                ("kind", .string("licence-status")),
                ("reference", .string(status.reference.description)),
                ("status", .string(status.status.code)),
                ("statusAsOf", .string("\(status.asOf.unixSeconds)")),
            ])
        }
    }

    /// Reads a packet's value. Refuses every member that it does not know: what should have been
    /// sealed must not get onto a chain. `rig_reply` steers laboratory chains and is passed over.
    public init(reading bytes: [UInt8]) throws(PacketFormError) {
        let fields = try PacketMembers(reading: bytes, kinds: LicencePacket.names)
        switch fields.kind {
        case "licence-move": self = .move(try Word(fields))
        case "licence-office": self = .office(try Office(fields))
        default: self = .status(try Status(fields))
        }
    }

    private static let names: [String: Set<String>] = [
        "licence-move": [
            "act", "move", "SendNode", "ReceiveNode", "expires", "commitment", "sealed",
        ],
        "licence-office": ["codes", "sealingKey"],
        "licence-status": ["reference", "status", "statusAsOf"],
    ]
    /// Numbers that every JSON program counts exactly.
    fileprivate static let numberLimit: UInt64 = 1 << 53 - 1
}

extension LicencePacket.Word {
    fileprivate init(_ fields: PacketMembers) throws(PacketFormError) {
        guard let act = LicenceMove.Act(rawValue: try fields.text("act")) else {
            throw .member("act")
        }
        let from = try fields.institution("SendNode")
        let to = try fields.institution("ReceiveNode")
        guard from != to else { throw .member("ReceiveNode") }
        self.init(
            LicenceSealing(
                key: LicenceMoveKey(try fields.digest("move")), from: from, to: to, act: act,
                expiresUnixSeconds: try fields.number(
                    "expires", through: LicencePacket.numberLimit)))
        if act == .cancel {
            guard !fields.has("commitment"), !fields.has("sealed") else {
                throw .member("sealed")
            }
            return
        }
        commitment = try fields.digest("commitment")
        sealed = try fields.sealed("sealed")
    }
}

extension LicencePacket.Office {
    fileprivate init(_ fields: PacketMembers) throws(PacketFormError) {
        guard let list = fields.json["codes"]?.array,
            (1...LicencePacket.Office.limit).contains(list.count)
        else { throw .member("codes") }
        institutions = []
        for item in list {
            guard let code = item.string.flatMap({ try? InstitutionCode($0) }) else {
                throw .member("codes")
            }
            institutions.append(code)
        }
        sealingKey = try fields.digest("sealingKey").bytes
    }
}

extension LicencePacket.Status {
    fileprivate init(_ fields: PacketMembers) throws(PacketFormError) {
        guard let status = LicenceStatus(rawValue: try fields.text("status")) else {
            throw .member("status")
        }
        let seconds = try fields.number("statusAsOf", through: LicencePacket.numberLimit)
        guard let asOf = Timestamp(seconds: Int64(clamping: seconds)) else {
            throw .member("statusAsOf")
        }
        self.init(try fields.digest("reference"), status, asOf: asOf)
    }
}

/// What a chain answers to a word of a move.
public struct LicenceAnswer: Hashable, Sendable {
    public var key: LicenceMoveKey
    /// Nil when the word was taken.
    public var refusal: LicenceErrorCode?
    /// The answering side's phase afterwards; nil when it has no such move.
    public var phase: LicenceMove.Phase?
    /// For a lost race: where the answering chain had decided.
    public var decidedAt: UInt64?

    public init(_ key: LicenceMoveKey) { self.key = key }

    public var encoded: [UInt8] {
        let json = StrictJSON.object([
            ("result", .string(refusal == nil ? "taken" : "refused")),
            ("code", refusal.map { .string($0.rawValue) }),
            ("move", .string(key.description)), ("phase", phase.map { .string($0.rawValue) }),
            ("decidedAt", decidedAt.map { .string("\($0)") }),
        ])
        return Array(json.line.utf8)
    }

    /// Why an acknowledgement says that our word was not taken; nil when it was.
    public static func refusal(in acknowledgement: [UInt8]) -> LicenceErrorCode? {
        PacketAnswer.refusal(in: acknowledgement, unread: .notRead)
    }
}
