// SPDX-License-Identifier: Apache-2.0

extension RecordSchema {
    /// 营业执照. A public register, but for the legal representative.
    /// Source: specs/domain.md sections 2.7 and 3.1.
    public static let businessLicence = RecordSchema(
        id: "frr.business-licence", version: 1, kind: "business-licence", chinese: "营业执照",
        reference: .socialCredit,
        statuses: [
            StatusCode(code: "01", chinese: "存续", isInForce: true),
            StatusCode(code: "02", chinese: "迁出"), StatusCode(code: "03", chinese: "吊销"),
            StatusCode(code: "04", chinese: "注销"),
        ],
        fields: [
            open("uscc", "统一社会信用代码", "TongYiSheHuiXinYongDaiMa", .socialCreditCode),
            open("MingCheng", "名称", "MingCheng", .text(maxBytes: 255)),
            open("LeiXing", "类型", "LeiXing", .text(maxBytes: 120)),
            RecordField(
                id: "FDDBR", chinese: "法定代表人", pinyin: "FaDingDaiBiaoRen",
                type: .text(maxBytes: 120), sensitivity: .personal),
            RecordField(
                id: "FDDBRZJHM", chinese: "法定代表人证件号码",
                pinyin: "FaDingDaiBiaoRenZhengJianHaoMa", type: .text(maxBytes: 18),
                sensitivity: .grave, disclosure: .never),
            open("ZCZB", "注册资本", "ZhuCeZiBen", .money),
            open("CLRQ", "成立日期", "ChengLiRiQi", .date),
            open("YYQXQ", "营业期限起", "YingYeQiXianQi", .date),
            open("YYQXZ", "营业期限止", "YingYeQiXianZhi", .date),
            open("ZhuSuo", "住所", "ZhuSuo", .text(maxBytes: 255)),
            open("JYFW", "经营范围", "JingYingFanWei", .text(maxBytes: 4_000)),
            open("DJJG", "登记机关", "DengJiJiGuan", .text(maxBytes: 255)),
            open("FZRQ", "发照日期", "FaZhaoRiQi", .date),
        ])

    /// 结婚登记. Two people's record: shown is that one of them was married, and the other's
    /// identity only when it is asked for with a basis.
    /// Source: specs/domain.md section 2.9 (field names unverified).
    public static let marriage = RecordSchema(
        id: "frr.marriage", version: 1, kind: "marriage", chinese: "婚姻登记", reference: .document,
        statuses: [
            StatusCode(code: "01", chinese: "结婚", isInForce: true),
            StatusCode(code: "02", chinese: "离婚"), StatusCode(code: "03", chinese: "撤销"),
            StatusCode(code: "99", chinese: "其他"),
        ],
        fields: [
            RecordField(
                id: "ZJZH", chinese: "证件字号", pinyin: "ZhengJianZiHao",
                type: .text(maxBytes: 20), sensitivity: .personal),
            RecordField(
                id: "DJRQ", chinese: "登记日期", pinyin: "DengJiRiQi", type: .date,
                sensitivity: .personal),
            RecordField(
                id: "DJJG", chinese: "登记机关", pinyin: "DengJiJiGuan",
                type: .text(maxBytes: 255), sensitivity: .ordinary),
            RecordField(
                id: "POXM", chinese: "配偶姓名", pinyin: "PeiOuXingMing",
                type: .text(maxBytes: 120), sensitivity: .grave),
            RecordField(
                id: "POGJ", chinese: "配偶国籍", pinyin: "PeiOuGuoJi", type: .text(maxBytes: 30),
                sensitivity: .grave),
            RecordField(
                id: "POCSRQ", chinese: "配偶出生日期", pinyin: "PeiOuChuShengRiQi", type: .date,
                sensitivity: .grave, disclosure: .never),
            RecordField(
                id: "POZJHM", chinese: "配偶证件号码", pinyin: "PeiOuZhengJianHaoMa",
                type: .text(maxBytes: 18), sensitivity: .grave),
        ],
        predicates: [
            RecordPredicate(
                id: "married", chinese: "处于婚姻登记状态", english: "registered as married",
                form: .flag)
        ])

    /// Why points stay at home: each city scores by rules of its own, and no rule that we know
    /// shares them. A city that has one writes it into its own schema.
    private static let pointsBasis = "本市未规定共享依据，默认不予共享"

    /// 积分落户: not shared by default; a city that wants to share brings a schema of its own.
    public static let residentPoints = RecordSchema(
        id: "frr.resident-points", version: 1, kind: "resident-points", chinese: "个人积分",
        reference: .document,
        statuses: [
            StatusCode(code: "01", chinese: "有效", isInForce: true),
            StatusCode(code: "05", chinese: "失效"),
        ],
        fields: [
            RecordField(
                id: "JFZF", chinese: "积分总分", pinyin: "JiFenZongFen", type: .money,
                sensitivity: .personal, shareClass: .withheld(basis: pointsBasis),
                disclosure: .never),
            RecordField(
                id: "JFMX", chinese: "积分明细", pinyin: "JiFenMingXi",
                type: .text(maxBytes: 4_000), sensitivity: .grave,
                shareClass: .withheld(basis: pointsBasis), disclosure: .never),
        ])

    private static func open(
        _ id: String, _ chinese: String, _ pinyin: String, _ type: FieldType
    ) -> RecordField {
        RecordField(
            id: id, chinese: chinese, pinyin: pinyin, type: type, sensitivity: .open,
            shareClass: .unconditional)
    }
}
