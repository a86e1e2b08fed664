// SPDX-License-Identifier: Apache-2.0

/// Why something about a letter was refused, as a code that never changes its meaning. A code may
/// be added; none is ever used again for something else.
public enum LetterErrorCode: String, Hashable, Sendable, CaseIterable {
    case noSuchLetter = "letter/no-such-letter"
    case inProcess = "letter/in-process"
    case wrongSide = "letter/wrong-side"
    case wrongState = "letter/wrong-state"
    case closed = "letter/closed"
    case acceptedFirst = "letter/accepted-first"
    case withdrawnFirst = "letter/withdrawn-first"
    case messageInFlight = "letter/message-in-flight"
    case numberReused = "letter/sequence-reused"
    case tooManyMessages = "letter/too-many-messages"
    case notFinal = "letter/height-not-final"
    case channelFrozen = "letter/channel-frozen"
    case timedOut = "letter/timed-out"
    case unknownStatement = "letter/unknown-statement"
    case correctsOpenLetter = "letter/corrects-open-letter"
    case correctsOther = "letter/corrects-other-parties"
    case fieldMissing = "letter/field-missing"
    case fieldInvalid = "letter/field-invalid"
    case fieldUnknown = "letter/field-unknown"
    case amountSum = "letter/amount-sum"
    case otherPerson = "letter/other-person"
    case moneyMissing = "letter/money-missing"
    case moneyDiffers = "letter/money-differs"
    case moneyUnexpected = "letter/money-unexpected"
    case moneyClaimed = "letter/money-claimed"
    case arrivalDiffers = "letter/arrival-differs"
    case noSuchArrival = "letter/no-such-arrival"
    case duplicateInFlight = "letter/duplicate-in-flight"
    case accountMissing = "letter/account-missing"
    case accountClosed = "letter/account-closed"
    case institutionUnknown = "letter/institution-unknown"
    case institutionEnded = "letter/institution-ended"
    case batchMalformed = "letter/batch-malformed"
    case batchTooLong = "letter/batch-too-long"
    case calendarMalformed = "letter/calendar-malformed"
    case calendarUnsigned = "letter/calendar-unsigned"
    case calendarWrongYear = "letter/calendar-wrong-year"
    case notRead = "letter/not-read"
    case payloadUnreadable = "letter/payload-unreadable"
    case payloadExpired = "letter/payload-expired"
    case commitmentMismatch = "letter/commitment-mismatch"
    case sealingKeyRetired = "letter/sealing-key-retired"
}

/// The one table of what the counter says.
extension LetterErrorCode {
    /// What a clerk tells a citizen or a colleague, and what to do next.
    public var chinese: String { texts.chinese }
    public var english: String { texts.english }

    private typealias Texts = (chinese: String, english: String)

    private var texts: Texts { orderTexts ?? moneyTexts ?? formTexts }

    private var orderTexts: Texts? {
        switch self {
        case .noSuchLetter: ("查无此联系函，请核对编号", "no such letter; check its number")
        case .inProcess:
            (
                "该联系函正在办理，不能重复申请",
                "this letter is already being worked on"
            )
        case .wrongSide: ("本方无权办理该步骤", "this step belongs to the other centre")
        case .wrongState:
            ("联系函当前状态不允许该步骤", "the letter's state does not allow this step")
        case .closed:
            (
                "联系函已办结，如有差错请另发新函",
                "the letter has ended; correct it by a new one"
            )
        case .acceptedFirst:
            (
                "转出地已先确认接收，不能撤销，请线下协商",
                "accepted before the withdrawal came; settle it by talking"
            )
        case .withdrawnFirst:
            (
                "转入地已先撤销，不能再接收",
                "withdrawn before it was accepted; nothing is left to do"
            )
        case .messageInFlight:
            (
                "上一条消息尚未得到答复，请稍后",
                "the message before has no answer yet; wait for it"
            )
        case .numberReused:
            ("流水号已用于另一条消息", "the sequence number was used by another message")
        case .tooManyMessages:
            (
                "该联系函消息过多",
                "the letter has taken too many messages"
            )
        case .notFinal: ("区块尚未最终确认，请稍后", "the block is not final yet; wait for it")
        case .channelFrozen:
            (
                "对方链已被冻结，待联盟处理",
                "the other city's chain is frozen; the federation has to act"
            )
        case .timedOut:
            (
                "对方未在期限内收到，可重新发送",
                "the other side never received it; it may be sent again"
            )
        case .unknownStatement: ("答复所指消息不存在", "the answer is to no message of ours")
        case .correctsOpenLetter:
            ("原联系函尚未办结，不能更正", "the letter to be corrected has not ended")
        case .correctsOther:
            (
                "更正函与原函当事中心不同",
                "a correction must be between the centres of the old letter"
            )
        default: nil
        }
    }

