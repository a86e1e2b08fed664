// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import Testing

extension `Relays among peers` {
    /// What a peer may send that is wrong, each over the wire to a whole relay.
    @Suite(.serialized) struct `Bad input` {
        let harness: PeerHarness
        let wire: PeerWire

        init() throws {
            harness = try `Relays among peers`.shared.get()
            wire = try PeerWire(to: harness.hangzhou, as: harness.beijing.credentials)
        }

        private var beijing: LaboratoryCity { harness.beijing.city }
        private var reply: PeerHarness.Relay { harness.hangzhou }

        /// Fresh packets of Beijing's, and a height that proves them.
        private func packets(
            _ count: Int = 1, seconds: Int64 = 3_600
        ) throws -> (packets: [Packet], height: UInt64) {
            let letters = (0..<count).map { _ in beijing.letter(Int.random(in: 100...1_000_000)) }
            let packets = try harness.send(from: harness.beijing, letters, seconds: seconds)
            beijing.makeBlocks()
            return (packets, beijing.height)
        }

        // MARK: Who may talk

        /// Why a call with these credentials does not even begin.
        private func refusal(_ credentials: Laboratory.Credentials) async throws -> String {
            let stranger = try PeerWire(to: harness.hangzhou, as: credentials)
            defer { stranger.stop() }
            let outcome = await stranger.call("Handshake", [])
            let failure = try #require(outcome.failure, "it was answered: \(outcome)")
            return failure.error.code.rawValue
        }

        @Test func `a certificate of our authority for nobody in the topology is refused`()
            async throws
        {
            let loudi = try Laboratory.issue(
                "stranger", division: "431300", institution: "431300000000000")
            #expect(try await !refusal(loudi).isEmpty)
        }

        @Test func `a member's name under another authority is refused`() async throws {
            let forged = try Laboratory.issue(
                "forged", division: "110000", institution: "110000000000000",
                authority: "\(Laboratory.folder)/other-ca")
            // It believes the right authority itself: it is the relay that refuses.
            let files = TLSContext.Files(
                certificate: forged.files.certificate, key: forged.files.key,
                authority: harness.beijing.credentials.files.authority)
            let credentials = Laboratory.Credentials(
                files: files, pin: forged.pin, divisionCode: forged.divisionCode,
                institutionCode: forged.institutionCode)
            #expect(try await !refusal(credentials).isEmpty)
        }

        @Test func `a member's certificate with a key that is not pinned is refused`() async throws
        {
            let other = try Laboratory.issue(
                "other-key", division: "110000", institution: "110000000000000")
            #expect(try await !refusal(other).isEmpty)
        }

        @Test(arguments: [
            ("expired", "20200101000000Z", "20210101000000Z"),
            ("not yet valid", "20400101000000Z", "20410101000000Z"),
        ])
        func `a certificate outside its time is refused`(
            name: String, from: String, until: String
        ) async throws {
            let late = try Laboratory.issue(
                "time-\(from)", division: "110000", institution: "110000000000000",
                options: ["--from", from, "--until", until])
            #expect(try await !refusal(late).isEmpty, "\(name)")
        }

        @Test func `a member that speaks for another chain is told who it is`() async throws {
            defer { wire.stop() }
            let outcome = await wire.call(
                "Deliver", DeliverRequest(chainID: "loudi-431300-1").encoded)
            let status = try #require(outcome.status)
            #expect(status.code == .invalidArgument)
            #expect(status.message.contains(beijing.chainID))
        }

        // MARK: What is no message

        @Test(arguments: ["Handshake", "Deliver", "Acknowledge", "Prove", "FetchHeaders"])
        func `bytes that are no protobuf are an invalid argument`(method: String) async throws {
            defer { wire.stop() }
            let outcome = await wire.call(method, [0xff, 0xff, 0xff])
            #expect(outcome.status?.code == .invalidArgument)
        }

        @Test func `a packet that is no protobuf refuses the call`() async throws {
            defer { wire.stop() }
            let request = DeliverRequest(
                chainID: beijing.chainID, packets: [PacketWithProof(packet: [0xff], proof: [])])
            let outcome = await wire.call("Deliver", request.encoded)
            #expect(outcome.status?.code == .invalidArgument)
        }

        @Test func `a question about no client is an invalid argument`() async throws {
            defer { wire.stop() }
            let request = ProveRequest(
                chainID: harness.hangzhou.city.chainID,
                questions: [
                    Question(subject: .receipt, clientID: "x\",\"height\":\"1", sequence: 1)
                ])
            let outcome = await wire.call("Prove", request.encoded)
            #expect(outcome.status?.code == .invalidArgument)
        }

        @Test func `a message above four MiB is refused with a name`() async throws {
            defer { wire.stop() }
            let request = DeliverRequest(
                chainID: beijing.chainID,
                packets: [
                    PacketWithProof(
                        packet: [], proof: [UInt8](repeating: 1, count: PeerLimits.messageBytes + 1)
                    )
                ])
            let outcome = await wire.call("Deliver", request.encoded)
            #expect(outcome.message == nil)
            // The relay is well, and takes the next call.
            let next = await wire.call("Handshake", [0xff])
            #expect(next.status?.code == .invalidArgument)
        }

