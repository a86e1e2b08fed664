// SPDX-License-Identifier: Apache-2.0

import RelayLaboratory
import RelayTransport
import Testing

/// Who is let in, who is not, and what both sides are told.
@Suite struct `Transport certificates` {
    /// Sends one request and gives what the client and what the server say.
    static func attempt(
        server: Laboratory.Credentials? = nil, client: Laboratory.Credentials? = nil,
        expected: ExpectedMember? = nil,
        authorize: @escaping @Sendable (PeerIdentity) -> PeerVerdict = { _ in .accept }
    ) async throws -> (client: RequestFailure?, server: TransportError?) {
        let rig = try Rig(
            serverCredentials: server, clientCredentials: client, expected: expected,
            authorize: authorize)
        defer { rig.stop() }
        let outcome = await rig.post([1], deadlineMilliseconds: 5_000)
        for _ in 0..<100 where rig.events.errors.isEmpty && outcome.failure != nil {
            try await Task.sleep(for: .milliseconds(10))
        }
        return (outcome.failure, rig.events.errors.first)
    }

    static let expired = ["--from", "20200101000000Z", "--until", "20210101000000Z"]
    static let future = ["--from", "20990101000000Z", "--until", "20991231000000Z"]

    @Test func `members with the right certificates speak`() async throws {
        let result = try await Self.attempt()
        #expect(result.client == nil)
    }

    @Test(arguments: ["p384", "ed25519"])
    func `other kinds of key speak too`(_ kind: String) async throws {
        let other = try Laboratory.issue("\(kind)", division: "110000", options: ["--key", kind])
        #expect(try await Self.attempt(client: other).client == nil)
        #expect(try await Self.attempt(server: other, expected: other.expected).client == nil)
    }

    @Test func `an unknown peer is refused and both sides know why`() async throws {
        let result = try await Self.attempt { $0.divisionCode == "110000" ? .unknown : .accept }
        #expect(result.server?.code == .unknownPeer)
        let detail = try #require(result.server).detail
        #expect(detail.contains("cityrelay://member/110000/GJJ"))
        #expect(result.client?.error.code == .refusedByPeer)
        #expect(result.client?.fate != .unknown)
    }

    @Test func `a known member with another key is refused`() async throws {
        let result = try await Self.attempt { _ in .wrongKey }
        #expect(result.server?.code == .wrongKey)
        #expect(result.client?.error.code == .refusedByPeer)
    }

    @Test func `a certificate of another authority is refused on both sides`() async throws {
        let stranger = try Laboratory.issue(
            "stranger", division: "110000", authority: "\(Laboratory.folder)/wrong-ca")
        let believing = Laboratory.Credentials(
            files: TLSContext.Files(
                certificate: stranger.files.certificate, key: stranger.files.key,
                authority: try Laboratory.hangzhou.get().files.authority),
            pin: stranger.pin, divisionCode: "110000", institutionCode: "GJJ")
        let client = try await Self.attempt(client: believing)
        #expect(client.server?.code == .wrongAuthority)
        #expect(client.client?.error.code == .refusedByPeer)
        let server = try await Self.attempt(server: believing, expected: believing.expected)
        #expect(server.client?.error.code == .wrongAuthority)
        #expect(server.client?.fate == .notSent)
        #expect(server.server?.code == .refusedByPeer)
    }

    @Test func `an expired certificate is refused on both sides`() async throws {
        let old = try Laboratory.issue("expired", division: "110000", options: Self.expired)
        let client = try await Self.attempt(client: old)
        #expect(client.server?.code == .certificateExpired)
        #expect(client.client?.error.code == .refusedByPeer)
        let server = try await Self.attempt(server: old, expected: old.expected)
        #expect(server.client?.error.code == .certificateExpired)
        #expect(server.client?.fate == .notSent)
    }

    @Test func `a certificate that is not yet valid is refused on both sides`() async throws {
        let early = try Laboratory.issue("future", division: "110000", options: Self.future)
        #expect(try await Self.attempt(client: early).server?.code == .certificateNotYetValid)
        let server = try await Self.attempt(server: early, expected: early.expected)
        #expect(server.client?.error.code == .certificateNotYetValid)
    }

