// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

/// A provident-fund centre: its dossiers, its key, and its account on its city's chain. Everything
/// a chain may not see happens here.
final class LetterCentre {
    let city: TestCity
    let code: InstitutionCode
    /// X25519; a laboratory's, derived from the code.
    private let secret: [UInt8]
    let publicKey: [UInt8]
    private(set) var dossiers: [LetterKey: LetterDossier] = [:]
    var desk: ArrivalDesk
    private var sequence: UInt64 = 0
    private var seed: UInt64
    private(set) var effects: [LetterEffect] = []

    init(_ city: TestCity) throws {
        self.city = city
        code = try #require(CityGenesis.institution(of: city.code))
        secret = SHA256.hash(Array("centre \(city.code)".utf8)).bytes
        publicKey = try HPKE.publicKey(secret: secret)
        desk = ArrivalDesk(institution: code)
        seed = UInt64(city.code) ?? 1
    }

    private func randomBytes(_ count: Int) -> [UInt8] {
        seed &+= 1
        return Array(SHA256.hash(Array("\(city.code) \(seed)".utf8)).bytes.prefix(count))
    }

    /// A packet that carries a message to the other centre; not sent yet, and nothing judged.
    func record(
        _ message: LetterMessage, _ key: LetterKey, to other: LetterCentre,
        sequence: UInt64? = nil, secondsToExpiry: UInt64 = 86_400
    ) throws -> LetterPacket {
        self.sequence += 1
        let salt = randomBytes(16)
        let content = try #require(LetterContent(message.act.code, message.fields, salt: salt))
        let needsMoney = message.act == .completion && dossiers[key]?.letter.state != .rejected
        let statement = LetterStatement(
            message.act, sequence: sequence ?? self.sequence, commitment: content.commitment,
            reconciliation: needsMoney ? dossiers[key]?.reconciliation(salt: salt) : nil)
        let context = SealingContext(
            key: key, from: code, to: other.code, purpose: message.act,
            expiresUnixSeconds: city.now.unixSeconds + secondsToExpiry)
        let sealed = try #require(
            SealedContent.seal(
                content, for: context, to: other.publicKey, ephemeral: randomBytes(32)))
        return LetterPacket(statement, context, sealed: sealed)
    }

    /// Judges a message in the dossier, as a centre does before it signs; opens the dossier for an
    /// application.
    func say(_ message: LetterMessage, _ record: LetterPacket) throws {
        let letter =
            try dossiers[record.key]?.letter
            ?? Letter(
                record.key, side: .transferIn, transferOut: record.transferOut, now: city.now)
        var dossier = dossiers[record.key] ?? LetterDossier(letter)
        effects += try dossier.apply(
            message, record.statement, by: record.side, at: position, now: city.now)
        dossiers[record.key] = dossier
    }

    /// Opens what a packet brought, and follows the chain's own verdict on it.
    func hear(_ packet: Packet) throws {
        let record = try LetterPacket(reading: packet.payloads[0].value)
        let content = try SealedContent.open(
            record.sealed, for: record.context, commitment: record.statement.commitment,
            secret: secret, now: city.now)
        let message = try LetterMessage(content.code, content.fields)
        let letter =
            try dossiers[record.key]?.letter
            ?? Letter(
                record.key, side: .transferOut, transferOut: record.transferOut, now: city.now)
        var dossier = dossiers[record.key] ?? LetterDossier(letter)
        effects += try dossier.apply(
            message, record.statement, by: record.side, at: position, now: city.now)
        dossiers[record.key] = dossier
    }

    func answered(_ key: LetterKey, _ event: LetterEvent, by side: LetterSide) throws {
        var dossier = try #require(dossiers[key])
        effects += try dossier.apply(event, by: side, at: position, now: city.now)
        dossiers[key] = dossier
    }

    func arrive(_ notice: ArrivalNotice) -> ArrivalDesk.Filing {
        desk.file(notice, among: &dossiers)
    }

    private var position: ChainPosition { ChainPosition(height: city.chain.latestHeight) }

    /// The letter as the chain has it.
    func onChain(_ key: LetterKey) throws -> Letter? {
        let path = String(
            decoding: Letters.letterKey(TestCity.client.text, key), as: UTF8.self)
        return try city.value("transfer", path).map { try Letter(reading: $0) }
    }
}

/// Two cities with a centre each that know each other's codes.
struct LetterCities {
    let cities: TwoCities
    /// Transfer-in: mints the numbers.
    let hangzhou: LetterCentre
    let beijing: LetterCentre

