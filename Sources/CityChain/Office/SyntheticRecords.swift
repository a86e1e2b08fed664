// SPDX-License-Identifier: Apache-2.0

package import Federation

/// Records of people who cannot exist, in every state that a counter meets. Person 9 has none, and
/// whoever follows has an ordinary fund account.
package struct SyntheticRecords: Sendable {
    package struct Draft: Hashable, Sendable {
        package let schema: RecordSchema
        package let reference: String
        package let status: String
        package let values: [OfficeRecord.Value]
    }

    /// What is special about one person.
    private struct Case {
        let name: String
        let account: FundAccountStatus
        let months: Int
        let hasLoan: Bool
        let licence: LicenceStatus
    }

    let code: String

    package init(code: String) { self.code = code }

    /// By the person's number.
    private static let cast: [Case] = [
        Case(name: "王小明", account: .normal, months: 26, hasLoan: false, licence: .valid),
        Case(name: "李秀英", account: .sealed, months: 14, hasLoan: false, licence: .suspended),
        Case(name: "张建国", account: .frozen, months: 40, hasLoan: false, licence: .revoked),
        Case(name: "刘洋", account: .normal, months: 61, hasLoan: true, licence: .expired),
        // U+20BB7 and U+4DAE: beyond the 16-bit plane, and missing in many fonts.
        Case(
            name: "\u{20bb7}\u{4dae}", account: .sealed, months: 30, hasLoan: false,
            licence: .movedOut),
        Case(name: "阿依古丽·买买提", account: .normal, months: 3, hasLoan: false, licence: .valid),
        Case(name: "陈静", account: .drawnOut, months: 120, hasLoan: false, licence: .cancelled),
        // A private character, as an old system typed it.
        Case(name: "赵\u{e863}", account: .normal, months: 12, hasLoan: true, licence: .rescinded),
        Case(name: "周敏", account: .transferredOut, months: 9, hasLoan: false, licence: .valid),
    ]

    /// The person without any record.
    package static let absentPerson = 9

    package func all(people: Int) -> [Draft] {
        var drafts: [Draft] = []
        for number in 0..<max(people, SyntheticRecords.absentPerson + 1)
        where number != SyntheticRecords.absentPerson {
            if number < SyntheticRecords.cast.count {
                let person = SyntheticRecords.cast[number]
                drafts.append(account(number, person))
                drafts.append(licence(number, person))
                drafts.append(driver(number, person))
            } else {
                drafts.append(
                    account(
                        number,
                        Case(
                            name: "居民\(number)", account: .normal, months: 24 + number % 100,
                            hasLoan: false, licence: .valid)))
            }
        }
        drafts.append(marriage(0))
        if let business { drafts.append(business) }
        return drafts
    }

    package func person(_ number: Int) -> String {
        SyntheticPeople.identityNumber(division: code, index: number)
    }

    /// A licence's identifier; nil for a code that makes no issuer.
    package func licenceIdentifier(_ number: Int) -> String? {
        guard let issuer = creditCode("12") else { return nil }
        let serial = "2026" + String(10_000_000_000_000_000 + number).dropFirst()
        return
            (try? LicenceIdentifier(
                kind: "11100000000013338W011", issuer: issuer, serial: serial, version: 1))?.text
    }

    /// The business whose licence is kept.
    package var businessCode: String? { creditCode("91") }

    /// A credit code of the synthetic organisation TEXT0001 here, its check character found by
    /// trying.
    private func creditCode(_ authority: String) -> String? {
        for check in "0123456789ABCDEFGHJKLMNPQRTUWXY" {
            let text = "\(authority)\(code)TEXT00017\(check)"
            if (try? SocialCreditCode(text)) != nil { return text }
        }
        return nil
    }

    private typealias Value = OfficeRecord.Value

    private func account(_ number: Int, _ person: Case) -> Draft {
        let base = Fen(800_000 + UInt64(number) * 1_000) ?? .zero
        let monthly = Fen(base.count * 12 / 100) ?? .zero
        let balance = Fen(2 * monthly.count * UInt64(person.months)) ?? .zero
        return Draft(
            schema: .fundAccount, reference: self.person(number), status: person.account.code,
            values: [
                Value("GRZH", code + String(1_000_000 + number)), Value("XingMing", person.name),
                Value("ZJLX", DocumentKind.identityCard.code), Value("ZJHM", self.person(number)),
                Value("SJHM", String(10_000_000_000 + number)),
                Value("GRCKZHHM", "6200" + String(1_000_000_000 + number)),
                Value("GRZHZT", person.account.code), Value("KHRQ", "20150701"),
                Value("XHRQ", person.account.isOpen ? "" : "20260930"),
                Value("DWMC", "测试单位\(number % 7)"), Value("DWZH", code + "9\(number % 7)"),
                Value("DWZHZT", EmployerAccountStatus.normal.code), Value("GRJCJS", base.yuan),
                Value("GRZHYE", balance.yuan), Value("GRYJCE", monthly.yuan),
                Value("DWYJCE", monthly.yuan), Value("GRJCBL", "12.00"), Value("DWJCBL", "12.00"),
                Value("JZNY", "202610"), Value("LXJCYS", String(person.months)),
                Value("LoanNum", person.hasLoan ? "1" : "0"),
                Value("LoanEndFlag", person.hasLoan ? "1" : "2"), Value("FrLoanFlag", "2"),
            ])
    }

    private func licence(_ number: Int, _ person: Case) -> Draft {
        let identifier = licenceIdentifier(number) ?? ""
        let issuer = creditCode("12") ?? ""
        return Draft(
            schema: .licence, reference: identifier, status: person.licence.code,
            values: [
                Value("certificate_identifier", identifier),
                Value("certificate_name", "建筑施工特种作业操作资格证书"),
                Value("certificate_type_code", "11100000000013338W011"),
                Value("certificate_number", "TZ\(code)\(10_000 + number)"),
                Value("certificate_holder", person.name), Value("certificate_holder_type", "111"),
                Value("certificate_holder_code", self.person(number)),
                Value("issue_dept", "测试住房和城乡建设局"), Value("issue_dept_code", issuer),
                Value("issue_date", "20240115"), Value("certificateEffectiveDate", "20240115"),
                Value(
                    "certificateExpiringDate",
                    person.licence == .expired ? "20260114" : "20300114"),
                Value("certificate_area_code", code),
                Value("abolish_reason", person.licence.isFinal ? "测试" : ""),
                Value("trust_level", "A"),
            ])
    }

    private func driver(_ number: Int, _ person: Case) -> Draft {
        Draft(
            schema: .driversLicence, reference: self.person(number), status: person.licence.code,
            values: [
                Value("ZH", self.person(number)), Value("XingMing", person.name),
                Value("XingBie", "1"), Value("GuoJi", "中国"),
                Value("CSRQ", String(self.person(number).dropFirst(6).prefix(8))),
                Value("ZhuZhi", "测试路\(number)号"), Value("CCLZRQ", "20100301"),
                Value("ZJCX", number % 2 == 0 ? "C1" : "A2,C1D"), Value("YXQS", "20200301"),
                Value("YXQZ", "20300301"), Value("DABH", code + "0\(10_000 + number)"),
                Value("FZJG", "测试公安局交通警察支队"), Value("LJJF", "3"),
            ])
    }

    /// Person 0 is married to person 1.
    private func marriage(_ number: Int) -> Draft {
        Draft(
            schema: .marriage, reference: person(number), status: "01",
            values: [
                Value("ZJZH", "J\(code)-1905-000001"), Value("DJRQ", "19050101"),
                Value("DJJG", "测试民政局"), Value("POXM", SyntheticRecords.cast[1].name),
                Value("POGJ", "中国"),
                Value("POCSRQ", String(person(number + 1).dropFirst(6).prefix(8))),
                Value("POZJHM", person(number + 1)),
            ])
    }

    private var business: Draft? {
        guard let businessCode else { return nil }
        return Draft(
            schema: .businessLicence, reference: businessCode, status: "01",
            values: [
                Value("uscc", businessCode), Value("MingCheng", "测试有限公司"),
                Value("LeiXing", "有限责任公司"), Value("FDDBR", SyntheticRecords.cast[0].name),
                Value("FDDBRZJHM", person(0)), Value("ZCZB", "1000000.00"),
                Value("CLRQ", "20100101"), Value("YYQXQ", "20100101"), Value("YYQXZ", "20600101"),
                Value("ZhuSuo", "测试路1号"), Value("JYFW", "软件测试"),
                Value("DJJG", "测试市场监督管理局"), Value("FZRQ", "20100101"),
            ])
    }
}
