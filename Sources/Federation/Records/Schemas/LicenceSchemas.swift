// SPDX-License-Identifier: Apache-2.0

extension RecordSchema {
    /// 电子证照: what the national directory knows of any licence.
    /// Source: specs/domain.md section 2.6 (GB/T 36903 names seen in deployments).
    public static let licence = RecordSchema(
        id: "frr.licence", version: 1, kind: "licence", chinese: "电子证照", reference: .licence,
        statuses: StatusCode.codes(of: LicenceStatus.self, inForce: \.isInForce),
        fields: [
            RecordField(
                id: "certificate_identifier", chinese: "证照标识", pinyin: "ZhengZhaoBiaoShi",
                type: .licenceIdentifier, sensitivity: .personal),
            RecordField(
                id: "certificate_name", chinese: "证照名称", pinyin: "ZhengZhaoMingCheng",
                type: .text(maxBytes: 255), sensitivity: .open, disclosure: .always),
            RecordField(
                id: "certificate_type_code", chinese: "证照类型代码",
                pinyin: "ZhengZhaoLeiXingDaiMa", type: .text(maxBytes: 21), sensitivity: .open),
            RecordField(
                id: "certificate_number", chinese: "证照编号", pinyin: "ZhengZhaoBianHao",
                type: .text(maxBytes: 64), sensitivity: .personal),
            RecordField(
                id: "certificate_holder", chinese: "持证主体", pinyin: "ChiZhengZhuTi",
                type: .text(maxBytes: 255), sensitivity: .grave),
            RecordField(
                id: "certificate_holder_type", chinese: "持证主体代码类型",
                pinyin: "ChiZhengZhuTiDaiMaLeiXing", type: .code(["001", "111", "099"]),
                sensitivity: .ordinary),
            RecordField(
                id: "certificate_holder_code", chinese: "持证主体代码",
                pinyin: "ChiZhengZhuTiDaiMa", type: .text(maxBytes: 18), sensitivity: .grave),
            RecordField(
                id: "issue_dept", chinese: "发证机构", pinyin: "FaZhengJiGou",
                type: .text(maxBytes: 255), sensitivity: .open),
            RecordField(
                id: "issue_dept_code", chinese: "发证机构代码", pinyin: "FaZhengJiGouDaiMa",
                type: .text(maxBytes: 18), sensitivity: .open),
            RecordField(
                id: "issue_date", chinese: "颁发日期", pinyin: "BanFaRiQi", type: .date,
                sensitivity: .ordinary),
            RecordField(
                id: "certificateEffectiveDate", chinese: "有效期开始日期",
                pinyin: "YouXiaoQiKaiShiRiQi", type: .date, sensitivity: .ordinary),
            RecordField(
                id: "certificateExpiringDate", chinese: "有效期截止日期",
                pinyin: "YouXiaoQiJieZhiRiQi", type: .date, sensitivity: .ordinary),
            RecordField(
                id: "certificate_area_code", chinese: "所属区域代码",
                pinyin: "SuoShuQuYuDaiMa", type: .digits(max: 6), sensitivity: .open),
            RecordField(
                id: "associated_identifier", chinese: "关联证照标识",
                pinyin: "GuanLianZhengZhaoBiaoShi", type: .licenceIdentifier,
                sensitivity: .personal),
            RecordField(
                id: "abolish_reason", chinese: "废止原因", pinyin: "FeiZhiYuanYin",
                type: .text(maxBytes: 255), sensitivity: .personal, disclosure: .never),
            RecordField(
                id: "trust_level", chinese: "可信等级", pinyin: "KeXinDengJi",
                type: .code(["A", "B", "C", "D"]), sensitivity: .ordinary),
        ],
        predicates: [
            RecordPredicate(
                id: "inForce", chinese: "证照有效", english: "the licence is in force", form: .flag)
        ])

    /// 机动车驾驶证. The penalty points change by the hour: they are never kept or shown.
    /// Source: specs/domain.md section 2.8 (field names unverified).
    public static let driversLicence = RecordSchema(
        id: "frr.drivers-licence", version: 1, kind: "drivers-licence", chinese: "机动车驾驶证",
        reference: .document,
        statuses: StatusCode.codes(of: LicenceStatus.self, inForce: \.isInForce),
        fields: [
            RecordField(
                id: "ZH", chinese: "证号", pinyin: "ZhengHao", type: .identityNumber,
                sensitivity: .grave),
            RecordField(
                id: "XingMing", chinese: "姓名", pinyin: "XingMing", type: .text(maxBytes: 120),
                sensitivity: .grave),
            RecordField(
                id: "XingBie", chinese: "性别", pinyin: "XingBie", type: .code(["1", "2", "9"]),
                sensitivity: .personal),
            RecordField(
                id: "GuoJi", chinese: "国籍", pinyin: "GuoJi", type: .text(maxBytes: 30),
                sensitivity: .personal),
            RecordField(
                id: "CSRQ", chinese: "出生日期", pinyin: "ChuShengRiQi", type: .date,
                sensitivity: .grave),
            RecordField(
                id: "ZhuZhi", chinese: "住址", pinyin: "ZhuZhi", type: .text(maxBytes: 255),
                sensitivity: .grave, disclosure: .never),
            RecordField(
                id: "CCLZRQ", chinese: "初次领证日期", pinyin: "ChuCiLingZhengRiQi", type: .date,
                sensitivity: .ordinary),
            RecordField(
                id: "ZJCX", chinese: "准驾车型", pinyin: "ZhunJiaCheXing",
                type: .text(maxBytes: 30), sensitivity: .personal),
            RecordField(
                id: "YXQS", chinese: "有效期始", pinyin: "YouXiaoQiShi", type: .date,
                sensitivity: .ordinary),
            RecordField(
                id: "YXQZ", chinese: "有效期止", pinyin: "YouXiaoQiZhi", type: .date,
                sensitivity: .ordinary),
            RecordField(
                id: "DABH", chinese: "档案编号", pinyin: "DangAnBianHao", type: .digits(max: 12),
                sensitivity: .personal),
            RecordField(
                id: "FZJG", chinese: "发证机关", pinyin: "FaZhengJiGuan",
                type: .text(maxBytes: 255), sensitivity: .open, disclosure: .always),
            RecordField(
                id: "LJJF", chinese: "累积记分", pinyin: "LeiJiJiFen", type: .whole(0...999),
                sensitivity: .personal, disclosure: .never),
        ],
        predicates: [
            RecordPredicate(
                id: "inForce", chinese: "驾驶证有效",
                english: "the driving licence is in force", form: .flag),
            RecordPredicate(
                id: "includesC1", chinese: "准驾车型包含C1",
                english: "class C1 is included", form: .flag),
        ])
}
