// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

/// Letters between two centres that do not exist, about people who cannot.
enum LetterSamples {
    static let hangzhou = institution("330100000000000")
    static let bijie = institution("522400000000000")
    /// A Thursday, ten in the morning in China.
    static let start = Timestamp(seconds: 1_795_658_400) ?? .unixEpoch
    static let person = "330106188001010014"

    static func institution(_ text: String) -> InstitutionCode {
        do { return try InstitutionCode(text) } catch { preconditionFailure("\(error)") }
    }

    static func key(_ sequence: Int = 1) throws -> LetterKey {
        let digits = "\(sequence)"
        return try LetterKey(
            institution: hangzhou,
            number: LetterNumber(
                "330100261126" + String(repeating: "0", count: 4 - digits.count) + digits))
    }

    static func letter(_ side: LetterSide, _ sequence: Int = 1) throws -> Letter {
        try Letter(key(sequence), side: side, transferOut: bijie, now: start)
    }

    static func at(_ height: UInt64) -> ChainPosition { ChainPosition(height: height) }

    static func later(hours: Int64) -> Timestamp {
        start.adding(nanoseconds: hours * 3_600_000_000_000)
    }

    static func statement(
        _ act: LetterAct, _ sequence: UInt64 = 1, salt: UInt8 = 0, reconciled: Bool = false
    ) -> LetterStatement {
        LetterStatement(
            act, sequence: sequence,
            commitment: SHA256.hash([salt] + Array("\(act.rawValue)\(sequence)".utf8)),
            reconciliation: reconciled ? SHA256.hash(Array("money".utf8)) : nil)
    }

    // MARK: messages

    static func application(
        _ number: String = "3301002611260001", name: String = "甲某", id: String = person
    ) throws -> LetterMessage {
        try message(.bdc901, applicationFields(number, name: name, id: id))
    }

    static func applicationFields(
        _ number: String = "3301002611260001", name: String = "甲某", id: String = person
    ) -> [(String, String)] {
        [
            ("ConNum", number), ("TxFunc", "0"), ("TranOutUnitNo", "522400000000000"),
            ("TranCenName", "毕节中心"), ("EmpName", name), ("DocType", "01"), ("IdNum", id),
            ("SocUnitName", "旧单位"), ("SocRefAcctNo", "001"), ("TranRefAcctNo", "6220001"),
            ("TranRefAcctName", "杭州中心"), ("TranBank", "某银行"), ("GenDate", "20261126"),
        ]
    }

    static func acceptance() throws -> LetterMessage {
        try message(.bdc901, [("ConNum", "3301002611260001"), ("TxFunc", "1")])
    }

    static func withdrawal() throws -> LetterMessage {
        try message(.bdc903, [("OrConNum", "3301002611260001"), ("OrTxFunc", "1")])
    }

    static func information(
        function: String = "0", result: String = "0", total: String = "10300.25",
        principal: String = "10000.00", interest: String = "300.25", name: String = "甲某",
        id: String = person, words: String? = nil
    ) throws -> LetterMessage {
        try message(
            .bdc905,
            informationFields(
                function: function, result: result, total: total, principal: principal,
                interest: interest, name: name, id: id, words: words))
    }

    static func informationFields(
        function: String = "0", result: String = "0", total: String = "10300.25",
        principal: String = "10000.00", interest: String = "300.25", name: String = "甲某",
        id: String = person, words: String? = nil
    ) -> [(String, String)] {
        var fields = [
            ("OrConNum", "3301002611260001"), ("TxFunc", function), ("EmpName", name),
            ("DocType", "01"), ("IdNum", id),
        ]
        if !total.isEmpty {
            fields += [("TranAmt", total), ("OrAcctAmt", principal), ("Yinter", interest)]
            fields += [("OAcctDate", "201001"), ("PayEndDate", "202610"), ("SixMconFlag", "1")]
            fields += [("LoanNum", "0"), ("LoanEndFlag", "2")]
        }
        if function == "0" { fields.append(("TranRstCode", result)) }
        if let words { fields.append(("TranRstMsg", words)) }
        return fields
    }

