// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

@Suite struct `Code tables` {
    private func check<Table: CodeTable>(_ table: Table.Type, _ codes: [String], _ names: [String])
    {
        #expect(table.allCases.map(\.code) == codes)
        #expect(table.allCases.map(\.chinese) == names)
    }

    @Test func `GRZHZT, DWZHZT and ZJLX are the national ones`() {
        check(
            FundAccountStatus.self, ["01", "02", "03", "04", "05", "06", "99"],
            ["正常", "封存", "合并销户", "外部转出销户", "提取销户", "冻结", "其他"])
        check(
            EmployerAccountStatus.self, ["01", "02", "03", "04", "05", "99"],
            ["正常", "开户", "缓缴", "销户", "封存", "其他"])
        check(
            DocumentKind.self, ["01", "02", "03", "04", "99"],
            ["身份证", "军官证", "护照", "外国人永久居留证", "其他"])
    }

    @Test func `GJHTQYWLX is the national one: 07 goes out, 08 comes in`() {
        check(
            FundEntryKind.self,
            [
                "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14",
                "15", "99",
            ],
            [
                "汇缴", "补缴", "开户", "启封", "封存", "内部转移", "外部转出", "外部转入", "年终结息",
                "基数调整", "部分提取", "销户提取", "缓缴", "冻结", "解冻", "其他",
            ])
        #expect(FundEntryKind.transferOut.code == "07")
        #expect(FundEntryKind.transferIn.shown == "08 外部转入")
    }

    @Test func `licence status and operation are MOHURD's`() {
        check(
            LicenceStatus.self, ["01", "02", "03", "04", "05", "06", "07", "99"],
            ["有效", "暂扣", "撤销", "注销", "失效", "办理转出", "吊销", "其他"])
        check(
            LicenceOperation.self,
            ["01", "02", "03", "04", "05", "06", "07", "08", "09", "10"],
            [
                "新发", "延续", "暂扣", "过期失效", "注销/撤销/吊销/转出", "暂扣发还", "其他", "转入",
                "变更", "取消转出",
            ])
        #expect(LicenceStatus.allCases.filter(\.isInForce) == [.valid])
        #expect(LicenceStatus.allCases.filter(\.isFinal).map(\.code) == ["03", "04", "05", "07"])
    }
}

