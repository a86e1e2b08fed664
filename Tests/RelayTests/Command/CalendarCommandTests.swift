// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayCommand
import RelayLaboratory
import TestSupport
import Testing

/// `cityrelay calendar make` and `calendar check`.
@Suite struct CalendarCommandTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        try folder.write(
            Array(Hex.encode(SHA256.hash([1]).bytes).utf8) + [0x0a], to: "calendar.key")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: folder.file("calendar.key"))
        let days = """
            # notice of the State Council
            holiday 20270101 元旦
            holiday 20270102
            workday 20270109

            """
        try folder.write(Array(days.utf8), to: "days")
    }

    private func run(_ words: [String]) -> (status: RelayCommand.ExitStatus, output: String) {
        var console = Console(now: Timestamp.unixEpoch)
        let status = CommandTree.cityrelay.run(words, &console)
        return (status, console.output + console.errors)
    }

    private func make(_ days: String = "days") -> (status: RelayCommand.ExitStatus, output: String)
    {
        run([
            "calendar", "make", "--year", "2027", "--from", folder.file(days), "--key",
            folder.file("calendar.key"), "--name", "calendar.example", "--out",
            folder.file("2027.note"),
        ])
    }

    @Test func `what make writes is taken by check and by the relay, under the printed key`()
        throws
    {
        let (status, output) = make()
        #expect(status == .success, "\(output)")
        let line = output.split(separator: "\n").first { $0.hasPrefix("signer: ") }
        let signer = String(try #require(line).dropFirst(8))
        let path = folder.file("2027.note")
        let checked = run(["calendar", "check", path, "--signer", signer])
        #expect(checked.status == .success, "\(checked.output)")
        #expect(checked.output.contains("2027, 2 holidays, 1 weekend days worked"))
        let calendar = try CalendarFiles.calendar([path], signers: [signer])
        let saturday = try #require(CivilDate("20270109"))
        #expect(calendar.covers(2027) && calendar.isWorkingDay(saturday))
        let other = try NoteKey(
            name: "calendar.example", algorithm: .ed25519,
            key: SigningKey.ed25519(seed: SHA256.hash([2]).bytes).publicKey.bytes)
        let refused = run(["calendar", "check", path, "--signer", other.verifierKey])
        #expect(refused.status == .negative, "\(refused.output)")
        #expect(refused.output.contains("letter/calendar-unsigned"))
    }

    static let broken: [(days: String, says: String)] = [
        ("holiday 20260101\n", "line 1"), ("workday 20270104\n", "line 1"),
        ("holiday 20270101\nholiday 20270101\n", "line 2"), ("feast 20270101\n", "line 1"),
    ]

    @Test(arguments: broken)
    func `days that are wrong are refused with their line`(days: String, says: String) throws {
        try folder.write(Array(days.utf8), to: "wrong")
        let (status, output) = make("wrong")
        #expect(status == .negative && output.contains(says), "\(output)")
        #expect(output.contains("letter/calendar-malformed"), "\(output)")
        #expect(!folder.exists("2027.note"))
    }

    @Test func `a signer that is no key and an option that is missing are usage faults`() {
        #expect(run(["calendar", "check", "x", "--signer", "me"]).status == .usage)
        #expect(run(["calendar", "check", "x"]).status == .usage)
        #expect(run(["calendar", "make", "--year", "2027"]).status == .usage)
    }
}
