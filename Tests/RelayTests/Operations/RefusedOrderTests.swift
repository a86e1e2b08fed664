// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import TestSupport
import Testing

extension `Relays among peers` {
    /// Every kind of order, as it must not be given.
    @Suite(.serialized) struct `Orders that are refused` {
        static let aboutPackets: [OperatorAction.Kind] = [
            .park, .release, .retry, .replay, .discard, .restore,
        ]

        private static func body(
            _ kind: OperatorAction.Kind, reason: String?, packet: String = "out/07-tendermint-0/1"
        ) -> String {
            let subject =
                aboutPackets.contains(kind)
                ? "\"packet\":\"\(packet)\"" : "\"chain\":\"nowhere-000000-1\""
            let why = reason.map { ",\"reason\":\"\($0)\"" } ?? ""
            return "{\"action\":\"\(kind.rawValue)\",\(subject)\(why)}"
        }

        private static func order(
            _ harness: PeerHarness, _ caller: Result<Laboratory.Credentials, any Error>,
            _ json: String
        ) async throws -> (status: Int, body: JSON, text: String) {
            try await `Operators at work`.call(
                harness, caller, .post, "/v1/operations/actions", json: json)
        }

        @Test func `without a reason, by too small a role, about what is not there`() async throws {
            let harness = try `Operators at work`.harness()
            defer { harness.stop() }
            for kind in OperatorAction.Kind.allCases {
                let silent = try await Self.order(
                    harness, DoorCallers.chief, Self.body(kind, reason: nil))
                #expect(silent.status == 422, "\(kind)")
                #expect(silent.body["code"]?.string == "action/no-reason", "\(kind)")
                let blank = try await Self.order(
                    harness, DoorCallers.chief, Self.body(kind, reason: "  "))
                #expect(blank.body["code"]?.string == "action/no-reason", "\(kind)")
                // Nothing that can be seen is no reason; what hides or turns other text is none.
                let invisible = try await Self.order(
                    harness, DoorCallers.chief,
                    Self.body(kind, reason: "\u{200b}\u{2060} \u{3164}"))
                #expect(invisible.body["code"]?.string == "action/no-reason", "\(kind)")
                let turned = try await Self.order(
                    harness, DoorCallers.chief,
                    Self.body(kind, reason: "the bank asked \u{202e}dellac"))
                #expect(turned.body["code"]?.string == "action/reason-form", "\(kind)")
                #expect(turned.text.contains("\\\\u{202e}dellac"), "\(turned.text)")

                var tooSmall = [DoorCallers.observer]
                if [.discard, .restore].contains(kind) { tooSmall.append(DoorCallers.wang) }
                for caller in tooSmall {
                    let small = try await Self.order(
                        harness, caller, Self.body(kind, reason: "asked"))
                    #expect(small.status == 403, "\(kind)")
                    #expect(small.body["code"]?.string == "access/role-too-small", "\(kind)")
                }
                for caller in [DoorCallers.hall, DoorCallers.relay] {
                    let other = try await Self.order(
                        harness, caller, Self.body(kind, reason: "asked"))
                    #expect(other.body["code"]?.string == "access/wrong-kind", "\(kind)")
                }

                let unknown = try await Self.order(
                    harness, DoorCallers.chief,
                    Self.body(kind, reason: "asked", packet: "out/07-tendermint-0/99"))
                #expect(unknown.status == 404, "\(kind) \(unknown.text)")
                #expect(
                    unknown.body["code"]?.string
                        == (Self.aboutPackets.contains(kind) ? "packet/unknown" : "route/unknown"),
                    "\(kind) \(unknown.text)")
                for refused in [silent, unknown] {
                    #expect(refused.body["next"]?.string?.isEmpty == false, "\(kind)")
                }
            }
            let actions = try await `Operators at work`.call(
                harness, DoorCallers.observer, .get, "/v1/operations/actions")
            #expect(actions.body["actions"]?.array?.isEmpty == true, "nothing was done")
        }

