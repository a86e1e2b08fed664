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
    public init(reading bytes: [UInt8]) throws(LicencePacketError) {
        guard let json = try? StrictJSON(reading: bytes), let members = json.members else {
            throw .notJSON
        }
        let kind = json["kind"]?.string ?? ""
        guard let known = LicencePacket.names[kind] else { throw .unknownKind }
        for member in members where !known.contains(member.name) {
            guard member.name == "kind" || member.name == "rig_reply" else {
                throw .member(LicencePacket.allNames.contains(member.name) ? member.name : "?")
            }
        }
        let fields = Fields(json: json)
        switch kind {
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
    private static let allNames = names.values.reduce(into: Set<String>()) { $0.formUnion($1) }

    fileprivate struct Fields {
        let json: StrictJSON

        func text(_ name: String) throws(LicencePacketError) -> String {
            guard let text = json[name]?.string else { throw .member(name) }
            return text
        }

        func digest(_ name: String) throws(LicencePacketError) -> Digest {
            guard let bytes = Hex.decode(try text(name)), let digest = Digest(bytes) else {
                throw .member(name)
            }
            return digest
        }

        func number(_ name: String) throws(LicencePacketError) -> UInt64 {
            let text = try text(name)
            guard let number = UInt64(text), "\(number)" == text, number < 1 << 53 else {
                throw .member(name)
            }
            return number
        }

        func institution(_ text: String?, _ name: String) throws(LicencePacketError)
            -> InstitutionCode
        {
            guard let text, let code = try? InstitutionCode(text) else { throw .member(name) }
            return code
        }
    }
}

/// Why a packet's value is none of port `licence`. Names a member, never a value.
public enum LicencePacketError: Error, Hashable, Sendable {
    case notJSON
    case unknownKind
    case member(String)
}

extension LicencePacket.Word {
    fileprivate init(_ fields: LicencePacket.Fields) throws(LicencePacketError) {
        guard let act = LicenceMove.Act(rawValue: try fields.text("act")) else {
            throw .member("act")
        }
        let from = try fields.institution(fields.text("SendNode"), "SendNode")
        let to = try fields.institution(fields.text("ReceiveNode"), "ReceiveNode")
        guard from != to else { throw .member("ReceiveNode") }
        self.init(
            LicenceSealing(
                key: LicenceMoveKey(try fields.digest("move")), from: from, to: to, act: act,
                expiresUnixSeconds: try fields.number("expires")))
        if act == .cancel {
            guard fields.json["commitment"] == nil, fields.json["sealed"] == nil else {
                throw .member("sealed")
            }
            return
        }
        commitment = try fields.digest("commitment")
        guard let sealed = Base64.decode(try fields.text("sealed")),
            SealedContent.sizeClasses.contains(sealed.count - HPKE.overheadByteCount)
        else { throw .member("sealed") }
        self.sealed = sealed
    }
}

extension LicencePacket.Office {
    fileprivate init(_ fields: LicencePacket.Fields) throws(LicencePacketError) {
        guard let list = fields.json["codes"]?.array,
            (1...LicencePacket.Office.limit).contains(list.count)
        else { throw .member("codes") }
        institutions = []
        for item in list {
            institutions.append(try fields.institution(item.string, "codes"))
        }
        sealingKey = try fields.digest("sealingKey").bytes
    }
}

extension LicencePacket.Status {
    fileprivate init(_ fields: LicencePacket.Fields) throws(LicencePacketError) {
        guard let status = LicenceStatus(rawValue: try fields.text("status")) else {
            throw .member("status")
        }
        let seconds = try fields.number("statusAsOf")
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

    /// What an acknowledgement says about our word: nil when it was taken. Bytes that say neither
    /// are a refusal: a move must not go on what nobody said.
    public static func refusal(in acknowledgement: [UInt8]) -> LicenceErrorCode? {
        guard let json = try? StrictJSON(reading: acknowledgement) else { return .notRead }
        if json["result"]?.string == "taken" { return nil }
        return json["code"]?.string.flatMap { LicenceErrorCode(rawValue: $0) } ?? .notRead
    }
}
