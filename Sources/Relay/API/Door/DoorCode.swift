// SPDX-License-Identifier: Apache-2.0

package import Federation

/// Codes by which the listener itself refuses a call, an application's too. A code never changes
/// its meaning: a new fact gets a new code.
package enum DoorCode: String, Hashable, Sendable, CaseIterable {
    case noCertificate = "identity/no-certificate"
    case namelessCertificate = "identity/no-uri-name"
    case foreignMember = "identity/foreign-member"
    case wrongKind = "access/wrong-kind"
    case notAdmitted = "access/not-admitted"
    case noSuchPath = "api/no-such-path"
    case wrongMethod = "api/wrong-method"
    case malformedPath = "api/malformed-path"
    case malformedQuery = "api/malformed-query"
    case bodyTooLarge = "api/body-too-large"
    case notJSON = "api/not-json"
    case tooManyStreams = "api/too-many-streams"
    case tooManyStreamsOfOne = "api/too-many-streams-of-one"
    case internalFault = "api/internal"

    /// The HTTP status of the answer.
    package var status: Int {
        switch self {
        case .malformedPath, .malformedQuery: 400
        case .noCertificate: 401
        case .namelessCertificate, .foreignMember, .wrongKind, .notAdmitted: 403
        case .noSuchPath: 404
        case .wrongMethod: 405
        case .bodyTooLarge: 413
        case .notJSON: 415
        case .tooManyStreamsOfOne: 429
        case .internalFault: 500
        case .tooManyStreams: 503
        }
    }

    /// What a clerk sees. Nothing here is the clerk's own fault.
    package var text: CounterText {
        switch self {
        case .noCertificate, .namelessCertificate, .foreignMember, .wrongKind, .notAdmitted: whoText
        case .noSuchPath, .wrongMethod, .malformedPath, .malformedQuery, .notJSON: formText
        case .bodyTooLarge, .tooManyStreams, .tooManyStreamsOfOne, .internalFault: loadText
        }
    }

    private var whoText: CounterText {
        let next = ("请联系信息科检查应用证书。", "Have your IT department check the application's certificate.")
        return switch self {
        case .noCertificate:
            CounterText(
                "业务系统未向本市中继出示证书。", next.0,
                english: "The application showed this city's relay no certificate.", next.1)
        case .namelessCertificate:
            CounterText(
                "业务系统的证书未载明应用名称。", next.0,
                english: "The application's certificate does not name it.", next.1)
        case .foreignMember:
            CounterText(
                "业务系统的证书属于其他城市。", "请改用本市的证书和中继。",
                english: "The application's certificate belongs to another city.",
                "Use your own city's certificate and relay.")
        case .notAdmitted:
            CounterText(
                "本市未授权该业务系统办理此项业务。", "请使用经办中心的业务系统，或由运维人员在配置中授权。",
                english: "This city has not admitted the application to this business.",
                "Use the system of the centre in charge, or have operations name this one.")
        default:
            CounterText(
                "该证书不得办理此项操作。", "请使用业务系统的应用证书。",
                english: "This kind of certificate may not do this.",
                "Use the certificate of the hall's application.")
        }
    }

    private var formText: CounterText {
        let next = ("请联系应用开发单位。", "Tell the application's developer.")
        return switch self {
        case .noSuchPath:
            CounterText(
                "本市中继没有这项服务。", "请联系应用开发单位，或请中继管理员开通。",
                english: "This city's relay does not offer this service.",
                "Tell the application's developer, or have the relay's operator open it.")
        case .wrongMethod:
            CounterText(
                "业务系统的调用方式不正确。", next.0,
                english: "The application called the service in a wrong way.", next.1)
        case .malformedPath:
            CounterText(
                "业务系统的请求地址格式不正确。", next.0,
                english: "The application's address of the service is not in form.", next.1)
        case .malformedQuery:
            CounterText(
                "查询条件的格式不正确。", next.0,
                english: "The list was asked for in a form that is not known.", next.1)
        default:
            CounterText(
                "业务系统的请求不是规定的格式。", next.0,
                english: "The application's request is not in the agreed form.", next.1)
        }
    }

    private var loadText: CounterText {
        switch self {
        case .bodyTooLarge:
            CounterText(
                "一次提交的内容过多。", "请分次提交。",
                english: "Too much was sent at once.", "Send it in several parts.")
        case .tooManyStreams:
            CounterText(
                "同时等待结果的窗口过多。", "请稍后再试。",
                english: "Too many windows are waiting for answers at the same time.",
                "Try again in a moment.")
        case .tooManyStreamsOfOne:
            CounterText(
                "本业务系统同时等待的结果过多。", "请关闭不再需要的页面后重试。",
                english: "This application is waiting for too many answers at the same time.",
                "Close what is no longer needed and try again.")
        default:
            CounterText(
                "本市中继发生内部错误。", "请稍后再试；如仍不行，请通知中继管理员。",
                english: "This city's relay had an internal fault.",
                "Try again; if that does not help, tell the relay's operator.")
        }
    }
}
