// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import TestSupport

extension World {
    /// The lines of section `letters` that name this year's and next year's working calendars, and
    /// the files themselves, as `cityrelay calendar make` writes them. Their days are an example,
    /// not the State Council's notice.
    func writeCalendars(_ city: City) throws -> String {
        let name = "calendar-\(city.code).example"
        let key = try SigningKey.ed25519(seed: TestKeys.scalar(role: "calendar", code: city.code))
        let today = CivilDate(dayNumber: Int(time(nil)) / 86_400)
        guard let year = today?.year else {
            throw World.Failure(description: "the clock is beyond the calendar")
        }
        var files: [String] = []
        for year in [year, year + 1] {
            let holidays = [("0101", "元旦"), ("1001", "国庆节")].compactMap { day, name in
                CivilDate("\(year)\(day)").map { ($0, name) }
            }
            let body = CalendarYear.body(year: year, holidays: holidays, makeUpDays: [])
            let file = "\(directory)/\(city.code)/calendar-\(year).note"
            let note = CalendarYear.signed(body, as: name, by: key)
            try write(String(decoding: note, as: UTF8.self), to: file)
            files.append(file)
        }
        let signer = try NoteKey(name: name, algorithm: .ed25519, key: key.publicKey.bytes)
        return "  calendars: [\(files.joined(separator: ", "))]\n"
            + "  calendar_signers: [\"\(signer.verifierKey)\"]\n"
    }
}
