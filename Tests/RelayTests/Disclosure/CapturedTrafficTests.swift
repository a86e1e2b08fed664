// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

extension `Relays among peers` {
    /// A run whose every connection is written down in clear: what the relays say to each other and
    /// to their nodes, what they store, log and show. Values stand in two places, and must: between
    /// a relay and its own record office, and in the answer to the application that asked.
    @Suite(.serialized, .enabled(if: Tap.isThere, "skipped: python3 is not here"))
    struct `Captured traffic` {
        /// What must be nowhere else.
        private struct Planted {
            var values: [(name: String, bytes: [UInt8])] = []

            mutating func add(_ name: String, _ text: String) {
                if text.utf8.count > 3 { values.append((name, Array(text.utf8))) }
            }

            /// A salt in every form that somebody could have written it.
            mutating func add(salt: [UInt8]) {
                values.append(("a salt", salt))
                values.append(("a salt in hex", Array(Hex.encode(salt).utf8)))
                values.append(("a salt in base64", Array(Base64.encode(salt).utf8.prefix(20))))
            }

            func found(in bytes: [UInt8]) -> [String] {
                values.filter { bytes.firstPlace(of: $0.bytes) != nil }.map(\.name)
            }
        }

        @Test func `no value, name or salt passes between relays, or stays with one`()
            async throws
        {
            let rig = try DisclosureRig(isTapped: true)
            defer { rig.stop() }
            let taps = try #require(rig.taps)
            var planted = Planted()
            for number in 0..<10 {
                planted.add("an identity number", rig.people.person(number))
                if let licence = rig.people.licenceIdentifier(number) {
                    planted.add("a licence's number", licence)
                }
            }
            let licence = try #require(rig.people.licenceIdentifier(2))
            let questions = [
                DisclosureRig.source(
                    "fund-account", rig.people.person(0), fields: ["GRZHYE", "GRZHZT", "JZNY"],
                    predicates: ["{\"id\":\"monthsGE\",\"atLeast\":12}"],
                    more: ",\"fieldReason\":\"value-required\""),
                DisclosureRig.source(
                    "fund-account", rig.people.person(SyntheticRecords.absentPerson),
                    fields: ["JZNY"]),
                DisclosureRig.source("licence", licence, fields: ["certificate_name"]),
                DisclosureRig.source("resident-points", rig.people.person(0), fields: ["JFZF"]),
            ]
            var outcomes: [String] = []
            for question in questions {
                let answer = try await rig.call(
                    .post, "/v1/proofs", json: DisclosureRig.body([question]))
                outcomes.append(answer.outcome ?? "")
                Self.plant(answer, in: &planted)
            }
            #expect(outcomes == ["present", "absent", "present", "refused"])
            #expect(planted.values.contains { $0.name == "the value of GRZHYE" })
            #expect(planted.values.count { $0.name == "a salt" } >= 5)

            // The taps hear what they should: the exceptions, and the peers' calls.
            let application = taps.application.heard
            #expect(planted.found(in: application).contains("the value of GRZHYE"))
            #expect(planted.found(in: taps.office.heard).contains("the value of GRZHYE"))
            let peers = taps.peers.map(\.heard)
            // Four questions and their answers are more than this alone.
            #expect(peers[0].count > 60_000, "\(peers.map(\.count))")

            for tap in taps.peers + taps.nodes {
                let heard = tap.heard
                #expect(!heard.isEmpty, "\(tap.name)")
                #expect(planted.found(in: heard) == [], "\(tap.name)")
            }
            for (name, bytes) in try await Self.remains(rig) {
                #expect(planted.found(in: bytes) == [], "\(name)")
            }
        }

        /// Values and salts as the application got them.
        private static func plant(_ answer: DisclosureRig.Answer, in planted: inout Planted) {
            for (id, value) in answer.first?["fields"]?.object ?? [:] {
                // A status, or a month, is a word of every day.
                if ["GRZHZT", "JZNY"].contains(id) { continue }
                planted.add("the value of \(id)", value.string ?? "")
            }
            for part in answer.body["bundle"]?["parts"]?.array ?? [] {
                if let salt = Hex.decode(part["referenceSalt"]?.string ?? ""), salt.count == 16 {
                    planted.add(salt: salt)
                }
                for leaf in part["disclosure"]?["leaves"]?.array ?? [] {
                    if let salt = Hex.decode(leaf["salt"]?.string ?? "") {
                        planted.add(salt: salt)
                    }
                }
            }
        }

        /// What the two relays keep and show.
        private static func remains(_ rig: DisclosureRig) async throws -> [(String, [UInt8])] {
            var all: [(String, [UInt8])] = []
            for relay in [rig.harness.hangzhou, rig.harness.beijing] {
                let city = relay.city.chainID
                for name in ["relay.db", "relay.db-wal", "access.db", "access.db-wal"] {
                    let path = relay.folder.file(name)
                    if let bytes = try? Corpus.read(path) { all.append(("\(city) \(name)", bytes)) }
                }
                let said = relay.notes.withLock { $0.map { "\($0.code) \($0.detail)" } }
                all.append(("\(city) log", Array(said.joined(separator: "\n").utf8)))
                for path in [
                    "/v1/operations/status", "/v1/operations/queue", "/metrics",
                ] {
                    let answer = try await rig.call(
                        .get, path, as: relay.credentials, at: relay)
                    all.append(("\(city) \(path)", Array(answer.text.utf8)))
                }
            }
            return all
        }
    }
}

extension [UInt8] {
    /// Where some bytes stand in these.
    fileprivate func firstPlace(of part: [UInt8]) -> Int? {
        guard let first = part.first, count >= part.count else { return nil }
        var index = startIndex
        while let found = self[index...].firstIndex(of: first), found + part.count <= count {
            if self[found..<found + part.count].elementsEqual(part) { return found }
            index = found + 1
        }
        return nil
    }
}
