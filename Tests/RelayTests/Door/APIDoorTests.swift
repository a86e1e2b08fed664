// SPDX-License-Identifier: Apache-2.0

import LightClient
import RelayAPI
import RelayLaboratory
import RelayTransport
import Synchronization
import TestSupport
import Testing

@Suite struct `The door of the API` {
    static func routes() -> [APIRoute] {
        [
            .direct(.get, "/v1/who", .anyCaller) { .json(["caller": $0.caller.name]) },
            .direct(.get, "/v1/packets/{way}/{client}/{sequence}", .observers) { request in
                .json([
                    request["way"], request["client"], request["sequence"],
                    request.query("state") ?? "-",
                ])
            },
            .direct(.get, "/v1/packets/out/all/newest", .observers) { _ in .json(["newest"]) },
            .direct(.post, "/v1/park", .operators) { request throws(APIError) in
                .json(try request.json([String: String].self))
            },
            .direct(.post, "/v1/revoke", .administrators, bodyBytes: 16) { _ in .json(["done"]) },
            .direct(.post, "/v1/papers", .applications) { _ in .json(["proof"]) },
            .direct(.get, "/page", .everybody) { _ in .text("hello") },
            APIRoute(.get, "/v1/dropped", .anyCaller) { (_, _) throws(APIError) in },
        ]
    }

    static let answers:
        [(
            caller: Result<Laboratory.Credentials, any Error>, method: HTTPMethod, path: String,
            status: Int, code: String
        )] = [
            (DoorCallers.hall, .get, "/v1/who", 200, "app/hall"),
            (DoorCallers.relay, .get, "/v1/who", 200, "relay"),
            (DoorCallers.wang, .get, "/v1/who", 200, "person/operator/wang"),
            (DoorCallers.stranger, .get, "/v1/who", 403, "identity/foreign-member"),
            (DoorCallers.stranger, .get, "/v1/nowhere", 403, "identity/foreign-member"),
            (DoorCallers.stranger, .get, "/page", 200, ""),
            (DoorCallers.wang, .get, "/v1/nowhere", 404, "api/no-such-path"),
            (DoorCallers.wang, .post, "/v1/who", 405, "api/wrong-method"),
            (DoorCallers.wang, .get, "/v1/%zz", 400, "api/malformed-path"),
            (DoorCallers.observer, .post, "/v1/park", 403, "access/role-too-small"),
            (DoorCallers.wang, .post, "/v1/revoke", 403, "access/role-too-small"),
            (DoorCallers.chief, .post, "/v1/revoke", 200, ""),
            (DoorCallers.hall, .post, "/v1/park", 403, "access/wrong-kind"),
            (DoorCallers.relay, .post, "/v1/park", 403, "access/wrong-kind"),
            (DoorCallers.hall, .post, "/v1/papers", 200, ""),
            (DoorCallers.wang, .post, "/v1/papers", 403, "access/wrong-kind"),
            (DoorCallers.wang, .post, "/v1/park", 415, "api/not-json"),
            (DoorCallers.wang, .get, "/v1/dropped", 500, "api/internal"),
        ]

