// SPDX-License-Identifier: Apache-2.0

/// What a clerk can say at the counter, in Chinese and in English: what is known, and what to do
/// next. Shown as they are; they name no person and no value.
public struct CounterText: Hashable, Sendable {
    public let chinese: String
    public let chineseNext: String
    public let english: String
    public let englishNext: String

    /// - Parameters:
    ///   - chinese: what is known.
    ///   - chineseNext: what to do next.
    ///   - english: what is known.
    ///   - englishNext: what to do next.
    public init(_ chinese: String, _ chineseNext: String, english: String, _ englishNext: String) {
        self.chinese = chinese
        self.chineseNext = chineseNext
        self.english = english
        self.englishNext = englishNext
    }
}

extension CounterCode {
    /// The one table of the counter's texts.
    public var text: CounterText {
        CounterText.table[self] ?? CounterText(rawValue, "", english: rawValue, "")
    }
}

extension CounterText {
    static let table: [CounterCode: CounterText] = [
        policyTexts, answerTexts, cityTexts,
    ].reduce(into: [:]) { table, part in table.merge(part) { first, _ in first } }

    private static let policyTexts: [CounterCode: CounterText] = [
        .policyUnknownKind: CounterText(
            "对方城市没有这一类档案。", "请核对所选事项；可请申请人提供纸质证明。",
            english: "The other city keeps no records of this kind.",
            "Check which matter was chosen; a paper certificate can be accepted instead."),
        .policyNotShared: CounterText(
            "这一类档案依规定不予共享。", "请申请人自行提供材料。",
            english: "Records of this kind are not shared, by rule.",
            "Ask the applicant for the document itself."),
        .policyUnknownField: CounterText(
            "对方城市的这类档案没有所请求的数据项。", "请联系系统管理员核对数据项名称。",
            english: "The other city's records of this kind do not hold what was asked.",
            "Have the application's operator check the names of the fields."),
        .policyNoGrant: CounterText(
            "对方城市未授权本窗口查询这类档案。", "请申请人提供纸质证明，或由本单位申请授权。",
            english: "The other city has not allowed this office to ask about such records.",
            "Ask for a paper certificate, or have your department apply for a grant."),
        .policyGrantNotActive: CounterText(
            "对方城市的授权目前未生效或已暂停。", "请稍后再试，或请申请人提供纸质证明。",
            english: "The other city's grant is suspended or not in force.",
            "Try again later, or ask for a paper certificate."),
        .policyGrantNotYetValid: CounterText(
            "对方城市的授权尚未到生效日期。", "请在生效日期后再试。",
            english: "The other city's grant has not begun.",
            "Try again once it has begun."),
        .policyExpiredGrant: CounterText(
            "对方城市的授权已到期。", "请由本单位申请续期；其间可接受纸质证明。",
            english: "The other city's grant has ended.",
            "Have your department renew it; a paper certificate can be accepted meanwhile."),
        .policyPurposeMismatch: CounterText(
            "查询用途与授权用途不一致。", "请核对所办事项及用途。",
            english: "The purpose of this request is not the one that was granted.",
            "Check the matter and its purpose."),
        .policyServiceItemMismatch: CounterText(
            "该授权不适用于所办事项。", "请核对事项编码。",
            english: "The grant does not cover this service item.",
            "Check the code of the service item."),
        .policyFieldNotGranted: CounterText(
            "所请求的数据项超出授权范围，未提供任何数据。", "请只请求授权范围内的数据项。",
            english: "More was asked than is granted; nothing was released.",
            "Ask only for what the grant names."),
        .policyPredicateNotGranted: CounterText(
            "所请求的核验项超出授权范围。", "请只请求授权范围内的核验项。",
            english: "The question that was asked is not granted.",
            "Ask only the questions that the grant names."),
        .policyConsentMissing: CounterText(
            "该查询须经本人同意，但未提供同意凭证。", "请先取得申请人的书面或电子同意。",
            english: "This request needs the person's consent, and none was named.",
            "Obtain the applicant's consent first."),
        .policyConsentWithdrawn: CounterText(
            "本人已撤回同意。", "不得再次查询；请告知申请人可自行提供材料。",
            english: "The person has taken the consent back.",
            "Do not ask again; tell the applicant that they may bring the document themselves."),
        .policyPresentationMissing: CounterText(
            "该查询须由持证人出示用证码。", "请持证人出示用证码后再查询。",
            english: "This request needs a use-code that the holder shows.",
            "Ask the holder to show a use-code, then ask again."),
        .policyPredicateFirst: CounterText(
            "该数据项较敏感，应先使用“是否符合”核验。", "请先使用核验项；确需具体数值时请选择理由。",
            english: "This field is sensitive: a yes-or-no question comes first.",
            "Ask the yes-or-no question, or choose a reason why the value is needed."),
        .policyCapReached: CounterText(
            "今日查询次数已达上限。", "请明日再试；紧急时可接受纸质证明。",
            english: "Today's number of requests is used up.",
            "Try again tomorrow; in urgent cases accept a paper certificate."),
        .policySeveralSubjects: CounterText(
            "一次请求只能查询一个人或一个主体。", "请逐一查询。",
            english: "One request may be about one person or body only.",
            "Ask for each of them separately."),
        .policyUnknownApplication: CounterText(
            "本应用未在本市中继登记。", "请联系本市中继管理员登记应用证书。",
            english: "This application is not registered with this city's relay.",
            "Have the relay's operator register the application's certificate."),
    ]

