// SPDX-License-Identifier: Apache-2.0

import RelayTransport

/// Why a call is not answered as it wished: a code that never changes its meaning, what is known,
/// and what to do next.
package struct APIError: Error, Hashable, Sendable {
    package let status: Int
    /// `area/what-happened`.
    package let code: String
    package let message: String
    /// One sentence: what the caller should do.
    package let next: String
    /// Further members of the answer, by name.
    package var details: [String: String]
    /// Seconds after which to come again; nil: no use, or no matter.
    package var retryAfterSeconds: Int?

    package init(
        _ status: Int, _ code: String, _ message: String, next: String,
        details: [String: String] = [:], retryAfterSeconds: Int? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.next = next
        self.details = details
        self.retryAfterSeconds = retryAfterSeconds
    }

    package var answer: APIAnswer {
        var body = details
        body["code"] = code
        body["message"] = message
        body["next"] = next
        var answer = APIAnswer.json(body, status: status)
        if let retryAfterSeconds {
            answer.headers.append(HTTPHeader("retry-after", String(retryAfterSeconds)))
        }
        return answer
    }
}

/// The errors of the door itself.
extension APIError {
    static let noCertificate = APIError(
        .noCertificate, "the call came without a client certificate",
        next: "Give the client a certificate of this member, or log in.")
    static let namelessCertificate = APIError(
        .namelessCertificate,
        "the client's certificate carries no usable cityrelay URI as alternative name",
        next: "Have it issued again with cityrelay://app/DIVISION/INSTITUTION/NAME or "
            + "cityrelay://person/DIVISION/INSTITUTION/ROLE/NAME.")

    static func foreignMember(_ uri: String, own: String) -> APIError {
        APIError(
            .foreignMember, "\(uri) is not of this member, \(own)",
            next: "Ask the relay of your own member; relays of other members use the peer port.")
    }

    static func roleTooSmall(_ caller: CallerIdentity, needs role: PersonRole) -> APIError {
        APIError(
            403, "access/role-too-small",
            "\(caller) may not do this; role \(role.rawValue) is needed",
            next: "Ask a colleague whose certificate has role \(role.rawValue), or have yours "
                + "issued again.",
            details: ["caller": caller.name, "needs": role.rawValue])
    }

    static func wrongKind(_ caller: CallerIdentity, needs: String) -> APIError {
        APIError(
            .wrongKind, "\(caller) may not do this; \(needs) may",
            next: "Call with the certificate of \(needs).", details: ["caller": caller.name])
    }

    static func notAdmitted(_ caller: CallerIdentity) -> APIError {
        APIError(
            .notAdmitted, "this city has not named \(caller) for this call",
            next: "Have the relay's operator name the application in letters.applications, "
                + "letters.bank_applications or records.licence_applications, if it is its task.",
            details: ["caller": caller.name])
    }

    static func noSuchRoute(_ path: String) -> APIError {
        APIError(
            .noSuchPath, "there is nothing at \(path.prefix(200))",
            next: "Compare the path with the API's description.")
    }

    static func noSuchRoute(_ path: String, section: String) -> APIError {
        APIError(
            .noSuchPath,
            "\(path.prefix(200)) is not served: the configuration has no section \(section)",
            next: "Ask the relay's operators for that section, or call a relay that has it.")
    }

    static func wrongMethod(_ method: String, allowed: [String]) -> APIError {
        APIError(
            .wrongMethod, "\(method.prefix(16)) is not answered here",
            next: "Use \(allowed.joined(separator: " or ")).",
            details: ["allowed": allowed.joined(separator: ", ")])
    }

    static func bodyTooLarge(_ count: Int, limit: Int) -> APIError {
        APIError(
            .bodyTooLarge, "the body has \(count) bytes, \(limit) are taken here",
            next: "Send less in one call.")
    }

    static let malformedPath = APIError(
        .malformedPath, "the path or query is not well-formed",
        next: "Percent-encode each part, as UTF-8.")

    static let tooManyStreams = APIError(
        .tooManyStreams,
        "all \(APIDoor.maxStreams) event streams of this relay are open",
        next: "Close one, or come again.", retryAfterSeconds: 5)

    static func tooManyStreams(of caller: String) -> APIError {
        APIError(
            .tooManyStreamsOfOne,
            "\(caller) has \(APIDoor.maxStreamsByCaller) event streams open, which is all that "
                + "one caller gets",
            next: "Close one of yours; others are not kept out by it.", retryAfterSeconds: 5)
    }

    static let notJSON = APIError(
        .notJSON, "the body's content-type is not application/json",
        next: "Send JSON with content-type: application/json.")

    package static func malformedBody(_ detail: String) -> APIError {
        APIError(
            400, "api/malformed-body", "the body cannot be read: \(detail)",
            next: "Compare the body with the API's description.")
    }

    package static func internalFault(_ detail: String) -> APIError {
        APIError(
            .internalFault, detail,
            next: "Look at the relay's log; report it if it happens again.")
    }
}
