// SPDX-License-Identifier: Apache-2.0

import Federation
import Testing

@Suite struct `Division registry` {
    private func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

    @Test func `the sample table is sound and holds the sample federation`() throws {
        let registry = try DivisionRegistry(DivisionRegistry.sample.entries)
        let today = try day("20261126")
        for code in [
            "110000", "120000", "310000", "500000", "330100", "320100", "350200", "370100",
            "420100", "430100", "431300", "440100", "440300", "510100", "520100", "520300",
            "520500", "522700", "610100", "130629", "130632", "130638", "133100",
        ] {
            #expect(registry.entry(of: code, on: today) != nil, "\(code)")
        }
    }

    @Test func `522400 became 520500, and each is known in its time`() throws {
        let registry = DivisionRegistry.sample
        let before = try day("20110101")
        let after = try day("20261126")
        #expect(registry.entry(of: "522400", on: before)?.chinese == "毕节地区")
        #expect(registry.entry(of: "522400", on: after) == nil)
        #expect(registry.current("522400", on: after) == ["520500"])
        #expect(registry.current("522400", on: before) == ["522400"])
        #expect(registry.areSame("522400", "520500", on: after))
        #expect(!registry.areSame("522400", "520300", on: after))
        #expect(registry.current("999999", on: after).isEmpty)
        #expect(!registry.areSame("999999", "999998", on: after))
    }

    @Test func `a code outside the standard names its authority`() {
        let entry = DivisionRegistry.sample.entries(of: "133100").first
        #expect(entry?.authority == "statistics")
        #expect(
            DivisionRegistry.sample.entries(of: "330100").first?.authority
                == DivisionEntry.nationalStandard)
    }

    @Test func `a member adds its own lines, mergers and splits too`() throws {
        let registry = try DivisionRegistry(
            table: """
                # code|name|from|to|successors|authority
                330181|甲市||20200101|330112,330114|

                330112|乙区|20200102|||
                330114|丙区|20200102|||
                330900|丁区||||local
                """)
        #expect(registry.entries.count == 4)
        #expect(
            registry.current("330181", on: try day("20261126")) == ["330112", "330114"])
        #expect(try DivisionRegistry.sample.adding(registry.entries).entries.count > 20)
    }

    static let bad: [(table: String, error: DivisionRegistryError)] = [
        ("330100|a|b", .line(1)),
        ("330100|杭州|20200230|||", .line(1)),
        ("# x\n33010A|杭州||||", .line(2)),
        ("330100|||||", .line(1)),
        ("330100|杭州||||\n330100|杭州|20200101|||", .overlap("330100")),
        ("330100|杭州|20200102|20200101||", .validity("330100")),
        ("330100|杭州||20200101|330199|", .unknownSuccessor("330199", of: "330100")),
        ("330100|a||20200101|330200|\n330200|b||20200101|330100|", .circle("330100")),
    ]

    @Test(arguments: bad)
    func `a table that contradicts itself is refused`(
        _ table: String, _ error: DivisionRegistryError
    ) {
        #expect(throws: error) { try DivisionRegistry(table: table) }
    }

    @Test func `a code may be used again later`() throws {
        let registry = try DivisionRegistry(
            table: "330100|a||19991231||\n330100|b|20000101|||")
        #expect(registry.entry(of: "330100", on: try day("19991231"))?.chinese == "a")
        #expect(registry.entry(of: "330100", on: try day("20000101"))?.chinese == "b")
    }
}