    private static let answerTexts: [CounterCode: CounterText] = [
        .proofStale: CounterText(
            "对方城市的数据不够新，未达到所要求的时效。", "请稍后再试，或放宽时效要求。",
            english: "The other city's data is older than this matter allows.",
            "Try again later, or allow older data where the matter's rules permit it."),
        .proofReplayed: CounterText(
            "该用证码已被使用过。", "请持证人重新出示新的用证码。",
            english: "This use-code has been used already.",
            "Ask the holder to show a fresh use-code."),
        .proofNotVerified: CounterText(
            "对方城市的答复未通过核验，不予采信。", "请勿采信；请通知本市中继管理员。",
            english: "The other city's answer did not verify; it must not be relied on.",
            "Do not rely on it; tell the relay's operator."),
        .proofPending: CounterText(
            "对方城市正在处理，结果稍后返回。", "请凭受理号稍后查询。",
            english: "The other city is still working on the answer.",
            "Come back with the case number."),
        .proofNotReached: CounterText(
            "对方城市的记录没有达到所查的数值。", "按未达到办理；申请人有异议的，请到对方城市核实。",
            english: "The other city's record does not reach the number asked for.",
            "Treat it as not reached; the applicant may have the record checked over there."),
        .proofNotHeld: CounterText(
            "对方城市的记录中没有登记这一项。", "按未登记办理；确需该项的，请申请人到对方城市补登。",
            english: "The other city's record does not hold this field.",
            "Treat it as not recorded; the applicant may have it entered over there."),
        .proofNotFound: CounterText(
            "没有这个受理号，或结果已过保存时间。", "请重新发起查询。",
            english: "There is no such request here, or its answer is no longer held.",
            "Make the request again."),
        .presentationUnknown: CounterText(
            "用证码无效。", "请持证人重新出示；截图或打印件无效。",
            english: "This use-code is not valid.",
            "Ask the holder for a fresh one; a picture or a print-out is not enough."),
        .presentationExpired: CounterText(
            "用证码已过期。", "请持证人重新出示新的用证码。",
            english: "This use-code has run out.",
            "Ask the holder to show a fresh use-code."),
        .presentationMismatch: CounterText(
            "用证码不是为本事项或本证照出示的。", "请持证人为本事项重新出示。",
            english: "This use-code was made for another matter or another licence.",
            "Ask the holder to make one for this matter."),
        .requestMalformed: CounterText(
            "请求格式不正确。", "请联系应用开发单位。",
            english: "The request is not in the right form.",
            "Tell the application's developer."),
        .requestTooLarge: CounterText(
            "请求内容过大。", "请减少一次请求的内容。",
            english: "The request is too large.",
            "Ask for less at once."),
        .requestBadSignature: CounterText(
            "请求签名未通过核验。", "请通知双方中继管理员。",
            english: "The signature of the request does not hold.",
            "Tell the operators of both relays."),
        .requestClockSkew: CounterText(
            "双方系统时间相差过大。", "请通知中继管理员校准时间。",
            english: "The two systems' clocks are too far apart.",
            "Have the relay's operator set the clock right."),
        .requestReplayed: CounterText(
            "该请求已被处理过。", "请重新发起查询。",
            english: "This very request was handled before.",
            "Make a new request."),
        .requestSealing: CounterText(
            "两城之间的加密密钥未能对上。", "请稍后重试；如仍不行，请联系信息科。",
            english: "The two cities' relays do not agree on a key.",
            "Try again; if that does not help, call your IT department."),
        .idempotencyOtherBody: CounterText(
            "同一请求编号已用于另一内容。", "请使用新的请求编号。",
            english: "This idempotency key was used with another request.",
            "Use a new key for a new request."),
    ]