    @Test func `each caller gets what its certificate lets it`() async throws {
        let rig = try DoorRig(routes: Self.routes())
        defer { rig.stop() }
        for (caller, method, path, status, code) in Self.answers {
            let answer = try await rig.call(try caller.get(), method, path)
            #expect(answer.status == status, "\(path) as \(code): \(answer.text)")
            if status == 200 {
                if path == "/v1/who" { #expect(answer.body["caller"]?.string == code) }
            } else {
                #expect(answer.body["code"]?.string == code, "\(path): \(answer.text)")
                #expect(answer.body["message"]?.string?.isEmpty == false)
                #expect(answer.body["next"]?.string?.hasSuffix(".") == true)
            }
        }
    }

    @Test func `names in a path are decoded, and a literal path goes before a pattern`()
        async throws
    {
        let rig = try DoorRig(routes: Self.routes())
        defer { rig.stop() }
        let wang = try DoorCallers.wang.get()
        let packet = try await rig.call(wang, .get, "/v1/packets/in/07%2Dx%2F0/17?state=a%20b&x")
        #expect(packet.text == "[\"in\",\"07-x/0\",\"17\",\"a b\"]")
        let newest = try await rig.call(wang, .get, "/v1/packets/out/all/newest/")
        #expect(newest.text == "[\"newest\"]")
    }

    @Test func `a body that is too large, no JSON or of another form says what is wrong`()
        async throws
    {
        let rig = try DoorRig(routes: Self.routes())
        defer { rig.stop() }
        let wang = try DoorCallers.wang.get()
        let good = try await rig.call(wang, .post, "/v1/park", json: "{\"reason\":\"x\"}")
        #expect(good.text == "{\"reason\":\"x\"}")
        let bad = try await rig.call(wang, .post, "/v1/park", json: "{\"secret\":17}")
        #expect(bad.status == 400 && bad.body["code"]?.string == "api/malformed-body")
        #expect(bad.body["message"]?.string?.contains("secret") == true)
        #expect(!bad.text.contains("17"))
        let none = try await rig.call(wang, .post, "/v1/park", json: "reason")
        #expect(none.body["code"]?.string == "api/malformed-body")
        let large = try await rig.call(
            try DoorCallers.chief.get(), .post, "/v1/revoke",
            json: "\"\(String(repeating: "x", count: 20))\"")
        #expect(large.status == 413 && large.body["code"]?.string == "api/body-too-large")
    }

    @Test(.enabled(if: `Transport with stock tools`.curl != nil, "curl is not installed"))
    func `stock curl reads an event stream, and without a certificate only public pages`() throws {
        let seen = Mutex<[CallerIdentity]>([])
        let rig = try DoorRig(
            admitsAnybody: true,
            routes: Self.routes() + [
                APIRoute(.get, "/v1/events", .observers) { (request, reply) throws(APIError) in
                    seen.withLock { $0.append(request.caller) }
                    guard let events = reply.beginEvents() else { return }
                    events.send(["number": 1], event: "first", id: "7")
                    events.send(text: "two\nlines")
                    events.sendComment()
                    events.end()
                }
            ],
            session: { headers in
                guard headers["cookie"] == "session=good", let own = DoorRig.own else { return nil }
                return CallerIdentity(member: own, kind: .person(name: "lin", role: .observer))
            })
        defer { rig.stop() }
        let relay = try DoorCallers.relay.get()
        func curl(_ path: String, _ more: [String] = []) throws -> String {
            try Program.run(
                [
                    try #require(`Transport with stock tools`.curl), "--silent", "--http2",
                    "--cacert", relay.files.authority, "--write-out", " %{http_code}",
                    "https://127.0.0.1:\(rig.door.port)\(path)",
                ] + more, seconds: 20
            ).output
        }
        let events =
            "id: 7\nevent: first\ndata: {\"number\":1}\n\ndata: two\ndata: lines\n\n: \n\n 200"
        let lin = try DoorCallers.observer.get()
        let own = ["--cert", lin.files.certificate, "--key", lin.files.key]
        #expect(try curl("/v1/events", own) == events)
        #expect(try curl("/v1/events", ["--cookie", "session=good"]) == events)
        let names = seen.withLock { $0.map(\.name) }
        #expect(names == ["person/observer/lin", "person/observer/lin"])
        let refused = try curl("/v1/events", ["--cookie", "session=bad"])
        #expect(refused.contains("identity/no-certificate") && refused.hasSuffix(" 401"))
        // A certificate of our authority without the name: answered, not cut off.
        let nameless = try DoorCallers.nameless.get()
        let unnamed = try curl(
            "/v1/who", ["--cert", nameless.files.certificate, "--key", nameless.files.key])
        #expect(unnamed.contains("identity/no-uri-name") && unnamed.hasSuffix(" 403"))
        #expect(unnamed.contains("Have it issued again with cityrelay://app/"), "\(unnamed)")
        #expect(unnamed.contains("counterChinese"), "\(unnamed)")
        #expect(try curl("/page") == "hello 200")
        #expect(try curl("/nowhere").hasSuffix(" 401"))
    }

    /// Whether a caller gets one more event stream, and what it is told when not.
    private static func streams(
        _ client: HTTP2Client, opening count: Int
    ) async throws -> (status: Int, code: String) {
        for _ in 0..<count {
            client.send(
                [OutgoingRequest(method: .get, path: "/v1/events")],
                deadlineMilliseconds: 60_000
            ) { _ in }
        }
        let outcomes = await withCheckedContinuation { continuation in
            client.send(
                [OutgoingRequest(method: .get, path: "/v1/events")],
                deadlineMilliseconds: 20_000
            ) { continuation.resume(returning: $0) }
        }
        let answer = try #require(outcomes.first?.response)
        return (answer.status, (try? JSON.parse(answer.body))?["code"]?.string ?? "")
    }

    @Test func `one caller gets sixteen event streams, all together sixty-four`() async throws {
        let open = Mutex<[EventStream]>([])
        let rig = try DoorRig(routes: [
            APIRoute(.get, "/v1/events", .anyCaller) { (_, reply) throws(APIError) in
                if let stream = reply.beginEvents() { open.withLock { $0.append(stream) } }
            }
        ])
        defer { rig.stop() }
        let loop = try EventLoop(name: "streams")
        defer { loop.stop() }
        let callers = [
            DoorCallers.observer, DoorCallers.wang, DoorCallers.chief, DoorCallers.hall,
        ]
        for (index, caller) in callers.enumerated() {
            let client = HTTP2Client(
                loop: loop, host: "127.0.0.1", port: rig.door.port,
                tls: try TLSContext(files: try caller.get().files) { _ in .accept },
                expected: try DoorCallers.relay.get().expected, random: { 0.5 })
            let answer = try await Self.streams(client, opening: APIDoor.maxStreamsByCaller)
            #expect(answer.status == 429, "caller \(index)")
            #expect(answer.code == "api/too-many-streams-of-one")
            #expect(
                open.withLock { $0.count } == (index + 1) * APIDoor.maxStreamsByCaller,
                "who came before keeps nobody out")
        }
        let last = try await rig.call(try DoorCallers.relay.get(), .get, "/v1/events")
        #expect(last.status == 503 && last.body["code"]?.string == "api/too-many-streams")
        for stream in open.withLock({ $0 }) { stream.end() }
    }

