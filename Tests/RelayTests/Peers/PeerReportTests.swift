// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import Testing

extension `Relays among peers` {
    /// What members report of chains: over real connections, judged by the real light client.
    @Suite(.serialized) struct `Reports` {
        private let harness: PeerHarness
        private let wire: PeerWire

        private var city: LaboratoryCity { harness.beijing.city }

        init() throws {
            harness = try PeerHarness.linked()
            harness.beijing.stop()
            wire = try PeerWire(to: harness.hangzhou, as: harness.beijing.credentials)
        }

        private func report(_ request: ReportRequest) async throws -> ReportResponse {
            let outcome = await wire.call("Report", request.encoded)
            let bytes = try #require(outcome.message, "\(outcome)")
            return try ReportResponse(reading: bytes)
        }

        private func accuse(
            _ one: [UInt8], _ other: [UInt8], of chainID: String? = nil
        ) async throws -> ReportResponse {
            try await report(
                ReportRequest(
                    chainID: city.chainID,
                    misbehaviour: ReportedMisbehaviour(
                        family: "cometbft", chainID: chainID ?? city.chainID,
                        misbehaviour: try Families.misbehaviour(one, other, family: .cometBFT))))
        }

        @Test func `evidence is verified by everybody, and false evidence is blamed on its sender`()
            async throws
        {
            defer {
                wire.stop()
                harness.stop()
            }
            city.makeBlocks(4)
            let height = city.height
            let trusted = try HandMadeDelivery(harness).trusted.height
            let genuine = try city.header(at: height, trusted: trusted)
            let forked = try city.header(at: height, trusted: trusted) {
                $0.appHash = [UInt8](repeating: 7, count: 32)
            }
            try await falsehoods(genuine, forked)
            try await truth(genuine, forked, height)
        }

        private func falsehoods(_ genuine: [UInt8], _ forked: [UInt8]) async throws {
            // The same header twice.
            let twice = try await accuse(genuine, genuine)
            #expect(twice.outcome == .refused)
            #expect(twice.code == "evidence/false")
            // A second header whose signatures are of nobody.
            var unsigned = try ICS07.Header(reading: forked)
            unsigned.signedHeader?.commit?.signatures.indices.forEach {
                unsigned.signedHeader?.commit?.signatures[$0].signature[3] ^= 1
            }
            let forged = try await accuse(genuine, unsigned.encoded)
            #expect(forged.outcome == .refused)
            #expect(forged.code == "evidence/false")
            let journal = try harness.hangzhou.journal()
            #expect(try journal.clients().allSatisfy { !$0.isFrozen })
            let kept = try journal.evidence()
            #expect(kept.map(\.kind) == ["evidence/false", "evidence/false"])
            #expect(kept.allSatisfy { $0.reportedBy == city.chainID })
            #expect(try journal.counters()["evidence/false/\(city.chainID)"] == 2)
            let note = try #require(harness.hangzhou.said("evidence/false").first)
            #expect(note.level == .alarm)
            #expect(note.chainID == city.chainID)
            // Nobody is asked to judge itself, nor a chain that nobody knows.
            let own = try await accuse(genuine, forked, of: harness.hangzhou.city.chainID)
            #expect(own.code == "evidence/own-chain")
            #expect(try await accuse(genuine, forked, of: "x-1").code == "evidence/unknown-chain")
            let short = await wire.call(
                "Report",
                ReportRequest(
                    chainID: city.chainID, held: [HeldHeader(chainID: "x", hash: [1])]
                ).encoded)
            #expect(short.status?.code == .invalidArgument)
        }

        private func truth(
            _ genuine: [UInt8], _ forked: [UInt8], _ height: UInt64
        ) async throws {
            let proven = try await accuse(genuine, forked)
            #expect(proven.outcome == .accepted, "\(proven)")
            #expect(try await accuse(forked, genuine).outcome != .refused)
            let journal = try harness.hangzhou.journal()
            let client = try #require(try journal.clients().first { $0.isFrozen })
            let family = FamilyID.cometBFT
            for header in [genuine, forked] {
                let hash = try Families.inspect(header, family: family).headerHash
                #expect(client.frozenReason.contains(Hex.encode(hash.bytes)))
            }
            #expect(client.frozenReason.contains("\(height)"))
            // The client on our chain is frozen by a transaction of ours.
            try harness.until("our chain's client is frozen too") {
                !harness.hangzhou.said("hosted-client/frozen").isEmpty
            }
            #expect(harness.hangzhou.said("misbehaviour/submitted").count == 1)
        }
    }
}