    @Test func `the right certificate for the wrong member is refused`() async throws {
        let hangzhou = try Laboratory.hangzhou.get()
        let elsewhere = ExpectedMember(
            divisionCode: "431300", institutionCode: "GJJ", pins: [hangzhou.pin])
        let result = try await Self.attempt(expected: elsewhere)
        #expect(result.client?.error.code == .wrongMember)
        #expect(result.client?.fate == .notSent)
        let detail = try #require(result.client).error.detail
        #expect(detail.contains("cityrelay://member/330100/GJJ"))
    }

    @Test func `the right member with a key that is not pinned is refused`() async throws {
        let beijing = try Laboratory.beijing.get()
        let unpinned = ExpectedMember(
            divisionCode: "330100", institutionCode: "GJJ", pins: [beijing.pin])
        #expect(try await Self.attempt(expected: unpinned).client?.error.code == .wrongKey)
        let both = ExpectedMember(
            divisionCode: "330100", institutionCode: "GJJ",
            pins: [beijing.pin, try Laboratory.hangzhou.get().pin])
        #expect(try await Self.attempt(expected: both).client == nil)
    }

    @Test func `an application's certificate is no member's`() async throws {
        let hall = try Laboratory.issue(
            "hall", division: "330100", role: "app", options: ["--name", "hall"])
        let result = try await Self.attempt(
            server: hall, expected: hall.expected
        )
        #expect(result.client?.error.code == .wrongMember)
        let seen = try await Self.attempt(client: hall) {
            $0.role == .application ? .accept : .unknown
        }
        #expect(seen.client == nil)
    }

    @Test func `own files that carry no identity, or do not fit, are refused at the start`() throws
    {
        let hangzhou = try Laboratory.hangzhou.get()
        let beijing = try Laboratory.beijing.get()
        let cases: [(files: TLSContext.Files, code: TransportError.Code)] = [
            (
                TLSContext.Files(
                    certificate: hangzhou.files.authority, key: hangzhou.files.key,
                    authority: hangzhou.files.authority), .badCredentials
            ),
            (
                TLSContext.Files(
                    certificate: hangzhou.files.certificate, key: beijing.files.key,
                    authority: hangzhou.files.authority), .badCredentials
            ),
            (
                TLSContext.Files(
                    certificate: "/nowhere.crt", key: beijing.files.key,
                    authority: hangzhou.files.authority), .badCredentials
            ),
            (
                TLSContext.Files(
                    certificate: hangzhou.files.authority, key: "\(Laboratory.folder)/ca/ca.key",
                    authority: hangzhou.files.authority), .noIdentity
            ),
        ]
        for row in cases {
            #expect {
                try TLSContext(files: row.files) { _ in .accept }
            } throws: {
                ($0 as? TransportError)?.code == row.code
            }
        }
    }

    @Test func `a client without a certificate or without HTTP 2 does not get in`() async throws {
        guard let openssl = Program.path("openssl") else { return }
        let rig = try Rig()
        defer { rig.stop() }
        let hangzhou = try Laboratory.hangzhou.get()
        func connect(_ more: [String]) async throws -> TransportError.Code? {
            let before = rig.events.errors.count
            _ = try Program.run(
                [
                    openssl, "s_client", "-connect", "127.0.0.1:\(rig.server.port)", "-CAfile",
                    hangzhou.files.authority,
                ] + more, seconds: 5)
            for _ in 0..<200 where rig.events.errors.count == before {
                try await Task.sleep(for: .milliseconds(10))
            }
            return rig.events.errors.dropFirst(before).first?.code
        }
        let credentials = ["-cert", hangzhou.files.certificate, "-key", hangzhou.files.key]
        #expect(try await connect(["-alpn", "h2"]) == .noCertificate)
        #expect(try await connect(credentials + ["-alpn", "http/1.1"]) == .noHTTP2)
        #expect(try await connect(credentials) == .noHTTP2)
        #expect(try await connect(credentials + ["-alpn", "h2", "-tls1_2"]) == .handshakeFailed)
    }
}
