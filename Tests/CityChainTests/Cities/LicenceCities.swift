// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

/// Two cities whose record offices know each other's key, and one licence of Hangzhou that moves to
/// Beijing; every word and every record's state is made by hand.
struct LicenceCities {
    let cities: TwoCities
    var hangzhou: TestCity { cities.a }
    var beijing: TestCity { cities.b }

    static let licence =
        "1.2.156.3005.2.11100000000013338W011.12330100TEXT000170.20260101000000000001.001.2"
    static let successor = "20261126000000000001"
    static let holder = "王小明"
    static let salt = [UInt8](repeating: 7, count: LicenceMoveKey.saltByteCount)

    init() throws {
        cities = try TwoCities()
        for (city, other) in [(cities.a, cities.b), (cities.b, cities.a)] {
            let card = LicencePacket.Office(
                [try Self.institution(city)],
                sealingKey: try HPKE.publicKey(secret: Self.secret(city)))
            let packet = try TwoCities.sent(
                text(.office(card)), port: "licence", from: city, by: "bureau")
            let answer = try #require(try TwoCities.deliver(packet, to: other, from: city))
            try #require(Self.text(answer) == #"{"result":"taken"}"#)
            _ = try TwoCities.returned(packet, answer, to: city, from: other)
        }
    }

    static func institution(_ city: TestCity) throws -> InstitutionCode {
        try #require(CityGenesis.institution(of: city.code))
    }

    /// A laboratory office's X25519 key.
    static func secret(_ city: TestCity) -> [UInt8] {
        SHA256.hash(Array("office \(city.code)".utf8)).bytes
    }

    static func text(_ answer: Acknowledgement) -> String {
        String(decoding: answer.appAcknowledgements[0], as: UTF8.self)
    }

    private func text(_ packet: LicencePacket) -> String {
        String(decoding: packet.encoded, as: UTF8.self)
    }

    func key() throws -> LicenceMoveKey {
        try #require(LicenceMoveKey(licence: Self.licence, salt: Self.salt))
    }

    func named() throws -> RecordMove {
        RecordMove(key: try key(), client: TestCity.client.text)
    }

    func city(_ side: LicenceMove.Side) -> TestCity { side == .source ? hangzhou : beijing }

    // MARK: records

    static func index(_ city: TestCity) -> RecordIndex {
        RecordIndex(SHA256.hash(Array("index \(city.code)".utf8)))
    }

    /// Both cities live in one time: a block here is a second over there.
    private func ticking<Value>(_ city: TestCity, _ body: () throws -> Value) throws -> Value {
        let before = city.chain.latestHeight
        let value = try body()
        let other = city === hangzhou ? beijing : hangzhou
        try other.makeBlocks(Int(city.chain.latestHeight - before))
        return value
    }

    /// The office's word on a record's next state, run past CheckTx: the block's verdict.
    @discardableResult
    func put(
        _ status: LicenceStatus, revision: UInt64, in city: TestCity, move: RecordMove? = nil
    ) throws -> TransactionResult {
        let state = RecordState(
            schemaID: "frr.licence", schemaVersion: 2,
            fieldRoot: SHA256.hash(Array("\(revision)".utf8)), status: status.code,
            statusAsOf: city.now, revision: revision)
        let message = MsgPutRecords(
            signer: try city.account("records").address,
            entries: [RecordEntry(index: Self.index(city), state: state, move: move)])
        return try ticking(city) { try city.runInBlock(message, by: "records") }
    }

    func record(_ city: TestCity) throws -> RecordState? {
        let answer = city.chain.query(
            ApplicationQuery(path: "/store/records/key", data: Self.index(city).stateKey))
        return try answer.value.map { try RecordState(stored: $0) }
    }

    // MARK: words

    func word(
        _ act: LicenceMove.Act, secondsToExpiry: UInt64 = 86_400
    ) throws -> LicencePacket {
        let from = city(act.authority)
        let to = city(act.authority.other)
        let context = LicenceSealing(
            key: try key(), from: try Self.institution(from), to: try Self.institution(to),
            act: act, expiresUnixSeconds: from.now.unixSeconds + secondsToExpiry)
        if act == .cancel { return .move(LicencePacket.Word(context)) }
        let content = LicenceContent(
            salt: Self.salt, licence: Self.licence,
            fields: [LicenceContent.Field("certificate_holder", Self.holder)])
        let sealed = try #require(
            content.seal(
                for: context, to: try HPKE.publicKey(secret: Self.secret(to)),
                ephemeral: SHA256.hash(Array(act.rawValue.utf8)).bytes))
        return .move(LicencePacket.Word(context, commitment: content.commitment, sealed: sealed))
    }

    /// Says a word on its side's chain.
    func sent(_ act: LicenceMove.Act, secondsToExpiry: UInt64 = 86_400) throws -> Packet {
        try TwoCities.sent(
            text(try word(act, secondsToExpiry: secondsToExpiry)), port: "licence",
            from: city(act.authority), by: "bureau")
    }

    /// The block's verdict on a word that may not be said.
    func refused(_ act: LicenceMove.Act) throws -> TransactionResult {
        let city = city(act.authority)
        return try ticking(city) {
            try city.runInBlock(
                try TwoCities.send(text(try word(act)), port: "licence", from: city),
                by: "bureau")
        }
    }

    /// Brings a word over: the other chain's answer.
    func carried(_ packet: Packet, _ act: LicenceMove.Act) throws -> Acknowledgement {
        try #require(
            try TwoCities.deliver(
                packet, to: city(act.authority.other), from: city(act.authority)))
    }

    func returned(_ packet: Packet, _ act: LicenceMove.Act, _ answer: Acknowledgement) throws {
        let result = try TwoCities.returned(
            packet, answer, to: city(act.authority), from: city(act.authority.other))
        try #require(result.code == 0, "\(result.log)")
    }

    /// A whole round of one word: the answer's text.
    @discardableResult
    func exchange(_ act: LicenceMove.Act) throws -> String {
        let packet = try sent(act)
        let answer = try carried(packet, act)
        try returned(packet, act, answer)
        return Self.text(answer)
    }

    /// Hangzhou's record says 01, then 06, and the licence is offered.
    func offered() throws {
        try #require(try put(.valid, revision: 1, in: hangzhou).code == 0)
        try #require(try put(.movedOut, revision: 2, in: hangzhou, move: named()).code == 0)
        let answer = try exchange(.offer)
        try #require(answer.hasPrefix(#"{"result":"taken""#), "\(answer)")
    }

    func move(_ side: LicenceMove.Side) throws -> LicenceMoveRecord? {
        let key = LicenceMoveRecord.key(TestCity.client.text, try key())
        let answer = city(side).chain.query(
            ApplicationQuery(path: "/store/licence/key", data: key))
        return try answer.value.map { try LicenceMoveRecord(reading: $0) }
    }
}
