// SPDX-License-Identifier: Apache-2.0

package import Federation
import FoundationEssentials
import LightClient

/// Reads signed working calendars. One that cannot be trusted keeps the relay from starting: wrong
/// days would put letters on the regulator's list, or keep them off it.
package enum CalendarFiles {
    package enum Fault: Error, CustomStringConvertible {
        case unreadable(String)
        case refused(String, CalendarError)

        package var description: String {
            switch self {
            case .unreadable(let path):
                "letter/calendar-malformed: \(path) cannot be read. Check the path and its owner."
            case .refused(let path, let error):
                "\(error.code.rawValue): \(path): \(error.code.english). "
                    + "Get the file again from who publishes it, or correct `calendar_signers`."
            }
        }
    }

    package static func calendar(_ paths: [String], signers: [String]) throws -> WorkingCalendar {
        let trusted = CalendarFiles.signers(signers)
        var calendar = WorkingCalendar()
        for path in paths { calendar.add(try year(path, signers: trusted)) }
        return calendar
    }

    /// Keys that are no verifier keys are left out: the configuration has complained of them.
    static func signers(_ texts: [String]) -> [CalendarSigner] {
        texts.compactMap { text in
            guard let key = try? NoteKey(verifierKey: text),
                let publicKey = try? PublicKey(ed25519: key.key)
            else { return nil }
            return CalendarSigner(name: key.name, key: publicKey)
        }
    }

    static func year(_ path: String, signers: [CalendarSigner]) throws -> CalendarYear {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Fault.unreadable(path)
        }
        let bytes = Array(data)
        do throws(CalendarError) {
            return try CalendarYear(reading: bytes, year: year(of: bytes), signers: signers)
        } catch {
            throw Fault.refused(path, error)
        }
    }

    /// The year that a file says it is for, in its second line; 0 where it says none.
    private static func year(of bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: 0x0a, maxSplits: 2)
        guard lines.count > 1 else { return 0 }
        let words = String(decoding: lines[1], as: UTF8.self).split(separator: " ")
        return words.count == 2 && words[0] == "year" ? Int(words[1]) ?? 0 : 0
    }
}
