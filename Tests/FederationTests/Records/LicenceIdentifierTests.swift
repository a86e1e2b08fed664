// SPDX-License-Identifier: Apache-2.0

import Federation
import Testing

@Suite struct `Licence identifier` {
    /// Domain section 2.6: three that look issued, from two ministries, and a synthetic one.
    static let good = [
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
        "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
        "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
        synthetic,
    ]
    static let synthetic =
        "1.2.156.3005.2.11100000000013338W011.12330100TEXT000170.20260101000000000001.001.2"

    /// What the check character is computed over: no root, no dots.
    static let body = Array("11100000000013338W01112330100TEXT00017020260101000000000001001")

    @Test(arguments: good)
    func `an identifier from the field is good and comes back as it was`(_ text: String) throws {
        let identifier = try LicenceIdentifier(text)
        #expect(identifier.text == text)
        #expect(identifier.flaws.isEmpty)
    }

    @Test func `its parts are the standard's`() throws {
        let identifier = try LicenceIdentifier(Self.synthetic)
        #expect(identifier.kind == "11100000000013338W011")
        #expect(identifier.issuer == "12330100TEXT000170")
        #expect(identifier.serial == "20260101000000000001")
        #expect(identifier.version == "001")
        #expect(identifier.check == "2")
        let made = try LicenceIdentifier(
            kind: identifier.kind, issuer: identifier.issuer, serial: identifier.serial, version: 1)
        #expect(made == identifier)
    }

    @Test func `the root and the dots are not part of what is checked`() {
        #expect(LicenceCheck.character(for: String(Self.body)) == "2")
        #expect(LicenceCheck.character(for: "1.2.156.3005.2") == nil)
        #expect(LicenceCheck.character(for: "12156300521" + String(Self.body)) != "2")
    }

    @Test func `all 2,170 single-character errors are caught`() {
        var tried = 0
        for place in Self.body.indices {
            for other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" where other != Self.body[place] {
                var wrong = Self.body
                wrong[place] = other
                #expect(LicenceCheck.character(for: String(wrong)) != "2")
                tried += 1
            }
        }
        #expect(tried == 2_170)
    }

    @Test func `all 32 swaps of different neighbours are caught`() {
        var tried = 0
        for place in Self.body.indices.dropLast() where Self.body[place] != Self.body[place + 1] {
            var wrong = Self.body
            wrong.swapAt(place, place + 1)
            #expect(LicenceCheck.character(for: String(wrong)) != "2")
            tried += 1
        }
        #expect(tried == 32)
    }

    @Test func `a moved dot passes the check character and is another identifier all the same`()
        throws
    {
        let moved =
            "1.2.156.3005.2.11100000000013338W011.12330100TEXT0001702.0260101000000000001.001.2"
        #expect(throws: LicenceIdentifierError.issuer("12330100TEXT0001702")) {
            try LicenceIdentifier(moved)
        }
        let lenient = try LicenceIdentifier(moved, mode: .lenient)
        // The check character sees nothing wrong: only the segment's form does.
        #expect(lenient.flaws == [.issuer("12330100TEXT0001702")])
        #expect(lenient.check == "2")
        #expect(try lenient != LicenceIdentifier(Self.synthetic))
    }

    @Test func `a wrong check character names the right one, as the vendor's .M for D`() throws {
        let wrong = Self.synthetic.dropLast() + "M"
        let error = LicenceIdentifierError.check(got: "M", expected: "2")
        #expect(throws: error) { try LicenceIdentifier(String(wrong)) }
        #expect(try LicenceIdentifier(String(wrong), mode: .lenient).flaws == [error])
    }

    @Test func `an underscore in the serial is old: lenient flags it, strict refuses it`() throws {
        let old =
            "1.2.156.3005.2.11100000000013338W011.12330100TEXT000170.2019_000000001.001.7"
        #expect(throws: LicenceIdentifierError.serial("2019_000000001")) {
            try LicenceIdentifier(old)
        }
        let lenient = try LicenceIdentifier(old, mode: .lenient)
        #expect(lenient.flaws == [.serial("2019_000000001")])
        #expect(lenient.text == old)
    }

    static let bad: [(text: String, error: LicenceIdentifierError)] = [
        ("", .length(0)),
        (String(repeating: "1", count: 129), .length(129)),
        ("1.2.156.3005.3.A.B.C.D.E", .root),
        ("1.2.156.3005.2", .root),
        ("1.2.156.3005.2.A.B.C.D", .segments(4)),
        ("1.2.156.3005.2.A.B.C.D.E.F", .segments(6)),
        ("1.2.156.3005.2.A..C.D.E", .emptySegment(2)),
        ("1.2.156.3005.2.A.B.C.D.", .emptySegment(5)),
        // Two letters of the kind swapped: the social credit code's own check finds it.
        (synthetic.replacing("13338W011", with: "1333W8011"), .kind("1110000000001333W8011")),
        (synthetic.replacing("W011.", with: "W01A."), .kind("11100000000013338W01A")),
        (synthetic.replacing("TEXT", with: "TEXU"), .issuer("12330100TEXU000170")),
        (synthetic.replacing(".001.", with: ".000."), .version("000")),
        (synthetic.replacing(".001.", with: ".1."), .version("1")),
        (synthetic.replacing("20260101000000000001", with: "12345678"), .serial("12345678")),
        (synthetic.replacing("20260101000000000001", with: "abcdefghi"), .serial("abcdefghi")),
    ]

    @Test(arguments: bad)
    func `what is wrong has its own name`(_ text: String, _ error: LicenceIdentifierError) {
        #expect(throws: error) { try LicenceIdentifier(text) }
    }
}
