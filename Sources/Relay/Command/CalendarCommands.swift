// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// `cityrelay calendar make` and `calendar check`: the working days that letters' clocks count, as
/// one signed file a year.
enum CalendarCommands {
    static let all = [make, check]

    private static let year = CommandOption("year", value: "YEAR", "The year, 1 to 9999.")
    private static let from = CommandOption(
        "from", value: "FILE", "Its days: lines `holiday YYYYMMDD NAME` and `workday YYYYMMDD`.")
    private static let key = CommandOption(
        "key", short: "k", value: "FILE",
        "The publisher's Ed25519 key: PEM, or its seed in 64 hexadecimal digits; mode 0600.")
    private static let name = CommandOption(
        "name", value: "NAME", "The name that the key signs under, such as `calendar.example`.")
    private static let out = CommandOption(
        "out", short: "o", value: "FILE", "Where the signed file goes.")
    private static let signer = CommandOption(
        "signer", value: "KEY", isRepeatable: true,
        "A verifier key that may sign, as `letters.calendar_signers` has it.")
    private static let file = CommandOperand("FILE", "A signed calendar.")

    private static let make = Command(
        "calendar make", "Make and sign the working calendar of one year",
        discussion:
            "The days come from the State Council's yearly notice: holidays, and weekend\n"
            + "days that are worked instead. The file is read back before it is written.\n"
            + "Prints the verifier key for `letters.calendar_signers`. A key is made with\n"
            + "`openssl genpkey -algorithm ed25519 -out calendar.key`.",
        options: [year, from, key, MemberKeyring.passphraseFile, name, out]
    ) { arguments, console in
        guard let number = try arguments.number(year, in: 1...9_999) else {
            throw ArgumentError.missingValue("--year")
        }
        let days = try EvidenceFiles.read(
            try required(from, arguments), limit: LetterLimits.calendarBytes)
        let signingKey = try signingKey(try required(key, arguments), arguments)
        let noteKey = try noteKey(try required(name, arguments), signingKey)
        let path = try required(out, arguments)
        let body = CalendarYear.body(year: number, holidays: [], makeUpDays: [])
        let signed = CalendarYear.signed(
            body + lines(days), as: noteKey.name, by: signingKey)
        let read: CalendarYear
        do throws(CalendarError) {
            read = try CalendarYear(
                reading: signed, year: number,
                signers: [CalendarSigner(name: noteKey.name, key: signingKey.publicKey)])
        } catch {
            console.report("\(error.code.rawValue): \(words(error))")
            return .negative
        }
        try EvidenceFiles.write(signed, to: path)
        report(read, path, noteKey.verifierKey, arguments, &console)
        return .success
    }

    private static let check = Command(
        "calendar check", "Check a signed working calendar",
        discussion:
            "Ends with status 1 when none of the given keys has signed the file, or a day\n"
            + "is wrong.",
        operands: [file], options: [signer]
    ) { arguments, console in
        let keys = arguments.values(signer)
        guard !keys.isEmpty else { throw ArgumentError.missingValue("--signer") }
        for text in keys {
            guard let key = try? NoteKey(verifierKey: text), key.algorithm == .ed25519 else {
                throw ArgumentError.badValue(
                    option: "--signer", value: text, expected: "NAME+ID+KEY, as C2SP has it")
            }
        }
        let path = arguments.operands[0]
        do {
            let read = try CalendarFiles.year(path, signers: CalendarFiles.signers(keys))
            report(read, path, nil, arguments, &console)
            return .success
        } catch let fault as CalendarFiles.Fault {
            console.report("\(fault)")
            return .negative
        }
    }

    // MARK: Parts

    private static func required(
        _ option: CommandOption, _ arguments: Arguments
    ) throws -> String {
        guard let value = arguments.value(option), !value.isEmpty else {
            throw ArgumentError.missingValue("--\(option.name)")
        }
        return value
    }

    private static func signingKey(_ path: String, _ arguments: Arguments) throws -> SigningKey {
        let start = try EvidenceFiles.read(path, limit: LetterLimits.calendarBytes).prefix(11)
        guard Array(start) == Array("-----BEGIN ".utf8) else {
            return try SecretFile.evidenceKey(path, passphraseFile: nil)
        }
        return try MemberKeyring.signingKey(path) { try MemberKeyring.passphrase(arguments) }
    }

    private static func noteKey(_ name: String, _ key: SigningKey) throws -> NoteKey {
        do throws(NoteError) {
            return try NoteKey(name: name, algorithm: .ed25519, key: key.publicKey.bytes)
        } catch {
            throw ArgumentError.badValue(
                option: "--name", value: name, expected: "a name without blanks and plus signs")
        }
    }

    /// The days without comments and empty lines, each line ended.
    private static func lines(_ bytes: [UInt8]) -> [UInt8] {
        bytes.split(separator: 0x0a).map { $0.last == 0x0d ? $0.dropLast() : $0 }
            .filter { !$0.isEmpty && $0.first != UInt8(ascii: "#") }
            .flatMap { Array($0) + [0x0a] }
    }

    private static func words(_ error: CalendarError) -> String {
        switch error {
        // The file's first two lines are ours.
        case .malformed(let line):
            "line \(max(1, line - 2)) of the days is neither `holiday YYYYMMDD NAME` nor "
                + "`workday YYYYMMDD`; correct it"
        case .day(let day, let line):
            "line \(max(1, line - 2)) of the days: \(day) is of another year, there twice, or a "
                + "workday that is no weekend day; correct it"
        default: "\(error.code.english); correct the file of days"
        }
    }

    private static func report(
        _ year: CalendarYear, _ path: String, _ key: String?, _ arguments: Arguments,
        _ console: inout Console
    ) {
        let worked = year.makeUpDays.count
        if arguments.isJSON {
            console.print(
                .object(
                    [
                        ("file", .string(path)), ("year", .integer(Int64(year.year))),
                        ("holidays", .integer(Int64(year.holidays.count))),
                        ("workdays", .integer(Int64(worked))),
                    ] + (key.map { [("signer", .string($0))] } ?? [])))
            return
        }
        console.print(
            "\(path): \(year.year), \(year.holidays.count) holidays, \(worked) weekend days worked")
        if let key { console.print("signer: \(key)") }
    }
}