    static func rejection(_ reason: LetterReason) throws -> LetterMessage {
        try information(result: "1", total: "", words: "\(reason.rawValue) \(reason.chinese)")
    }

    static func hold(_ reason: LetterReason) throws -> LetterMessage {
        try information(result: "2", total: "", words: reason.rawValue)
    }

    static func message(
        _ code: LetterCode, _ fields: [(String, String)]
    ) throws -> LetterMessage {
        try LetterMessage(code, LetterFields(fields.map { LetterField($0.0, $0.1) }))
    }

    static func notice(
        _ serial: String, _ yuan: String, remark: String = "转移 3301002611260001"
    ) throws -> ArrivalNotice {
        let amount = try #require(Fen(yuan: yuan))
        return try #require(
            ArrivalNotice(serial: serial, amount: amount, remark: remark, time: start))
    }
}

/// Two centres with their dossiers of one letter, and a carrier that brings each word and its
/// answer at once.
struct TwoCentres {
    var dossiers: [LetterSide: LetterDossier]
    var sequences: [LetterSide: UInt64] = [.transferIn: 0, .transferOut: 0]
    var height: UInt64 = 100
    var now = LetterSamples.start

    init() throws {
        dossiers = [
            .transferIn: LetterDossier(try LetterSamples.letter(.transferIn)),
            .transferOut: LetterDossier(try LetterSamples.letter(.transferOut)),
        ]
    }

    var states: [LetterState?] { LetterSide.allCases.map { dossiers[$0]?.letter.state } }

    subscript(_ side: LetterSide) -> LetterDossier {
        get throws { try #require(dossiers[side]) }
    }

    /// Says a message at its side, carries it over, and brings the answer back. The effects at both
    /// sides; throws what either refuses.
    @discardableResult
    mutating func exchange(
        _ message: LetterMessage, reconciled: Bool? = nil
    ) throws -> [LetterSide: [LetterEffect]] {
        let side = message.act.authority
        let number = (sequences[side] ?? 0) + 1
        sequences[side] = number
        height += 1
        var mine = try #require(dossiers[side])
        var theirs = try #require(dossiers[side.other])
        let salt = [UInt8](repeating: UInt8(truncatingIfNeeded: height), count: 16)
        let content = try #require(LetterContent(message.act.code, message.fields, salt: salt))
        let withMoney =
            reconciled
            ?? (message.act == .completion && mine.letter.state != .rejected)
        let statement = LetterStatement(
            message.act, sequence: number, commitment: content.commitment,
            reconciliation: withMoney ? mine.reconciliation(salt: salt) : nil)
        let at = LetterSamples.at(height)
        var effects: [LetterSide: [LetterEffect]] = [:]
        effects[side] = try mine.apply(message, statement, by: side, at: at, now: now)
        dossiers[side] = mine
        do {
            effects[side.other] = try theirs.apply(
                message, statement, by: side, at: at, now: now)
            dossiers[side.other] = theirs
            effects[side]? += try mine.apply(
                .taken(statement.id), by: side.other, at: at, now: now)
            dossiers[side] = mine
        } catch {
            dossiers[side.other] = theirs
            _ = try mine.apply(
                .refused(statement.id, error.code), by: side.other, at: at, now: now)
            dossiers[side] = mine
            throw error
        }
        return effects
    }

    @discardableResult
    mutating func arrive(_ notice: ArrivalNotice) throws -> ArrivalDesk.Filing {
        var desk = ArrivalDesk(institution: LetterSamples.hangzhou)
        return try arrive(notice, at: &desk)
    }

    mutating func arrive(
        _ notice: ArrivalNotice, at desk: inout ArrivalDesk
    ) throws -> ArrivalDesk.Filing {
        let key = try LetterSamples.key()
        var letters = [key: try #require(dossiers[.transferIn])]
        let filing = desk.file(notice, among: &letters)
        dossiers[.transferIn] = letters[key]
        return filing
    }
}
