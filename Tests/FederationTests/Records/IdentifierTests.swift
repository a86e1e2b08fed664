// SPDX-License-Identifier: Apache-2.0

import Federation
import TestSupport
import Testing

@Suite struct `Unified social credit code` {
    @Test(arguments: [
        "91350100M000100Y43", "11100000000013338W", "11430000006122244L", "11330105002500287C",
        "91110000600037341L", "12110000TEXT000175", "12330100TEXT000170", "12431300TEXT00017D",
    ])
    func `a code of the domain file is good`(_ text: String) throws {
        #expect(try SocialCreditCode(text).text == text)
    }

    @Test func `a code found in a live system is wrong: its last digit should be 9`() {
        #expect(throws: InstitutionCodeError.check(got: "0", expected: "9", position: 18)) {
            try SocialCreditCode("113708000045030270")
        }
    }

    @Test func `its parts can be asked for`() throws {
        let code = try SocialCreditCode("12330100TEXT000170")
        #expect(code.authority == .staffing)
        #expect(code.entityClass == "2")
        #expect(code.division == "330100")
        #expect(code.organisation == "TEXT00017")
        #expect(code.checkCharacter == "0")
        #expect(try InstitutionCode(code.organisation).form == .organisation)
        #expect(try SocialCreditCode("91350100M000100Y43").authority == .marketRegulation)
    }

    @Test func `other institution codes are none`() {
        #expect(throws: InstitutionCodeError.length(15)) {
            try SocialCreditCode("330100000000000")
        }
        #expect(throws: InstitutionCodeError.length(9)) { try SocialCreditCode("TEXT00017") }
        #expect(throws: InstitutionCodeError.self) { try SocialCreditCode("12330100TEXT00017O") }
    }

    @Test func `every single wrong character is caught`() {
        let good = Array("12330100TEXT000170")
        for place in good.indices {
            for other in "0123456789ABCDEFGHJKLMNPQRTUWXY" where other != good[place] {
                var wrong = good
                wrong[place] = other
                #expect((try? SocialCreditCode(String(wrong))) == nil, "\(String(wrong))")
            }
        }
    }
}

@Suite struct `Identity number` {
    /// Domain section 2.10. The first is the standard's own example, of 1949: put together here, so
    /// that no number of somebody who may live stands in the repository.
    @Test(arguments: [
        "110105" + "19491231" + "002X", "440524188001010014", "110105188001010017",
        "330106188001010014", "431302188001010014", "440305188001010014",
    ])
    func `a number of the domain file is good`(_ text: String) throws {
        let number = try IdentityNumber(text)
        #expect(number.text == text)
        #expect(number.origin == .mainland)
    }

    @Test func `its parts can be asked for`() throws {
        let number = try IdentityNumber("431302188001010014")
        #expect(number.divisionText == "431302")
        #expect(number.birth.text == "18800101")
        #expect(number.isMale)
        #expect(try !IdentityNumber("110105" + "19491231" + "002x").isMale)
        #expect(IdentityNumber.checkCharacter(of: "43130218800101001") == "4")
        #expect(IdentityNumber.checkCharacter(of: "4313021880010100A") == nil)
    }

    private func made(_ body: String) -> String {
        body + (IdentityNumber.checkCharacter(of: body).map(String.init) ?? "")
    }

    @Test func `abolished divisions stay good: 522400 became 520500`() throws {
        #expect(try IdentityNumber(made("52240118800101001")).origin == .mainland)
    }

    @Test func `residence permits and foreign cards have their own beginnings`() throws {
        #expect(try IdentityNumber(made("81000018800101001")).origin == .hongKong)
        #expect(try IdentityNumber(made("82000018800101001")).origin == .macao)
        #expect(try IdentityNumber(made("83000018800101001")).origin == .taiwan)
        #expect(try IdentityNumber(made("91184018800101001")).origin == .foreignResident)
        #expect(throws: IdentityNumberError.division) {
            try IdentityNumber(made("81000118800101001"))
        }
        #expect(throws: IdentityNumberError.division) {
            try IdentityNumber(made("71000018800101001"))
        }
    }

    @Test func `the broken rule is named, the number is not`() {
        func error(_ text: String) -> IdentityNumberError? {
            #expect(throws: IdentityNumberError.self) { try IdentityNumber(text) }
        }
        #expect(error("431302800101001") == .fifteenDigits)
        #expect(error("43130218800101001") == .length(17))
        #expect(error("") == .length(0))
        #expect(error("43130218800101001４") == .length(20))
        #expect(error("4313021880X1010014") == .character(position: 11))
        #expect(error("X31302188001010014") == .character(position: 1))
        #expect(error("991302188001010014") == .check(got: "4", expected: "3"))
        #expect(error("001302188001010014") == .division)
        #expect(error("431302188013010014") == .birthDate)
        #expect(error("431302188002300014") == .birthDate)
        #expect(error("431302180002290014") == .birthDate)
        #expect(error("431302000001010014") == .birthDate)
        #expect(error("431302188001010015") == .check(got: "5", expected: "4"))
    }

    @Test func `every single wrong digit and every swap of neighbours is caught`() {
        let good = Array("431302188001010014")
        for place in good.indices {
            for other in "0123456789" where other != good[place] {
                var wrong = good
                wrong[place] = other
                #expect((try? IdentityNumber(String(wrong))) == nil)
            }
            guard place > 0, good[place] != good[place - 1] else { continue }
            var wrong = good
            wrong.swapAt(place, place - 1)
            #expect((try? IdentityNumber(String(wrong))) == nil)
        }
    }
}

@Suite struct `Amounts and dates` {
    @Test func `an amount has two places, no sign and at most sixteen digits before the point`()
        throws
    {
        #expect(Fen(yuan: "62632.96")?.count == 6_263_296)
        #expect(Fen(yuan: "0.00") == .zero)
        #expect(Fen(yuan: "9999999999999999.99")?.count == Fen.limit)
        for text in [
            "", "1", "1.0", "1.000", ".00", "01.00", "-1.00", "+1.00", "1,000.00", "1e2", "1.0０",
            "10000000000000000.00", "NaN", " 1.00", "1.00 ", "1.00.00",
        ] {
            #expect(Fen(yuan: text) == nil, "\(text)")
        }
        let limit = try #require(Fen(Fen.limit))
        let one = try #require(Fen(1))
        #expect(limit.adding(one) == nil)
        #expect(Fen.zero.subtracting(one) == nil)
        #expect(limit.subtracting(one)?.yuan == "9999999999999999.98")
        #expect(one.yuan == "0.01")
    }

    @Test func `ten thousand random amounts come back as they were`() {
        var generator = Generator(seed: 3)
        for _ in 0..<10_000 {
            let count = generator.edgyUInt64() % (Fen.limit + 1)
            #expect(Fen(count).flatMap { Fen(yuan: $0.yuan) }?.count == count)
        }
    }

    @Test func `only days of the calendar are dates`() {
        #expect(CivilDate("20240229")?.text == "20240229")
        #expect(CivilDate("20000229") != nil)
        #expect(CivilDate(month: "202610")?.monthText == "202610")
        for text in [
            "20230229", "19000229", "20240431", "20241301", "20240001", "20240100", "00000101",
            "2024010", "202401011", "2024-1-1", "２０２４0101",
        ] {
            #expect(CivilDate(text) == nil, "\(text)")
        }
        #expect(CivilDate(month: "202613") == nil)
        #expect(CivilDate(month: "20261") == nil)
    }
}
