// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayCommand
import RelayLaboratory
import RelayTransport
import TestSupport
import Testing

extension `Relays among peers` {
    @Suite(.serialized) struct `Letters that are late` {
        @Test func `an overdue step is told in the log, the letter, the list, status and metrics`()
            async throws
        {
            // A step whose limit was over before it began.
            let rig = try LettersRig { $0.limits.accept = -1 }
            try await rig.introduce()
            let opened = try await rig.apply(0)
            try #require(opened.status == 202, "\(opened.text)")
            try await rig.until(opened.letter, is: "01")
            let letter = try await rig.get(rig.hangzhou, opened.letter)
            #expect(letter.body["deadline"]?["overdue"]?.int64 == 1, "\(letter.text)")
            #expect(letter.body["turn"]?.string == "theirs")
            try await rig.until("the clocks were looked at") {
                !rig.hangzhou.relay.said("letters/overdue").isEmpty
                    && !rig.beijing.relay.said("letters/overdue").isEmpty
            }
            #expect(rig.hangzhou.relay.said("letters/overdue").count == 1)
            let list = try await rig.call(rig.hangzhou, .get, "/v1/letters?overdue=true")
            #expect(list.body["letters"]?.array?.count == 1, "\(list.text)")
            for (centre, turn) in [(rig.hangzhou, "theirs"), (rig.beijing, "ours")] {
                let own = centre.relay.credentials
                let metrics = try await rig.call(centre, .get, "/metrics", as: own)
                #expect(
                    metrics.text.contains("cityrelay_letters_overdue{turn=\"\(turn)\"} 1"))
                let status = try await rig.call(
                    centre, .get, "/v1/operations/status", as: own)
                #expect(status.text.contains("letters/overdue"), "\(status.text)")
            }
        }
    }
}

@Suite struct `The section for letters` {
    private func findings(_ lines: String) -> [String] {
        ConfigurationSamples.load(
            relay: ConfigurationSamples.relay
                + "letters:\n  applications: [fund-centre]\n"
                + "  account_key_file: account.key\n  sealing_key_file: account.key\n"
                + lines
        ).findings.map(\.problem)
    }

    @Test func `is read, and what is wrong in it is found`() {
        #expect(findings("").isEmpty, "\(findings(""))")
        #expect(!findings("  institution: \"12\"\n").isEmpty)
        #expect(!findings("  accept_days: 0\n").isEmpty)
        #expect(!findings("  unsealed: maybe\n").isEmpty)
        #expect(!findings("  lifetime: 48h\n").isEmpty)
        #expect(!findings("  calendar_signers: [\"nobody\"]\n").isEmpty)
        #expect(!findings("  calendars: [missing.note]\n").isEmpty)
    }

    @Test func `a calendar is taken with a signature of a key that is named, and else refused`()
        throws
    {
        let folder = try ScratchFolder()
        let key = try SigningKey.ed25519(seed: SHA256.hash([1]).bytes)
        let other = try SigningKey.ed25519(seed: SHA256.hash([2]).bytes)
        let day = try #require(CivilDate("20261001"))
        let body = CalendarYear.body(year: 2026, holidays: [(day, "国庆节")], makeUpDays: [])
        try folder.write(
            CalendarYear.signed(body, as: "calendar.example", by: key), to: "2026.note")
        func signer(_ key: SigningKey) throws -> String {
            try NoteKey(
                name: "calendar.example", algorithm: .ed25519, key: key.publicKey.bytes
            ).verifierKey
        }
        let path = folder.file("2026.note")
        let calendar = try CalendarFiles.calendar([path], signers: [try signer(key)])
        #expect(!calendar.isWorkingDay(day) && calendar.covers(2026))
        #expect(throws: CalendarFiles.Fault.self) {
            try CalendarFiles.calendar([path], signers: [try signer(other)])
        }
        #expect(throws: CalendarFiles.Fault.self) {
            try CalendarFiles.calendar([folder.file("none")], signers: [try signer(key)])
        }
    }
}
