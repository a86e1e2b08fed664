// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
package import RelayTransport
import Synchronization

/// The console: a page for operators. Its files are public, what it shows comes from the operations
/// API and needs a person's certificate or a login by a one-time link.
package final class ConsoleService: Sendable {
    /// Paths are fixed, so that a link printed by a command can be opened as it is.
    package static let linksPath = "/console/links"
    private static let page = "/console/\(ConsoleFiles.page)"

    private let member: MemberID
    /// Cookies know no ports: relays of several cities on one machine need names of their own.
    private let cookie: String
    private let now: @Sendable () -> Timestamp
    private let sessions = Mutex(ConsoleSessions())

    package init(member: MemberID, now: @escaping @Sendable () -> Timestamp) {
        self.member = member
        cookie = "__Host-cityrelay-\(member.division)"
        self.now = now
    }

    package var routes: [APIRoute] {
        [
            .direct(.get, "/console", .everybody) { _ in
                ConsoleService.redirect(to: ConsoleService.page)
            },
            .direct(.get, "/console/{file}", .everybody) { request throws(APIError) in
                guard let answer = ConsoleFiles.answers[request["file"]] else {
                    throw .noSuchRoute(request.path)
                }
                return answer
            },
            // A browser or a mail filter that only looks must not spend the link.
            APIRoute(.get, "/console/login/{link}", .everybody, answersHead: false) {
                [weak self] (request, reply) throws(APIError) in
                try self?.login(request["link"], reply)
            },
            APIRoute(.post, "/console/logout", .observers) { [weak self] request, reply in
                self?.logout(request, reply)
            },
            APIRoute(.post, ConsoleService.linksPath, APIAccess(relay: true)) {
                [weak self] (request, reply) throws(APIError) in
                try self?.makeLink(try request.json(ConsoleLinkRequest.self), reply)
            },
        ]
    }

    /// Who a caller without a certificate is, by the cookie of its login.
    package func session(_ headers: HeaderBlock) -> CallerIdentity? {
        guard let secret = secret(in: headers) else { return nil }
        let now = now()
        guard let holder = sessions.withLock({ $0.holder(ofSession: secret, now: now) }) else {
            return nil
        }
        // No certificate says this name: a colon, which no certificate's name has, tells so in
        // every record of what is done.
        return CallerIdentity(
            member: member, kind: .person(name: "link:\(holder.name)", role: holder.role))
    }

    // MARK: Private

    private func makeLink(
        _ request: ConsoleLinkRequest, _ reply: APIReply
    ) throws(APIError) {
        guard let role = PersonRole(rawValue: request.role), request.isNameInForm else {
            throw APIError(
                422, "console/malformed-link", "name or role is not in form",
                next: "Give a name of letters, digits, dots and dashes, and a role: observer or "
                    + "operator.")
        }
        guard role != .administrator else {
            throw APIError(
                422, "console/role-by-certificate",
                "a link makes nobody an administrator: whoever prints it only says a name",
                next: "Ask for observer or operator, or open the console with the "
                    + "administrator's certificate.")
        }
        let secret = ConsoleService.secret()
        let now = now()
        let holder = ConsoleSessions.Holder(name: request.name, role: role)
        guard sessions.withLock({ $0.addLink(secret, for: holder, now: now) }) else {
            throw APIError(
                503, "console/too-many-links", "too many links wait to be used",
                next: "Use one of them, or come again in two minutes.", retryAfterSeconds: 120)
        }
        reply.finish(
            .json(
                ConsoleLink(
                    path: "/console/login/\(secret)", seconds: ConsoleSessions.linkSeconds)))
    }

    private func login(_ link: String, _ reply: APIReply) throws(APIError) {
        let secret = ConsoleService.secret()
        let now = now()
        guard sessions.withLock({ $0.open(link: link, session: secret, now: now) }) != nil else {
            throw APIError(
                403, "console/link-spent", "this link was used before, or is too old",
                next: "Have a new one printed: `cityrelay console link`.")
        }
        var answer = ConsoleService.redirect(to: ConsoleService.page)
        answer.headers.append(
            HTTPHeader(
                "set-cookie",
                "\(cookie)=\(secret); Path=/; Secure; HttpOnly; SameSite=Strict; "
                    + "Max-Age=\(ConsoleSessions.sessionSeconds)"))
        reply.finish(answer)
    }

    private func logout(_ request: APIRequest, _ reply: APIReply) {
        if let secret = secret(in: request.headers) {
            sessions.withLock { $0.close(session: secret) }
        }
        reply.finish(APIAnswer(status: 204))
    }

    private static func redirect(to path: String) -> APIAnswer {
        APIAnswer(status: 303, headers: [HTTPHeader("location", path)])
    }

    /// 256 bits from the system.
    private static func secret() -> String {
        Hex.encode(RandomBytes.make(32))
    }

    /// Browsers send cookies in one field or in several (RFC 9113 section 8.2.3).
    private func secret(in headers: HeaderBlock) -> String? {
        for header in headers.pairs where header.name == "cookie" {
            for part in header.value.split(separator: ";") {
                let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
                if pair.count == 2, pair[0] == cookie { return String(pair[1]) }
            }
        }
        return nil
    }
}

/// Who a one-time link shall be for.
package struct ConsoleLinkRequest: Codable, Hashable, Sendable {
    /// As the record of what is done will name the person.
    package let name: String
    package let role: String

    package init(name: String, role: String) {
        self.name = name
        self.role = role
    }

    /// Letters of a name: it goes into records and logs.
    private static let longestName = 64

    var isNameInForm: Bool {
        guard (1...ConsoleLinkRequest.longestName).contains(name.utf8.count) else { return false }
        return name.utf8.allSatisfy {
            switch $0 {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
            default: false
            }
        }
    }
}

/// A one-time link, as the relay answers.
package struct ConsoleLink: Codable, Hashable, Sendable {
    /// On the API's listener.
    package let path: String
    /// In which it must be used.
    package let seconds: Int64

    package init(path: String, seconds: Int64) {
        self.path = path
        self.seconds = seconds
    }
}