    private static let cityTexts: [CounterCode: CounterText] = [
        .cityUnknown: CounterText(
            "联盟中没有这个城市。", "请核对城市代码。",
            english: "No such city is in the federation.",
            "Check the city's code."),
        .cityUnreachable: CounterText(
            "暂时无法连接对方城市。", "请稍后再试，或凭受理号等待结果。",
            english: "The other city cannot be reached at the moment.",
            "Try again later, or wait for the answer with the case number."),
        .cityNoOffice: CounterText(
            "对方城市尚未开通档案查询。", "请申请人提供纸质证明。",
            english: "The other city does not answer questions about records yet.",
            "Ask for a paper certificate."),
        .cityOfficeFailed: CounterText(
            "对方城市的档案系统暂时无法答复。", "请稍后再试。",
            english: "The other city's record system cannot answer at the moment.",
            "Try again later."),
        .cityChainBehind: CounterText(
            "对方城市的链尚未记入最新数据。", "请稍后再试。",
            english: "The other city's chain does not show the newest data yet.",
            "Try again in a moment."),
        .cityTrustLost: CounterText(
            "目前无法核验对方城市的链。", "请勿采信其数据；请通知本市中继管理员。",
            english: "The other city's chain cannot be verified at the moment.",
            "Do not rely on its data; tell the relay's operator."),
        .manifestExpired: CounterText(
            "各城市约定的成员名单已过有效期，暂不受理新业务；已受理的继续办理。",
            "请通知系统管理员续签成员名单；其间可接受纸质证明。",
            english: "The cities' list of members has run out: nothing new is begun, what is open "
                + "goes on.",
            "Tell the relay's operator to have it renewed; a paper certificate can be accepted "
                + "meanwhile."),
        .cityBusy: CounterText(
            "系统繁忙。", "请稍后再试。",
            english: "Too much is under way at the moment.",
            "Try again in a moment."),
        .citySuspended: CounterText(
            "该城市（或本市）已被暂停参与联盟。", "请改用纸质材料；请通知本市中继管理员。",
            english: "The other city, or ours, is suspended from the federation.",
            "Use paper documents meanwhile; tell the relay's operator."),
        .logUnavailable: CounterText(
            "查询留痕系统不可用，因此未提供数据。", "请稍后再试；请通知中继管理员。",
            english: "The access log cannot be written, so nothing was released.",
            "Try again later; tell the relay's operator."),
        .letterNotFound: CounterText(
            "没有这份联系函。", "请核对联系函编号。",
            english: "There is no such letter.",
            "Check the letter's number."),
        .letterRefused: CounterText(
            "该联系函业务不能这样办理。", "请按提示的原因处理。",
            english: "The letter cannot take this step.",
            "Follow the reason that is given."),
        .chainRefused: CounterText(
            "本市链未接受该业务。", "请按提示的原因处理，或通知中继管理员。",
            english: "This city's chain did not accept it.",
            "Follow the reason that is given, or tell the relay's operator."),
        .chainUnavailable: CounterText(
            "本市链暂时不可用。", "请稍后再试。",
            english: "This city's chain is not available at the moment.",
            "Try again later."),
    ]
}