@Suite struct `Record schemas` {
    @Test func `the built-in schemas are sound and found by name and by kind`() throws {
        let schemas = try RecordSchemas(RecordSchemas.builtIn.all)
        #expect(
            schemas.all.map(\.kind) == [
                "fund-account", "licence", "drivers-licence", "business-licence", "marriage",
                "resident-points",
            ])
        for schema in schemas.all {
            #expect(try schemas.schema(kind: schema.kind) == schema)
            #expect(try schemas.schema(id: schema.id, version: 1) == schema)
            // Room for every field and predicate, and a decoy.
            _ = try FieldTree.leafCount(forFields: schema.fields.count + schema.predicates.count)
            for field in schema.fields {
                #expect(!field.chinese.isEmpty && !field.pinyin.isEmpty, "\(field.id)")
            }
        }
        #expect(throws: RecordSchemaError.unknownKind("plate")) {
            try schemas.schema(kind: "plate")
        }
        #expect(throws: RecordSchemaError.unknownSchema("frr.licence", version: 2)) {
            try schemas.schema(id: "frr.licence", version: 2)
        }
        #expect(throws: RecordSchemaError.duplicate("frr.licence")) {
            try RecordSchemas([.licence, .licence])
        }
    }

    @Test func `a new version of a kind is a new table, and the newest is asked`() throws {
        let old = RecordSchema.licence
        let new = RecordSchema(
            id: old.id, version: 2, kind: old.kind, chinese: old.chinese, reference: old.reference,
            statuses: old.statuses, fields: old.fields, predicates: old.predicates)
        let schemas = try RecordSchemas([old, new])
        #expect(try schemas.schema(kind: "licence").version == 2)
        #expect(try schemas.schema(id: old.id, version: 1).version == 1)
        let twice = RecordSchema(
            id: "x", version: 1, kind: "x", chinese: "x", reference: .licence, statuses: [],
            fields: [old.fields[0], old.fields[0]])
        #expect(throws: RecordSchemaError.duplicate(old.fields[0].id)) {
            try RecordSchemas([twice])
        }
    }

    @Test func `what may not leave its city is refused with its reason`() throws {
        let fund = RecordSchema.fundAccount
        try fund.checkDisclosable(field: "GRZHZT")
        #expect(throws: RecordSchemaError.neverDisclosed("SJHM")) {
            try fund.checkDisclosable(field: "SJHM")
        }
        #expect(throws: RecordSchemaError.neverDisclosed("FrLoanFlag")) {
            try fund.checkDisclosable(field: "FrLoanFlag")
        }
        #expect(throws: RecordSchemaError.predicateOnly("LoanEndFlag")) {
            try fund.checkDisclosable(field: "LoanEndFlag")
        }
        #expect(throws: RecordSchemaError.unknownField("nothing")) {
            try fund.checkDisclosable(field: "nothing")
        }
        try fund.checkDisclosable(predicate: "monthsGE", hasThreshold: true)
        #expect(throws: RecordSchemaError.predicateForm("monthsGE")) {
            try fund.checkDisclosable(predicate: "monthsGE", hasThreshold: false)
        }
        #expect(throws: RecordSchemaError.predicateForm("noUnsettledLoan")) {
            try fund.checkDisclosable(predicate: "noUnsettledLoan", hasThreshold: true)
        }
        #expect(throws: RecordSchemaError.unknownPredicate("married")) {
            try fund.checkDisclosable(predicate: "married", hasThreshold: false)
        }
    }

    @Test func `personal points stay at home by default`() {
        for field in RecordSchema.residentPoints.fields {
            #expect(throws: RecordSchemaError.self) {
                try RecordSchema.residentPoints.checkDisclosable(field: field.id)
            }
            guard case .withheld(let basis) = field.shareClass else {
                Issue.record("\(field.id) is shareable")
                continue
            }
            #expect(!basis.isEmpty)
        }
        #expect(RecordSchema.residentPoints.predicates.isEmpty)
    }

    @Test func `penalty points and the fraud flag never leave, whatever is asked`() {
        #expect(RecordSchema.driversLicence.field("LJJF")?.disclosure == .never)
        #expect(RecordSchema.businessLicence.field("FDDBRZJHM")?.disclosure == .never)
        // Grave fields are never sent along unasked.
        for schema in RecordSchemas.builtIn.all {
            for field in schema.fields where field.sensitivity == .grave {
                #expect(field.disclosure != .always, "\(schema.id) \(field.id)")
            }
        }
    }

    @Test func `values have the form of their fields`() throws {
        let fund = RecordSchema.fundAccount
        try fund.check(
            values: [("GRZHYE", "12345.67"), ("JZNY", "202610"), ("XHRQ", "")], status: "02")
        for (id, text) in [
            ("GRZHYE", "12345.6"), ("JZNY", "202613"), ("KHRQ", "20230229"), ("GRZHZT", "07"),
            ("LXJCYS", "601"), ("LXJCYS", "007"), ("SJHM", "1380000000A"),
            ("GRJCBL", "1000.00"), ("GRZH", "123456789012345678901"),
        ] {
            #expect(throws: RecordSchemaError.fieldForm(id)) {
                try fund.check(values: [(id, text)], status: "01")
            }
        }
        #expect(throws: RecordSchemaError.status("08")) {
            try fund.check(values: [], status: "08")
        }
        #expect(throws: RecordSchemaError.unknownField("LJJF")) {
            try fund.check(values: [("LJJF", "1")], status: "01")
        }
        #expect(throws: RecordSchemaError.duplicate("KHRQ")) {
            try fund.check(values: [("KHRQ", ""), ("KHRQ", "")], status: "01")
        }
    }

    @Test func `a status means what its own schema says`() {
        func meaning(_ id: String, _ version: UInt32, _ status: String) -> String? {
            let record = RecordState(
                schemaID: id, schemaVersion: version, fieldRoot: SHA256.hash([]), status: status,
                statusAsOf: .unixEpoch, revision: 1)
            return RecordSchemas.builtIn.status(of: record).map {
                "\($0.chinese) \($0.isInForce)"
            }
        }
        #expect(meaning("frr.marriage", 1, "01") == "结婚 true")
        #expect(meaning("frr.marriage", 1, "02") == "离婚 false")
        #expect(meaning("frr.business-licence", 1, "02") == "迁出 false")
        #expect(meaning("frr.business-licence", 1, "03") == "吊销 false")
        #expect(meaning("frr.licence", 1, "03") == "撤销 false")
        #expect(meaning("frr.fund-account", 1, "02") == "封存 true")
        #expect(meaning("frr.resident-points", 1, "01") == "有效 true")
        // A later version keeps the meaning of its codes; another city's own schema has none here.
        #expect(meaning("frr.licence", 9, "07") == "吊销 false")
        #expect(meaning("frr.licence", 1, "08") == nil)
        #expect(meaning("hz.residence-licence", 1, "01") == nil)
    }

    @Test func `a reference has one canonical form`() throws {
        #expect(
            try ReferenceForm.document.canonical("01:431302188001010014") == "431302188001010014")
        #expect(
            try ReferenceForm.document.canonical("110105" + "19491231" + "002x")
                == "110105" + "19491231" + "002X")
        #expect(try ReferenceForm.document.canonical("03:E12345678") == "03:E12345678")
        #expect(
            try ReferenceForm.licence.canonical(LicenceIdentifierTests.old)
                == LicenceIdentifierTests.old)
        #expect(
            try ReferenceForm.socialCredit.canonical("12330100TEXT000170") == "12330100TEXT000170")
        #expect(
            try ReferenceForm.marriage.canonical("J430100-1905-000001") == "J430100-1905-000001")
        for (form, text) in [
            (ReferenceForm.document, "03:"), (.document, "08:E1"), (.document, "03:e1"),
            (.document, "4313021880010100"), (.document, "1:2:3"), (.licence, "x"),
            (.document, "a:b:431302188001010014"), (.document, "01:01:431302188001010014"),
            (.socialCredit, "330100000000000"), (.marriage, "J430100-1905-00001"),
            (.marriage, "K430100-1905-000001"), (.marriage, "J430100-1905"), (.marriage, ""),
        ] {
            #expect(throws: RecordReferenceError.self, "\(text)") { try form.canonical(text) }
        }
    }
}

/// A licence of old, with an underscore.
private enum LicenceIdentifierTests {
    static let old =
        "1.2.156.3005.2.11100000000013338W011.12330100TEXT000170.2019_000000001.001.7"
}
