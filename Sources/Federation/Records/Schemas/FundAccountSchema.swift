// SPDX-License-Identifier: Apache-2.0

extension RecordSchema {
    /// 住房公积金个人账户. Names, types and lengths: JGJ/T 320-2014 as implemented.
    /// Source: specs/domain.md sections 2.2, 2.3 and 3.1.
    public static let fundAccount = RecordSchema(
        id: "frr.fund-account", version: 1, kind: "fund-account", chinese: "住房公积金个人账户",
        reference: .document,
        statuses: StatusCode.codes(of: FundAccountStatus.self, inForce: \.isOpen),
        fields: fundPerson + fundMoney + fundLoan,
        predicates: [
            RecordPredicate(
                id: "SixMconFlag", chinese: "连续足额缴存满六个月",
                english: "paid in full for six months without a gap", form: .flag),
            RecordPredicate(
                id: "monthsGE", chinese: "连续缴存月数不少于",
                english: "months paid in without a gap, at least", form: .atLeast),
            RecordPredicate(
                id: "noUnsettledLoan", chinese: "无未结清公积金贷款",
                english: "no unsettled provident-fund loan", form: .flag),
        ])

    private static let fundPerson: [RecordField] = [
        RecordField(
            id: "GRZH", chinese: "个人账号", pinyin: "GeRenZhangHao", type: .text(maxBytes: 20),
            sensitivity: .personal),
        RecordField(
            id: "XingMing", chinese: "姓名", pinyin: "XingMing", type: .text(maxBytes: 120),
            sensitivity: .grave),
        RecordField(
            id: "ZJLX", chinese: "证件类型", pinyin: "ZhengJianLeiXing",
            type: .codes(of: DocumentKind.self), sensitivity: .ordinary),
        RecordField(
            id: "ZJHM", chinese: "证件号码", pinyin: "ZhengJianHaoMa", type: .text(maxBytes: 18),
            sensitivity: .grave),
        RecordField(
            id: "SJHM", chinese: "手机号码", pinyin: "ShouJiHaoMa", type: .digits(max: 11),
            sensitivity: .grave, disclosure: .never),
        RecordField(
            id: "GRCKZHHM", chinese: "个人存款账户号码", pinyin: "GeRenCunKuanZhangHuHaoMa",
            type: .text(maxBytes: 30), sensitivity: .grave, disclosure: .never),
        RecordField(
            id: "GRZHZT", chinese: "个人账户状态", pinyin: "GeRenZhangHuZhuangTai",
            type: .codes(of: FundAccountStatus.self), sensitivity: .personal),
        RecordField(
            id: "KHRQ", chinese: "开户日期", pinyin: "KaiHuRiQi", type: .date,
            sensitivity: .ordinary),
        RecordField(
            id: "XHRQ", chinese: "销户日期", pinyin: "XiaoHuRiQi", type: .date,
            sensitivity: .ordinary),
        RecordField(
            id: "DWMC", chinese: "单位名称", pinyin: "DanWeiMingCheng",
            type: .text(maxBytes: 255), sensitivity: .personal),
        RecordField(
            id: "DWZH", chinese: "单位账号", pinyin: "DanWeiZhangHao",
            type: .text(maxBytes: 20), sensitivity: .ordinary),
        RecordField(
            id: "DWZHZT", chinese: "单位账户状态", pinyin: "DanWeiZhangHuZhuangTai",
            type: .codes(of: EmployerAccountStatus.self), sensitivity: .ordinary),
    ]

    private static let fundMoney: [RecordField] = [
        RecordField(
            id: "GRJCJS", chinese: "个人缴存基数", pinyin: "GeRenJiaoCunJiShu", type: .money,
            sensitivity: .personal),
        RecordField(
            id: "GRZHYE", chinese: "个人账户余额", pinyin: "GeRenZhangHuYuE", type: .money,
            sensitivity: .personal),
        RecordField(
            id: "GRYJCE", chinese: "个人月缴存额", pinyin: "GeRenYueJiaoCunE", type: .money,
            sensitivity: .personal),
        RecordField(
            id: "DWYJCE", chinese: "单位月缴存额", pinyin: "DanWeiYueJiaoCunE", type: .money,
            sensitivity: .personal),
        RecordField(
            id: "GRJCBL", chinese: "个人缴存比例", pinyin: "GeRenJiaoCunBiLi", type: .rate,
            sensitivity: .ordinary),
        RecordField(
            id: "DWJCBL", chinese: "单位缴存比例", pinyin: "DanWeiJiaoCunBiLi", type: .rate,
            sensitivity: .ordinary),
        RecordField(
            id: "JZNY", chinese: "缴至年月", pinyin: "JiaoZhiNianYue", type: .month,
            sensitivity: .ordinary),
    ]

    /// Of loans only predicates speak; the fraud flag goes to the receiving centre in a letter and
    /// nowhere else.
    private static let fundLoan: [RecordField] = [
        RecordField(
            id: "LXJCYS", chinese: "连续缴存月数", pinyin: "LianXuJiaoCunYueShu",
            type: .whole(CountChain.counts), sensitivity: .personal, disclosure: .predicateOnly),
        RecordField(
            id: "LoanNum", chinese: "贷款次数", pinyin: "DaiKuanCiShu", type: .whole(0...99),
            sensitivity: .grave, disclosure: .predicateOnly),
        RecordField(
            id: "LoanEndFlag", chinese: "是否有未结清贷款", pinyin: "ShiFouYouWeiJieQingDaiKuan",
            type: .code(["1", "2"]), sensitivity: .grave, disclosure: .predicateOnly),
        RecordField(
            id: "FrLoanFlag", chinese: "是否有骗贷骗提记录", pinyin: "ShiFouYouPianDaiJiLu",
            type: .code(["1", "2"]), sensitivity: .grave, disclosure: .never),
    ]
}