        /// So is the one that another city's relay showed.
        @Test func `a peer's certificate that runs out is on the status and in the why`() throws {
            let end: Int64 = 2_000_000_000
            let theirs = StatusSources.PeerCertificate(
                chainID: "beijing-110000-1", peer: "Beijing",
                uri: "cityrelay://member/110000/110000000000000", notAfter: end)
            let well = Explanation(
                code: "peer/well", sentence: "s", nextAction: "Nothing.", turn: .nobody)
            let lost = Explanation(
                code: "peer/lost", sentence: "s", nextAction: "n", turn: .peer)
            let cases: [(days: Int64, level: StatusReport.Level?, words: String)] = [
                (61, nil, ""), (60, .warning, "in 60 days"), (30, .warning, "in 30 days"),
                (14, .warning, "in 14 days"), (8, .warning, "in 8 days"),
                (7, .critical, "in 7 days"), (0, .critical, "in 0 days"),
                (-3, .critical, "ran out 3 days ago"),
            ]
            for (days, level, words) in cases {
                let now = Timestamp(unixNanoseconds: (end - days * 86_400) * 1_000_000_000)
                var sources = StatusSources(
                    now: now, member: try DoorRig.member(), ownChainID: "hangzhou-330100-1",
                    peers: [])
                sources.peerCertificates = [theirs]
                let status = StatusReport(sources)
                let trouble = status.troubles.first { $0.code == "peer/certificate-expiring" }
                #expect(trouble?.level == level, "\(days) days")
                #expect(trouble?.sentence.contains(words) ?? (level == nil), "\(days) days")
                #expect(trouble.map { $0.subject == "beijing-110000-1" } ?? (level == nil))
                #expect(status.peerCertificates?.map(\.daysLeft) == [days])
                #expect(status.certificates.isEmpty, "ours are told apart")
                #expect(status.holdUps.map(\.code) == ["relay/not-running"])
                let metrics = RelayMetrics.text(sources, reasons: [], commits: 0)
                #expect(
                    metrics.contains(
                        "cityrelay_peer_certificate_days_left{peer=\"Beijing\"} \(days)\n"))

                let whole = [well].with(theirs, now: now)
                #expect(
                    whole.map(\.code)
                        == [level == nil ? "peer/well" : "peer/certificate-expiring"])
                let held = [lost].with(theirs, now: now).map(\.code)
                #expect(
                    held
                        == (level == nil
                            ? ["peer/lost"]
                            : days < 0
                                ? ["peer/certificate-expiring", "peer/lost"]
                                : ["peer/lost", "peer/certificate-expiring"]), "\(days) days")
            }
            #expect([well].with(nil, now: .unixEpoch) == [well])
        }

        /// 60, 30, 14 and 7 days before its end a certificate is said on the status; the last seven
        /// are critical.
        @Test func `a certificate that runs out is on the status`() throws {
            let file = try CertificateFile(
                use: "peer", path: try DoorCallers.relay.get().files.certificate)
            let cases: [(days: Int64, level: StatusReport.Level?)] = [
                (61, nil), (60, .warning), (30, .warning), (14, .warning), (8, .warning),
                (7, .critical), (0, .critical), (-1, .critical),
            ]
            for (days, level) in cases {
                var sources = StatusSources(
                    now: Timestamp(
                        unixNanoseconds: (file.notAfter - days * 86_400) * 1_000_000_000),
                    member: try DoorRig.member(), ownChainID: "hangzhou-330100-1", peers: [])
                sources.certificates = [file]
                let status = StatusReport(sources)
                let trouble = status.troubles.first { $0.code == "certificate/expiring" }
                #expect(trouble?.level == level, "\(days) days")
                #expect(status.certificates.first?.daysLeft == days)
                // Readiness is progress, not a calendar.
                #expect(status.holdUps.map(\.code) == ["relay/not-running"])
                let metrics = RelayMetrics.text(sources, reasons: [], commits: 0)
                #expect(
                    metrics.contains("cityrelay_certificate_days_left{use=\"peer\"} \(days)\n"),
                    "\(days)")
            }
        }
    }
}