    @Test(.enabled(if: `Transport with stock tools`.curl != nil, "curl is not installed"))
    func `a look at a login link does not spend it`() async throws {
        let console = ConsoleService(member: try DoorRig.member(), now: { Timestamp.wallClock })
        let rig = try DoorRig(
            admitsAnybody: true, routes: console.routes, session: { console.session($0) })
        defer { rig.stop() }
        let relay = try DoorCallers.relay.get()
        let link = try await rig.call(
            relay, .post, ConsoleService.linksPath,
            json: "{\"name\":\"wang\",\"role\":\"operator\"}")
        let path = try #require(link.body["path"]?.string)
        func curl(_ path: String, _ more: [String]) throws -> String {
            try Program.run(
                [
                    try #require(`Transport with stock tools`.curl), "--silent", "--http2",
                    "--cacert", relay.files.authority, "--write-out", " %{http_code}",
                    "https://127.0.0.1:\(rig.door.port)\(path)",
                ] + more, seconds: 20
            ).output
        }
        #expect(try curl(path, ["--head"]).hasSuffix(" 405"))
        // A page is not changed by being looked at.
        #expect(try curl("/console", ["--head"]).hasSuffix(" 303"))
        #expect(try curl(path, []).hasSuffix(" 303"))
        let spent = try curl(path, [])
        #expect(spent.contains("console/link-spent") && spent.hasSuffix(" 403"))
    }
}