    init() throws {
        cities = try TwoCities()
        hangzhou = try LetterCentre(cities.a)
        beijing = try LetterCentre(cities.b)
        for (centre, other) in [(hangzhou, beijing), (beijing, hangzhou)] {
            let json = InstitutionRecord(codes: [centre.code]).json
            let packet = try TwoCities.sent(
                String(decoding: json.encoded, as: UTF8.self), port: "transfer",
                from: centre.city)
            let acknowledgement = try #require(
                try TwoCities.deliver(packet, to: other.city, from: centre.city))
            #expect(text(acknowledgement) == #"{"result":"taken"}"#)
            _ = try TwoCities.returned(
                packet, acknowledgement, to: centre.city, from: other.city)
        }
    }

    func text(_ acknowledgement: Acknowledgement) -> String {
        String(decoding: acknowledgement.appAcknowledgements[0], as: UTF8.self)
    }

    func centre(_ side: LetterSide) -> LetterCentre {
        side == .transferIn ? hangzhou : beijing
    }

    func key(_ sequence: Int = 1) throws -> LetterKey {
        try LetterKey(
            institution: hangzhou.code, number: LetterNumber("330100261126000\(sequence)"))
    }

    // MARK: messages

    func message(
        _ code: LetterCode, _ fields: [(String, String)]
    ) throws -> LetterMessage {
        try LetterMessage(code, LetterFields(fields.map { LetterField($0.0, $0.1) }))
    }

    func application(_ key: LetterKey) throws -> LetterMessage {
        try message(
            .bdc901,
            [
                ("ConNum", key.number.text), ("TxFunc", "0"),
                ("TranOutUnitNo", beijing.code.text), ("TranCenName", "转出中心"),
                ("EmpName", "甲某"), ("DocType", "01"), ("IdNum", hangzhou.city.person(0)),
                ("TranRefAcctNo", "6220001"), ("TranRefAcctName", "转入中心"),
                ("TranBank", "某银行"), ("GenDate", "20261126"),
            ])
    }

    func acceptance(_ key: LetterKey) throws -> LetterMessage {
        try message(.bdc901, [("ConNum", key.number.text), ("TxFunc", "1")])
    }

    func withdrawal(_ key: LetterKey) throws -> LetterMessage {
        try message(.bdc903, [("OrConNum", key.number.text), ("OrTxFunc", "1")])
    }

    func information(
        _ key: LetterKey, function: String = "0", total: String = "10300.25",
        interest: String = "300.25"
    ) throws -> LetterMessage {
        var fields = [
            ("OrConNum", key.number.text), ("TxFunc", function), ("EmpName", "甲某"),
            ("DocType", "01"), ("IdNum", hangzhou.city.person(0)), ("TranAmt", total),
            ("OrAcctAmt", "10000.00"), ("Yinter", interest), ("OAcctDate", "201001"),
            ("PayEndDate", "202610"), ("SixMconFlag", "1"), ("LoanNum", "0"),
            ("LoanEndFlag", "2"), ("FrLoanFlag", "2"),
        ]
        if function == "0" { fields.append(("TranRstCode", "0")) }
        return try message(.bdc905, fields)
    }

    func rejection(_ key: LetterKey) throws -> LetterMessage {
        try message(
            .bdc905,
            [
                ("OrConNum", key.number.text), ("TxFunc", "0"), ("EmpName", "甲某"),
                ("DocType", "01"), ("IdNum", hangzhou.city.person(0)), ("TranRstCode", "1"),
                ("TranRstMsg", "acct.frozen 账户被冻结"),
            ])
    }

    func failure(_ key: LetterKey) throws -> LetterMessage {
        try message(
            .bdc905,
            [
                ("OrConNum", key.number.text), ("TxFunc", "2"), ("EmpName", "甲某"),
                ("DocType", "01"), ("IdNum", hangzhou.city.person(0)),
            ])
    }

    // MARK: steps

    /// Judged by the centre, signed, on its chain; not carried yet.
    func sent(_ message: LetterMessage, _ key: LetterKey) throws -> (LetterPacket, Packet) {
        let side = message.act.authority
        let (mine, theirs) = (centre(side), centre(side.other))
        let record = try mine.record(message, key, to: theirs)
        try mine.say(message, record)
        return (record, try sent(record, from: mine))
    }

    func sent(
        _ record: LetterPacket, from centre: LetterCentre, timeoutSeconds: UInt64? = nil
    ) throws -> Packet {
        try TwoCities.sent(
            String(decoding: record.encoded, as: UTF8.self), port: "transfer",
            from: centre.city, timeoutSeconds: timeoutSeconds)
    }

    /// Carries a packet to the other chain and its centre: the chain's answer.
    func carried(_ packet: Packet, _ record: LetterPacket) throws -> Acknowledgement {
        let (from, to) = (centre(record.side), centre(record.side.other))
        let acknowledgement = try #require(
            try TwoCities.deliver(packet, to: to.city, from: from.city))
        if LetterAnswer.refusal(in: acknowledgement.appAcknowledgements[0]) == nil {
            try to.hear(packet)
        }
        return acknowledgement
    }

    /// Brings an answer home, to the chain and to the centre.
    func returned(
        _ packet: Packet, _ record: LetterPacket, _ acknowledgement: Acknowledgement
    ) throws {
        let (from, to) = (centre(record.side), centre(record.side.other))
        let result = try TwoCities.returned(
            packet, acknowledgement, to: from.city, from: to.city)
        try #require(result.code == 0, "\(result.log)")
        let refusal = LetterAnswer.refusal(in: acknowledgement.appAcknowledgements[0])
        let id = record.statement.id
        try from.answered(
            record.key, refusal.map { .refused(id, $0) } ?? .taken(id), by: record.side.other)
    }

    /// A whole round: said, carried, answered. The receiving chain's answer.
    @discardableResult
    func exchange(_ message: LetterMessage, _ key: LetterKey) throws -> String {
        let (record, packet) = try sent(message, key)
        let acknowledgement = try carried(packet, record)
        try returned(packet, record, acknowledgement)
        return text(acknowledgement)
    }

    /// What both chains and both centres say.
    func states(_ key: LetterKey) throws -> [LetterState?] {
        try [hangzhou, beijing].flatMap {
            [try $0.onChain(key)?.state, $0.dossiers[key]?.letter.state]
        }
    }
}
