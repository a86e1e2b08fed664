// SPDX-License-Identifier: Apache-2.0

import Federation
import TestSupport
import Testing

@Suite struct TopologyCodesTests {
    @Test(arguments: ["330100", "110000", "431300", "522400", "133100", "820000", "100000"])
    func `a division code of six digits under a known province is taken`(text: String) throws {
        #expect(try DivisionCode(text).description == text)
    }

    @Test(arguments: [
        (text: "33010", error: DivisionCodeError.notSixDigits("33010")),
        (text: "3301000", error: .notSixDigits("3301000")),
        (text: "33010a", error: .notSixDigits("33010a")),
        (text: "３３０１００", error: .notSixDigits("３３０１００")),
        (text: "", error: .notSixDigits("")),
        (text: "990100", error: .unknownProvince("990100")),
        (text: "100100", error: .unknownProvince("100100")),
        (text: "000000", error: .unknownProvince("000000")),
        (text: "330001", error: .countyWithoutPrefecture("330001")),
    ])
    func `another text is refused with the reason`(text: String, error: DivisionCodeError) {
        #expect(throws: error) { _ = try DivisionCode(text) }
    }

    /// Codes of real bodies, as licences and registers carry them, and made-up ones with right
    /// checks.
    @Test(arguments: [
        "91350100M000100Y43", "11100000000013338W", "11430000006122244L", "11330105002500287C",
        "91110000600037341L", "12110000TEXT000175", "12330100TEXT000170", "12431300TEXT00017D",
    ])
    func `a unified social credit code with right check characters is taken`(text: String) throws {
        let code = try InstitutionCode(text)
        #expect(code.form == .socialCredit)
        // The organisation code inside stands by itself too.
        #expect(try InstitutionCode(String(text.dropFirst(8).prefix(9))).form == .organisation)
    }

    @Test func `a code found in a live system computes another check character`() {
        #expect(throws: InstitutionCodeError.check(got: "0", expected: "9", position: 18)) {
            _ = try InstitutionCode("113708000045030270")
        }
    }

    @Test func `a fund centre keeps the division of its founding`() throws {
        #expect(try InstitutionCode("522400000000000").form == .fundCentre)
        #expect(throws: InstitutionCodeError.division(.unknownProvince("992400"))) {
            _ = try InstitutionCode("992400000000000")
        }
        #expect(throws: InstitutionCodeError.character("52240000000000X", position: 15)) {
            _ = try InstitutionCode("52240000000000X")
        }
        #expect(throws: InstitutionCodeError.length(6)) { _ = try InstitutionCode("330100") }
    }

    @Test(arguments: ["12330100TEXT000170", "TEXT00017", "11100000000013338W"])
    func `every change of one character is found`(text: String) {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        let bytes = Array(text.utf8)
        for index in bytes.indices {
            for other in alphabet where other != bytes[index] {
                var changed = bytes
                changed[index] = other
                let word = String(decoding: changed, as: UTF8.self)
                // GB 11714 counts modulo 11, and letters reach 35: some changes of a letter pass
                // there.
                guard text.utf8.count == 18 else { continue }
                #expect(throws: InstitutionCodeError.self, "\(word)") {
                    _ = try InstitutionCode(word)
                }
            }
        }
    }

    @Test func `a member id reads back from its own text`() throws {
        let id = try #require(MemberID("330100/12330100TEXT000170"))
        #expect(MemberID(id.description) == id)
        #expect(id.uri == "cityrelay://member/330100/12330100TEXT000170")
        for wrong in ["330100", "330100/", "/330100000000000", "330100/330100000000000/1", "a/b"] {
            #expect(MemberID(wrong) == nil)
        }
    }

    @Test func `an endpoint is a host and a port`() {
        #expect(Endpoint("relay.example:27100") == Endpoint(host: "relay.example", port: 27100))
        #expect(Endpoint("[::1]:80") == Endpoint(host: "::1", port: 80))
        #expect(Endpoint("[::1]:80")?.description == "[::1]:80")
        for wrong in [
            "relay", "relay:", ":80", "relay:0", "relay:65536", "::1:80", "a b:80", "[x]:80",
        ] {
            #expect(Endpoint(wrong) == nil, "\(wrong)")
        }
    }
}