        // MARK: Headers

        /// The one outcome of a delivery under a header of the test's making.
        private func outcome(
            forged header: (UInt64, UInt64) throws -> [UInt8]
        ) async throws -> PacketOutcome {
            let (packets, height) = try packets()
            let made = try HandMadeDelivery(harness)
            let request = try made.request(
                packets, under: height, header: try header(height, made.trusted.height))
            return try #require(try await wire.deliver(request).outcomes.first)
        }

        @Test func `a header from the future is not believed and nothing is lost`() async throws {
            defer { wire.stop() }
            reply.clockOffset.withLock { $0 = -3_600 }
            defer { reply.clockOffset.withLock { $0 = 0 } }
            let outcome = try await outcome { try beijing.header(at: $0, trusted: $1) }
            #expect(outcome.outcome == .retry)
            #expect(outcome.code == "header/from-the-future")
        }

        @Test func `a header of another chain is not believed`() async throws {
            defer { wire.stop() }
            let outcome = try await outcome { height, trusted in
                try beijing.header(at: height, trusted: trusted) {
                    $0.chainID = ChainID("shanghai-310000-1")
                }
            }
            #expect(outcome.outcome == .retry)
            #expect(outcome.code == "header/chain-id-mismatch")
        }

        @Test func `a header that too little power signed is not believed`() async throws {
            defer { wire.stop() }
            let outcome = try await outcome { height, trusted in
                try beijing.header(at: height, trusted: trusted, signers: ["val3"])
            }
            #expect(outcome.outcome == .retry)
            #expect(outcome.code.hasPrefix("header/not-enough"))
        }

        // MARK: Proofs and packets

        @Test func `a proof of another height or of another key is refused`() async throws {
            defer { wire.stop() }
            let (packets, height) = try packets(2)
            // Another letter, so that the later state is another one.
            let later = try self.packets().height
            let made = try HandMadeDelivery(harness)
            var request = try made.request(packets, under: height)
            request.packets[0].proof = try beijing.proof(packets[0].commitmentKey, under: later)
            request.packets[1].proof = try beijing.proof(packets[0].commitmentKey, under: height)
            let outcomes = try await wire.deliver(request).outcomes
            #expect(outcomes.map(\.outcome) == [.refused, .refused])
            #expect(outcomes.map(\.code) == ["proof/invalid", "proof/invalid"])
        }

        @Test func `a proof whose header never came is not judged yet`() async throws {
            defer { wire.stop() }
            let (packets, height) = try packets()
            beijing.makeBlocks(3)
            let made = try HandMadeDelivery(harness)
            var request = try made.request(packets, under: height)
            request.proofHeight = Height(revision: 1, height: height + 1)
            let outcome = try #require(try await wire.deliver(request).outcomes.first)
            #expect(outcome.outcome == .retry)
            #expect(outcome.code == "client/no-trusted-state")
        }

        @Test func `one packet twice is known the second time`() async throws {
            defer { wire.stop() }
            let (packets, height) = try packets()
            let request = try HandMadeDelivery(harness).request(packets, under: height)
            let first = try await wire.deliver(request)
            #expect(first.outcomes.map(\.outcome) == [.accepted])
            let headers = try harness.hangzhou.journal().headers(chainID: beijing.chainID)
            #expect(headers.contains { $0.height.height == height })
            let again = try await wire.deliver(request)
            #expect(again.outcomes.map(\.outcome) == [.alreadyKnown])
        }

        @Test func `packets out of order are all taken, one outcome each in the call's order`()
            async throws
        {
            defer { wire.stop() }
            let (packets, height) = try packets(3)
            let made = try HandMadeDelivery(harness)
            let last = try await wire.deliver(try made.request([packets[2]], under: height))
            #expect(last.outcomes.map(\.outcome) == [.accepted])
            let rest = try await wire.deliver(
                try made.request([packets[1], packets[0], packets[2]], under: height))
            #expect(rest.outcomes.map(\.outcome) == [.accepted, .accepted, .alreadyKnown])
            #expect(
                rest.outcomes.map(\.sequence)
                    == [packets[1].sequence, packets[0].sequence, packets[2].sequence])
        }

        @Test func `a packet past its deadline is refused as too late`() async throws {
            defer { wire.stop() }
            let (packets, height) = try packets(seconds: 2)
            let deadline = try #require(packets.first?.timeoutSeconds)
            try harness.until("Hangzhou's chain is past the deadline") {
                let seen = try harness.hangzhou.journal().cursors().values.first ?? 0
                return harness.hangzhou.city.time > deadline + 1
                    && seen + 1 >= harness.hangzhou.city.height
            }
            // The height may be trusted by now through an update of the relay's own.
            let request = try HandMadeDelivery(harness).request(packets, under: height)
            let outcome = try #require(try await wire.deliver(request).outcomes.first)
            #expect(outcome.outcome == .refused)
            #expect(outcome.code == "packet/elapsed")
        }

