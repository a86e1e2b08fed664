// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import TestSupport
import Testing

extension `Relays among peers` {
    /// A run whose every connection is written down in clear: what the relays say to each other and
    /// to their nodes, what they store, log and show. Values stand in two places, and must: between
    /// a relay and its own record office, and in what an application of its own city is told.
    @Suite(.serialized, .enabled(if: Tap.isThere, "skipped: python3 is not here"))
    struct `Captured traffic` {
        @Test func `no value, name or salt passes between relays, or stays with one`()
            async throws
        {
            let run = try CapturedRun()
            defer { run.stop() }
            let taps = try #require(run.rig.taps)
            var planted = PlantedValues()
            let outcomes = try await run.proofs(&planted)
            #expect(outcomes == ["present", "absent", "present", "refused"])
            let letter = try await run.letter(&planted)
            try await run.licence(&planted)
            #expect(planted.holds("the value of GRZHYE"))
            #expect(planted.forms.count { $0.name == "a salt" } >= 6)

            // Those who may know are told, and the taps hear what they should.
            #expect(planted.found(in: Array(letter.text.utf8)).contains("the letter's EmpName"))
            let application = taps.application.heard
            #expect(planted.found(in: application).contains("the value of GRZHYE"))
            let office = planted.found(in: taps.office.heard)
            #expect(office.contains("the value of GRZHYE") && office.contains("a holder"))

            let places = try await run.heard() + run.remains()
            for place in places {
                #expect(planted.found(in: place.bytes) == [], "\(place.name)")
            }
            try Self.isWhole(run, places)
            try await Self.leaks(run)
        }

        /// That the search has seen the whole run in all its places.
        private static func isWhole(_ run: CapturedRun, _ places: [CapturedRun.Place]) throws {
            let names = Set(places.map(\.name))
            for relay in [run.harness.hangzhou, run.harness.beijing] {
                let city = relay.city.chainID
                for file in ["relay.db", "access.db", "letters.db", "members.db"] {
                    #expect(names.contains("\(city) \(file)"), "\(names.sorted())")
                }
                // Four of the letter, and of the licence the offer, the taking and its answer.
                let packets = try relay.journal().packets(PacketQuery())
                #expect(packets.count >= 6, "\(city)")
                #expect(Set(packets.map(\.id.direction)).count == 2, "\(city)")
            }
            // Proofs are sealed; of letters and licences the ports are seen, both ways.
            let peers = places.filter { $0.name.hasPrefix("to-") }
            #expect(peers.count == 2)
            let ports = ["transfer", "licence"].map { Array($0.utf8) }
            for peer in peers { #expect(peer.bytes.places(of: ports) == [0, 1], "\(peer.name)") }
            #expect(peers[0].bytes.count > 60_000, "\(peers.map(\.bytes.count))")
        }

        // MARK: That it can fail

        /// One value let out on purpose, in every place that was searched: found in each.
        private static func leaks(_ run: CapturedRun) async throws {
            var planted = PlantedValues()
            planted.add("the leak", CapturedRun.applicant)
            try await leakOnWires(run)
            for place in try run.heard() {
                #expect(planted.found(in: place.bytes) == ["the leak"], "\(place.name)")
            }
            for relay in [run.harness.hangzhou, run.harness.beijing] {
                try await leakReason(run, relay)
                try leakInStores(relay)
            }
            let found = try await run.remains()
            var leaky: Set<String> = []
            for place in found where planted.found(in: place.bytes).contains("the leak") {
                leaky.insert(place.name)
            }
            for relay in [run.harness.hangzhou, run.harness.beijing] {
                let city = relay.city.chainID
                let base = "/v1/operations"
                var places = ["log", "\(base)/actions", "/metrics", "\(base)/queue"]
                places += ["\(base)/queue?dead=true", "\(base)/queue?state=parked"]
                for place in places {
                    #expect(leaky.contains("\(city) \(place)"), "\(place): \(leaky.sorted())")
                }
                for file in ["relay.db", "access.db", "letters.db", "members.db"] {
                    let isFound = ["", "-wal"].contains { leaky.contains("\(city) \(file)\($0)") }
                    #expect(isFound, "\(file): \(leaky.sorted())")
                }
            }
        }

        /// A careless peer, and a careless word to a node.
        private static func leakOnWires(_ run: CapturedRun) async throws {
            let taps = try #require(run.rig.taps)
            let (hangzhou, beijing) = (run.harness.hangzhou, run.harness.beijing)
            let value = Array(CapturedRun.applicant.utf8)
            for (tap, from, to) in [
                (taps.peers[0], beijing, hangzhou), (taps.peers[1], hangzhou, beijing),
            ] {
                let wire = try PeerWire(to: to, as: from.credentials, port: tap.port)
                _ = await wire.call("Disclose", SealedQuestion(sealed: value).encoded)
                wire.stop()
            }
            for tap in taps.nodes {
                _ = try Program.run([
                    "/usr/bin/curl", "--silent", "--data", CapturedRun.applicant,
                    "http://127.0.0.1:\(tap.port)/",
                ])
            }
        }

        /// A person who writes a name where a reason belongs: kept, logged, listed.
        private static func leakReason(
            _ run: CapturedRun, _ relay: PeerHarness.Relay
        ) async throws {
            let other = relay === run.harness.hangzhou ? run.harness.beijing : run.harness.hangzhou
            let person = try Laboratory.issue(
                "careless-\(relay.city.code)-\(UInt32.random(in: .min ... .max))",
                division: relay.city.code, institution: "\(relay.city.code)000000000",
                role: "person", options: ["--name", "wang", "--role", "operator"])
            let answer = try await run.rig.call(
                .post, "/v1/operations/actions",
                json: "{\"action\":\"pause-queue\",\"chain\":\"\(other.city.chainID)\","
                    + "\"reason\":\"\(CapturedRun.applicant)\"}",
                as: person, at: relay)
            try #require(answer.status == 200, "\(answer.text)")
        }

        /// A name where a code belongs, written past the programs.
        private static func leakInStores(_ relay: PeerHarness.Relay) throws {
            let value = CapturedRun.applicant
            for file in ["access.db", "letters.db", "members.db"] {
                try Database(relay.folder.file(file), .write).execute(
                    "CREATE TABLE leak (value TEXT); INSERT INTO leak VALUES ('\(value)')")
            }
            try Database(relay.store, .write).execute(
                """
                INSERT INTO packet (direction, client, sequence, counterparty_chain, class, state,
                    timeout_seconds, committed_revision, committed_height, proof_revision,
                    proof_height, proof_bytes, acknowledgement_bytes, transaction_hash, attempts,
                    not_before, reason_code, reason_detail, parked_from, first_seen, last_changed)
                SELECT direction, client, \(CapturedRun.leakedSequence), counterparty_chain, 2,
                    \(PacketState.parked.rawValue), timeout_seconds, committed_revision,
                    committed_height, 0, 0, 0, 0, x'', 0, 0, '\(value)', '\(value)', state,
                    first_seen, last_changed FROM packet LIMIT 1;
                INSERT INTO packet_body SELECT p.id, b.bytes FROM packet p, packet_body b
                    WHERE p.sequence = \(CapturedRun.leakedSequence) AND b.id <> p.id LIMIT 1
                """)
        }
    }
}