    private var moneyTexts: Texts? {
        switch self {
        case .amountSum:
            (
                "转移金额不等于账户金额加利息",
                "the transfer amount is not account amount plus interest"
            )
        case .otherPerson:
            (
                "账户信息与联系函不是同一人",
                "the information is about another person than the letter"
            )
        case .moneyMissing: ("转移资金尚未到账", "the money has not arrived")
        case .moneyDiffers:
            (
                "到账金额与账户信息不符，请协商",
                "the money differs from the information; negotiate"
            )
        case .moneyUnexpected:
            (
                "该联系函不应有资金到账，请先退回",
                "money came for a letter that has none; return it first"
            )
        case .moneyClaimed: ("该笔资金已认领", "this money was claimed before")
        case .arrivalDiffers:
            (
                "该流水号已登记，金额、时间或附言不同",
                "money of this serial was told before, with another sum, time or remark"
            )
        case .noSuchArrival:
            ("没有该流水号的到账记录", "no money with this serial has come and stayed here")
        case .duplicateInFlight:
            ("该职工已有办理中的转移申请", "a transfer of this person is under way already")
        case .accountMissing:
            (
                "转入地无个人账户，请先开户",
                "no account at the transfer-in centre; open one first"
            )
        case .accountClosed:
            (
                "当前账户已销户，不能办理转移接续",
                "the account is closed; it cannot take a transfer"
            )
        default: nil
        }
    }

    private var formTexts: Texts {
        switch self {
        case .fieldMissing: ("缺少必填项", "a required field is missing")
        case .fieldInvalid: ("字段内容不合规定", "a field breaks its rule")
        case .fieldUnknown: ("存在未定义的字段", "a field is not defined")
        case .institutionUnknown: ("机构代码不存在", "the institution code is unknown")
        case .institutionEnded:
            (
                "机构代码已停用，请用新代码",
                "the institution code has ended; use its successor"
            )
        case .batchMalformed: ("批量文件格式有误", "the batch is not in form")
        case .batchTooLong: ("批量文件超过限制", "the batch is longer than allowed")
        case .calendarMalformed: ("工作日历格式有误", "the working calendar is not in form")
        case .calendarUnsigned:
            ("工作日历没有有效签名，拒绝使用", "the working calendar has no valid signature")
        case .calendarWrongYear:
            (
                "工作日历年份不符",
                "the working calendar is for another year"
            )
        case .notRead:
            ("对方链未能读取该消息", "the other chain could not read the message")
        case .payloadUnreadable:
            (
                "密文无法用本中心密钥打开",
                "the sealed content does not open with our key"
            )
        case .sealingKeyRetired:
            (
                "该内容以本中心已停用的密钥加密，请对方重发",
                "sealed to a key that this centre has put out of use; have it sent again"
            )
        case .payloadExpired: ("密文已过有效期", "the sealed content has expired")
        case .commitmentMismatch:
            ("密文与链上承诺不符", "the sealed content is not what the chain committed to")
        default: (rawValue, rawValue)
        }
    }
}