        @Test func `every call that ended is out of the accounts`() async throws {
            defer { wire.stop() }
            // More failures of every kind than the limit of calls under way.
            for _ in 0..<12 {
                _ = await wire.call("Handshake", [0xff])
                _ = await wire.call("Deliver", DeliverRequest(chainID: "x").encoded)
                _ = await wire.call("Prove", ProveRequest(chainID: "x").encoded)
                _ = await wire.call(
                    "FetchHeaders",
                    FetchHeadersRequest(
                        chainID: reply.city.chainID, trustedHeight: .zero,
                        targetHeight: Height(revision: 1, height: 900_000)
                    ).encoded)
            }
            let daemon = try #require(reply.daemon.withLock { $0 })
            #expect(daemon.callsUnderWay(of: beijing.chainID) == 0)
        }

        // Last: an engine that has seen a far moment waits for it.
        @Test func `an expired client takes nothing and says so`() async throws {
            defer { wire.stop() }
            reply.clockOffset.withLock { $0 = 15 * 86_400 }
            defer { reply.clockOffset.withLock { $0 = 0 } }
            let outcome = try await outcome { try beijing.header(at: $0, trusted: $1) }
            #expect(outcome.outcome == .retry)
            #expect(outcome.code == "client/expired")
            try harness.until("the log says that the client expired") {
                !reply.said("client/expired").isEmpty
            }
        }
    }

    /// What stops a link, each with relays of its own.
    @Suite(.serialized) struct `Links that stop` {
        @Test func `a full inbox answers with a retry time, a fork freezes and keeps the evidence`()
            async throws
        {
            var limits = EngineLimits()
            limits.inboxPackets = 2
            let harness = try PeerHarness.linked(limits: limits)
            defer { harness.stop() }
            harness.beijing.stop()
            let city = harness.beijing.city
            let wire = try PeerWire(to: harness.hangzhou, as: harness.beijing.credentials)
            defer { wire.stop() }

            let packets = try harness.send(from: harness.beijing, (1...3).map { city.letter($0) })
            city.makeBlocks()
            let made = try HandMadeDelivery(harness)
            let height = city.height
            let answer = try await wire.deliver(try made.request(packets, under: height))
            #expect(answer.outcomes.map(\.outcome) == [.accepted, .accepted, .retry])
            #expect(answer.outcomes.last?.code == "inbox/full")
            #expect((answer.outcomes.last?.retryAfterMilliseconds ?? 0) > 0)
            // The next call is sent away before anything of it is verified.
            let outcome = await wire.call(
                "Deliver", try made.request([packets[2]], under: height).encoded)
            #expect(outcome.status?.code == .resourceExhausted)
            #expect((outcome.status?.retryAfterMilliseconds ?? 0) > 0)
            // Once our chain has taken them, there is room again.
            try harness.until("the inbox has room") {
                try harness.hangzhou.journal().stateCounts().allSatisfy { $0.state != .verified }
            }
            try await fork(harness, wire, packets[2])
        }

        private func fork(
            _ harness: PeerHarness, _ wire: PeerWire, _ packet: Packet
        ) async throws {
            let city = harness.beijing.city
            let made = try HandMadeDelivery(harness)
            // A second header at a height that is trusted already, signed by the same validators.
            let base = try #require(
                try harness.hangzhou.journal().headers(chainID: city.chainID).map(\.height.height)
                    .filter { $0 < made.trusted.height }.max())
            let forged = try city.header(at: made.trusted.height, trusted: base) {
                $0.appHash = [UInt8](repeating: 7, count: 32)
            }
            let request = DeliverRequest(
                chainID: city.chainID, update: ClientUpdate(headers: [forged]),
                proofHeight: made.trusted,
                packets: [PacketWithProof(packet: packet.encoded, proof: [])])
            _ = try await wire.deliver(request)
            let journal = try harness.hangzhou.journal()
            let client = try #require(try journal.clients().first)
            #expect(client.isFrozen)
            #expect(client.frozenReason.contains("client/conflicting-header"))
            let evidence = try #require(try journal.evidence().first)
            #expect(evidence.height == made.trusted)
            // Both messages are kept, so that anybody can judge again.
            #expect(try EvidenceBody(reading: evidence.evidence).second == forged)
            let alarm = try #require(harness.hangzhou.said("client/conflicting-header").first)
            #expect(alarm.level == .alarm)
            // Nothing of that chain is taken any more.
            let later = try await wire.deliver(
                try made.request([packet], under: made.trusted.height, header: forged))
            #expect(later.outcomes.map(\.outcome) == [.retry])
            #expect(later.outcomes.first?.code == "client/frozen")
        }

        @Test func `two topologies block the peer and both relays say so`() throws {
            let harness = try PeerHarness()
            defer { harness.stop() }
            try harness.start(harness.hangzhou)
            try harness.start(harness.beijing, topologyVersion: 2)
            for relay in [harness.hangzhou, harness.beijing] {
                try harness.until("the mismatch is told") {
                    !relay.said("peer/topology-mismatch").isEmpty
                }
                let note = try #require(relay.said("peer/topology-mismatch").first)
                #expect(note.level == .alarm)
                #expect(note.detail.contains("topology"))
            }
        }
    }
}
