// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

@Suite struct `A message of the national service` {
    typealias Samples = LetterSamples

    private func refusal(_ code: LetterCode, _ fields: [(String, String)]) -> LetterFormError? {
        do {
            _ = try Samples.message(code, fields)
            return nil
        } catch {
            return error as? LetterFormError
        }
    }

    private func changing(
        _ fields: [(String, String)], _ name: String, _ value: String?
    ) -> [(String, String)] {
        let rest = fields.filter { $0.0 != name }
        return value.map { rest + [(name, $0)] } ?? rest
    }

    @Test func `says what it does by code, function and result`() throws {
        #expect(try Samples.application().act == .application)
        #expect(try Samples.acceptance().act == .acceptance)
        #expect(try Samples.withdrawal().act == .withdrawal)
        #expect(try Samples.information().act == .information)
        #expect(try Samples.rejection(.accountFrozen).act == .rejection)
        #expect(try Samples.hold(.accountActive).act == .hold)
        #expect(try Samples.information(result: "2", total: "").act == .progress)
        #expect(try Samples.information(function: "1").act == .negotiation)
        #expect(try Samples.information(function: "2").act == .completion)
        for act in LetterAct.allCases {
            #expect(LetterEventID(act, sequence: 3).code == act.code)
        }
    }

    @Test func `a withdrawal names a letter, or a letter within a batch`() throws {
        let single = try Samples.withdrawal()
        let within = try Samples.message(
            .bdc903,
            [
                ("OrConNum", "PLZYJXH3301002611260009"), ("OrTxFunc", "2"),
                ("SubConNum", "3301002611260001"),
            ])
        #expect(single.number == within.number)
        #expect(
            refusal(.bdc903, [("OrConNum", "PLZYJXH3301002611260009"), ("OrTxFunc", "2")])
                == .missing(field: "SubConNum"))
        #expect(
            refusal(.bdc903, [("OrConNum", "PLZYJXH3301002611260009"), ("OrTxFunc", "1")])
                == .invalid(field: "OrConNum", rule: .letterNumber))
    }

    @Test func `TranAmt is OrAcctAmt and Yinter, to the fen`() throws {
        let message = try Samples.information()
        #expect(message.amounts?.total.yuan == "10300.25")
        for total in ["10300.24", "10300.26", "0.00"] {
            #expect(refusal(.bdc905, Samples.informationFields(total: total)) == .amountSum)
        }
        for bad in ["10300.2", "10300", "1e4", "-1.00", "010300.25", "10,300.25", "10300.250"] {
            #expect(
                refusal(.bdc905, Samples.informationFields(total: bad))
                    == .invalid(field: "TranAmt", rule: .amount))
        }
        var generator = Generator(seed: 5)
        for _ in 0..<2_000 {
            let principal = Fen(generator.next() % Fen.limit) ?? .zero
            let interest = Fen(generator.next() % Fen.limit) ?? .zero
            let sum = principal.adding(interest)
            let wrong = Fen(generator.next() % Fen.limit) ?? .zero
            if let sum {
                #expect(throws: Never.self) {
                    try TransferAmounts(total: sum, principal: principal, interest: interest)
                }
            }
            if wrong != sum {
                #expect(throws: LetterFormError.amountSum) {
                    try TransferAmounts(total: wrong, principal: principal, interest: interest)
                }
            }
        }
    }

    @Test func `a rejection needs no amounts but a reason, information needs them all`() throws {
        #expect(try Samples.rejection(.loanUnsettled).amounts == nil)
        let fields = Samples.informationFields(result: "1", total: "")
        #expect(refusal(.bdc905, fields) == .invalid(field: "TranRstMsg", rule: .text))
        for name in ["TranAmt", "Yinter", "OAcctDate", "SixMconFlag", "LoanEndFlag"] {
            let fields = changing(Samples.informationFields(), name, nil)
            #expect(refusal(.bdc905, fields) == .missing(field: name))
        }
        // 901/1 can not reject: that is 905/0's, from 02.
        #expect(
            refusal(
                .bdc901,
                [("ConNum", "3301002611260001"), ("TxFunc", "1"), ("TranRstCode", "1")])
                == .invalid(field: "TranRstCode", rule: .result))
    }

    static let broken: [(field: String, value: String, rule: FieldRule)] = [
        ("ConNum", "330100261126000", .letterNumber), ("ConNum", "3301002613260001", .letterNumber),
        ("TranOutUnitNo", "5224000000000", .institution),
        ("TranOutUnitNo", "12330100TEXT000170", .institution), ("DocType", "05", .documentKind),
        ("IdNum", "330106188001010013", .documentNumber), ("GenDate", "20260230", .date),
        ("TranBank", "a\u{7}b", .name), ("Remark", "a\nb", .text),
    ]

    @Test(arguments: broken)
    func `a field that breaks its rule is named, its value is not`(
        _ field: String, _ value: String, _ rule: FieldRule
    ) throws {
        let fields = changing(Samples.applicationFields(), field, value)
        let error = try #require(refusal(.bdc901, fields))
        #expect(error == .invalid(field: field, rule: rule))
        #expect(!"\(error)".contains(value))
    }

    @Test func `missing, unknown, repeated and overlong fields are refused`() {
        let fields = Samples.applicationFields()
        for name in ["ConNum", "TranOutUnitNo", "EmpName", "IdNum", "TranRefAcctNo", "GenDate"] {
            #expect(refusal(.bdc901, changing(fields, name, nil)) == .missing(field: name))
            #expect(refusal(.bdc901, changing(fields, name, "")) == .missing(field: name))
        }
        #expect(refusal(.bdc901, fields + [("Extra", "1")]) == .unknown(field: "Extra"))
        #expect(
            refusal(.bdc901, fields + [("GenDate", "20261126")]) == .repeated(field: "GenDate"))
        let long = String(repeating: "长", count: 342)
        #expect(
            refusal(.bdc901, changing(fields, "Remark", long))
                == .invalid(field: "Remark", rule: .text))
        #expect(refusal(.bdc904, fields)?.code == .fieldInvalid)
    }

    @Test func `content comes back exactly, and its commitment hides behind a salt`() throws {
        let message = try Samples.information()
        let salt = [UInt8](1...16)
        let content = try #require(LetterContent(.bdc905, message.fields, salt: salt))
        #expect(try LetterContent(reading: content.encoded) == content)
        #expect(LetterContent(.bdc905, message.fields, salt: [1, 2]) == nil)
        var other = salt
        other[3] ^= 1
        #expect(
            LetterContent(.bdc905, message.fields, salt: other)?.commitment != content.commitment)
        let bytes = content.encoded
        for index in bytes.indices {
            // A shorter content may be one, too, but never this one.
            let cut = try? LetterContent(reading: Array(bytes[..<index]))
            #expect(cut?.commitment != content.commitment)
        }
        #expect(throws: LetterFormError.self) { try LetterContent(reading: bytes + [0x20, 0]) }
    }

    @Test func `another person's information does not enter a letter`() throws {
        var centres = try TwoCentres()
        try centres.exchange(try Samples.application())
        try centres.exchange(try Samples.acceptance())
        let named = IdentityDifference(.name, nameRule: .characters)
        #expect(throws: LetterError.otherPerson(named)) {
            try centres.exchange(try Samples.information(name: "乙某"))
        }
        #expect(throws: LetterError.otherPerson(IdentityDifference(.documentNumber))) {
            try centres.exchange(try Samples.information(id: "440305188001010014"))
        }
        #expect(centres.states == [.accepted, .accepted])
    }

    @Test func `a batch comes back from its file line by line`() throws {
        var lines: [LetterFields] = []
        for index in 1...9 {
            lines.append(try Samples.application("330100261126000\(index)").fields)
        }
        let number = try BatchLetterNumber("PLZYJXH3301002611260001")
        let bytes = try LetterBatch.file(.bdc902, lines)
        let batch = try LetterBatch(number, .bdc902, total: 9, reading: bytes)
        #expect(try batch.lines.map { try $0.get().number.sequence } == Array(1...9))
        let first = String(decoding: bytes.prefix(41), as: UTF8.self)
        #expect(first == "3301002611260001@|$0@|$522400000000000@|$")
        let information = try LetterBatch.file(.bdc906, [try Samples.information().fields])
        #expect(
            try LetterBatch(number, .bdc906, total: 1, reading: information).lines[0].get().act
                == .information)
        #expect(throws: LetterFormError.batch(.code(.bdc901))) {
            try LetterBatch.file(.bdc901, lines)
        }
        let evil = try LetterFields([LetterField("Remark", "x@|$y")])
        #expect(throws: LetterFormError.batch(.value(field: "Remark"))) {
            try LetterBatch.file(.bdc902, [evil])
        }
        let many = [UInt8](repeating: 0x0a, count: LetterLimits.batchLines + 1)
        #expect(throws: LetterFormError.batch(.tooLong(limit: LetterLimits.batchLines))) {
            try LetterBatch(number, .bdc902, total: many.count, reading: many)
        }
    }

    @Test func `bytes of any kind are read or refused, never trapped on`() throws {
        var generator = Generator(seed: 11)
        let number = try BatchLetterNumber("PLZYJXH3301002611260001")
        for _ in 0..<300 {
            let noise = generator.bytes(Int(generator.next() % 300))
            _ = try? LetterContent(reading: noise)
            _ = try? Letter(reading: noise)
            _ = try? LetterBatch(number, .bdc902, total: 1, reading: noise)
            _ = try? CalendarYear(reading: noise, year: 2026, signers: [])
        }
    }
}
