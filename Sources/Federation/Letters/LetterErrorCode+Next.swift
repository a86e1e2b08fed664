// SPDX-License-Identifier: Apache-2.0

extension LetterErrorCode {
    /// What to do next, for a clerk and for a developer.
    public var chineseNext: String { nextStep.chinese }
    public var englishNext: String { nextStep.english }

    private typealias Step = (chinese: String, english: String)

    private var nextStep: Step {
        if let step = orderStep ?? moneyStep ?? formStep { return step }
        return (
            "请查看联系函当前状态后再办理。",
            "Look at the letter with GET /v1/letters/{letter}, then decide."
        )
    }

    private var orderStep: Step? {
        switch self {
        case .noSuchLetter:
            ("请核对联系函编号和机构代码。", "Compare the number and the institution with your list.")
        case .inProcess:
            (
                "请查询原联系函进度，不要重复发起。",
                "Follow the letter that is there; send no second application."
            )
        case .wrongSide:
            ("请等待对方中心办理。", "Wait for the other centre: it alone may say this.")
        case .wrongState, .closed:
            (
                self == .closed ? "如需更正，请发起更正函。" : "请先查询联系函状态。",
                self == .closed
                    ? "Open a new application whose `corrects` names this letter."
                    : "Read `state` and `turn` of the letter; say what that state allows."
            )
        case .acceptedFirst:
            (
                "请与转出中心协商，由其驳回。",
                "Ask the other centre to reject it: the account has been claimed."
            )
        case .withdrawnFirst: ("无需办理。", "Do nothing: the letter has ended.")
        case .messageInFlight:
            ("请稍候再查询。", "Wait until `waiting` is gone from the letter, then say it again.")
        case .numberReused:
            ("请用新的流水号重新发送。", "Send the word again: the relay gives a new number.")
        case .tooManyMessages:
            ("请电话联系对方中心。", "Call the other centre: this letter takes no further notes.")
        case .notFinal: ("请等待下一区块。", "Ask again after the next block.")
        case .channelFrozen:
            (
                "请通知本中心运维人员；联盟处理后自动恢复。",
                "Tell operations: `cityrelay why client`; words go out again after the rescue."
            )
        case .timedOut: ("请重新发送。", "Say the same word again under a new idempotency key.")
        case .unknownStatement:
            ("请联系运维人员。", "Tell operations: the chains contradict each other.")
        case .correctsOpenLetter:
            ("请先办结原联系函。", "End the letter that is to be corrected first.")
        case .correctsOther:
            ("请核对原联系函编号。", "Name a letter between the same two centres in `corrects`.")
        default: nil
        }
    }

    private var moneyStep: Step? {
        switch self {
        case .amountSum:
            ("请核对三项金额。", "Give TranAmt as the exact sum of OrAcctAmt and Yinter.")
        case .otherPerson:
            (
                "请核对姓名和证件号码。",
                "Compare name and document with the application; `rule` says which one differs."
            )
        case .moneyMissing:
            (
                "请等待银行到账通知。",
                "Wait for the bank's notice: POST /v1/letters/arrivals, then complete."
            )
        case .moneyDiffers:
            (
                "请发起协商，或退回后由转出中心重新划转。",
                "Negotiate the sum that arrived, or return it: POST /v1/letters/arrivals/returned."
            )
        case .moneyUnexpected:
            (
                "请通过银行退回该笔资金并登记退回。",
                "Let the bank return the money and say so: POST /v1/letters/arrivals/returned."
            )
        case .moneyClaimed:
            ("请核对银行流水号。", "Compare the bank's serial: this sum belongs to a letter.")
        case .arrivalDiffers:
            (
                "请与银行核对流水号和金额；更正须用新的流水号。",
                "Ask the bank which is right; another sum has a serial of its own."
            )
        case .noSuchArrival:
            (
                "请核对银行流水号。",
                "Give a serial of a notice that came here and whose money was not returned yet."
            )
        case .duplicateInFlight:
            ("请查询办理中的联系函。", "Follow the letter that `letter` names, or withdraw it.")
        case .accountMissing, .accountClosed:
            (
                "请先为职工开立账户，再发起转移。",
                "Open an account for the person, then apply with its status as `account`."
            )
        default: nil
        }
    }

    private var formStep: Step? {
        switch self {
        case .fieldMissing, .fieldInvalid, .fieldUnknown:
            ("请按规定补正该字段。", "Correct the field that `field` names, by its national rule.")
        case .institutionUnknown:
            (
                "请核对机构代码，或等待对方中心接入。",
                "Compare the code with GET /v1/letters/institutions; else wait for that centre."
            )
        case .institutionEnded:
            ("请改用承接机构代码。", "Use the code that `successor` names, if any.")
        case .batchMalformed, .batchTooLong:
            ("请核对批量文件。", "Correct the file by the batch's rules, or split it.")
        case .calendarMalformed, .calendarUnsigned, .calendarWrongYear:
            (
                "请重新获取工作日历文件。",
                "Check the file: `cityrelay calendar check`; get it again from its publisher."
            )
        case .notRead, .payloadUnreadable, .commitmentMismatch:
            (
                "请通知双方运维人员。",
                "Tell operations of both centres: their sealing keys may differ."
            )
        case .payloadExpired: ("请对方重新发送。", "Let the sender say the word again.")
        default: nil
        }
    }
}
