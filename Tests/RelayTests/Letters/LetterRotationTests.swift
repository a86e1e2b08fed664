// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayAPI
import RelayLaboratory
import RelayTransport
import TestSupport
import Testing

extension `Relays among peers` {
    @Suite(.serialized) struct `Sealing keys of a centre` {
        /// 0: what Beijing's centre begins with.
        private func secret(_ number: UInt8) -> [UInt8] {
            number == 0
                ? SHA256.hash(Array("sealing 110000".utf8)).bytes
                : SHA256.hash(Array("sealing key".utf8) + [number]).bytes
        }

        private func start(
            _ rig: LettersRig, _ key: UInt8, retired: [UInt8], nanoseconds: Int64 = .max / 4
        ) throws {
            try rig.start(rig.beijing.relay) {
                $0.sealingSecret = secret(key)
                $0.retiredSealingSecrets = retired.map(secret)
                $0.retiredSealingNanoseconds = nanoseconds
            }
        }

        /// Until Hangzhou's chain has the key that Beijing's relay runs with.
        private func announced(_ rig: LettersRig, _ key: UInt8) async throws {
            let wanted = try HPKE.publicKey(secret: secret(key))
            let place = InstitutionAnnouncement.sealingKey(try InstitutionCode(rig.beijing.code))
            try await rig.until("key \(key) is announced") {
                let value = rig.hangzhou.relay.city.node.perform {
                    $0.chain.query(
                        ApplicationQuery(path: "/store/transfer/key", data: place)
                    ).value
                }
                return value == .some(.some(wanted))
            }
        }

        /// A letter that is sealed while Beijing's relay is away.
        private func sealed(_ rig: LettersRig, _ person: Int) async throws -> String {
            rig.beijing.relay.stop()
            let opened = try await rig.apply(person)
            try #require(opened.status == 202, "\(opened.text)")
            return opened.letter
        }

        private func received(_ rig: LettersRig, _ letter: String) async throws -> JSON? {
            try await rig.get(rig.beijing, letter).body["received"]?.array?.first
        }

        @Test func `a letter sealed to the key before opens, until that key's time is over`()
            async throws
        {
            let rig = try LettersRig()
            try await rig.introduce()
            try await announced(rig, 0)
            let first = try await sealed(rig, 0)
            try start(rig, 1, retired: [0])
            try await rig.until(first, is: "01")
            #expect(try await received(rig, first)?["fields"]?["EmpName"]?.string == "甲某")
            try await announced(rig, 1)

            let second = try await sealed(rig, 1)
            try start(rig, 2, retired: [1], nanoseconds: 1)
            try await rig.until(second, is: "01")
            let late = try await received(rig, second)
            #expect(late?["fields"] == nil)
            #expect(late?["code"]?.string == "letter/sealing-key-retired")
            try await announced(rig, 2)

            // What was opened once needs its key no more, and nothing at rest is lost.
            rig.beijing.relay.stop()
            try start(rig, 2, retired: [])
            #expect(try await received(rig, first)?["fields"]?["EmpName"]?.string == "甲某")
            let third = try await rig.apply(2)
            try await rig.until(third.letter, is: "01")
            #expect(
                try await received(rig, third.letter)?["fields"]?["EmpName"]?.string == "甲某")

            rig.beijing.relay.stop()
            #expect {
                try start(rig, 3, retired: [0, 1])
            } throws: { error in
                "\(error)".hasPrefix("letters/sealing-key-unknown")
            }
            try start(rig, 3, retired: [2], nanoseconds: 1)
            rig.beijing.relay.stop()
            try start(rig, 3, retired: [2], nanoseconds: 1)
            #expect(rig.beijing.relay.said("letters/sealing-key-over").count == 1)
        }
    }
}
