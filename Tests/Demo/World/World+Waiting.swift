// SPDX-License-Identifier: Apache-2.0

import Glibc
import RelayStore
import TestSupport

/// Looking until something has come about, and what stores and logs say meanwhile.
extension World {
    /// Looks again and again until something is so; throws what was waited for when it never is.
    func wait(
        _ seconds: Int, _ what: String, everyMilliseconds pause: UInt32 = 20,
        file: String = #fileID, line: Int = #line, until isSo: () throws -> Bool
    ) throws {
        let begun = ContinuousClock.now
        repeat {
            if try isSo() { return }
            try requireRelays()
            self.pause(milliseconds: pause)
        } while ContinuousClock.now - begun < .seconds(seconds)
        throw Failure(
            description: "in \(seconds) s it never came about that \(what)", file: file, line: line)
    }

    func pause(milliseconds: UInt32) { usleep(milliseconds * 1_000) }

    static func milliseconds(since begun: ContinuousClock.Instant) -> Int {
        let (seconds, attoseconds) = (ContinuousClock.now - begun).components
        return Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
    }

    func journal(_ city: City) throws -> JournalReader {
        try JournalReader(path: storePath(city))
    }

    /// How often a relay's log holds a code.
    func mentions(_ code: String, in city: City) throws -> Int {
        let log = String(
            decoding: try Corpus.read("\(logs)/relay-\(city.code).log"), as: UTF8.self)
        return log.split(separator: "\n").count { $0.contains(code) }
    }
}
