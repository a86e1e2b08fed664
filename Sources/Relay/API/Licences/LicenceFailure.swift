// SPDX-License-Identifier: Apache-2.0

import Federation

/// Why a licence is not changed as asked: the licence's own rules, or everything else.
enum LicenceFailure: Error, Hashable, Sendable {
    case rule(LicenceErrorCode)
    case other(DisclosureFailure)

    /// The chain's refusal, by the licence's code where it gives one.
    init(chain failure: DisclosureFailure) {
        self =
            failure.chainCode.flatMap { LicenceErrorCode(rawValue: $0) }.map { .rule($0) }
            ?? .other(failure)
    }
}

extension APIError {
    init(_ failure: LicenceFailure) {
        switch failure {
        case .other(let failure): self.init(failure)
        case .rule(let code):
            self.init(
                ApplicationCode(code), code.english,
                retryAfterSeconds: code.isPassing ? 2 : nil)
        }
    }
}

extension LicenceErrorCode {
    /// The HTTP status of a refusal: 404 for what is not there, else 409.
    var status: Int {
        switch self {
        case .notFound, .noSuchMove: 404
        default: 409
        }
    }

    /// Whether waiting alone may help.
    var isPassing: Bool {
        switch self {
        case .messageInFlight, .recordNotReady: true
        default: false
        }
    }

    /// What to do, in the words of the counter.
    var next: (english: String, chinese: String) {
        switch self {
        case .messageInFlight, .recordNotReady:
            ("Look again in a moment, and repeat the call with the same key.", "请稍后再查，用同一编号重试。")
        case .timedOut, .expired, .notRead:
            ("Say it again under a new key.", "请用新的编号重新办理。")
        case .officeUnknown:
            (
                "Ask the relay's operator whether the two cities are linked, then repeat the call.",
                "请向中继管理员确认两地已互联，再重试。"
            )
        case .takenFirst:
            ("The holder now has the other city's licence.", "持证人现持有转入地的证照。")
        case .cancelledFirst, .sealingKeyRetired:
            ("Ask the other city to offer it again.", "请转出地重新办理转出。")
        case .notFound, .noSuchMove:
            ("Compare the licence's identifier and the other city.", "请核对证照标识和对方城市。")
        case .alreadyIssued:
            ("Look at the licence under its identifier.", "请按证照标识查询。")
        default:
            ("Look at the licence's status and choose an act that it allows.", "请查看证照状态，选择允许的操作。")
        }
    }
}
