// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import TestSupport

/// One chain of a recording in the format of recordings/ibc-go-v10.
struct RecordedChain: Hashable, Sendable, CustomStringConvertible {
    var id: String
    var code: String

    var description: String { id }

    /// True for the packed recording, which the counts in these tests are about.
    static var isOriginal: Bool {
        ProcessInfo.processInfo.environment["CITYRELAY_RECORDINGS"] == nil
    }

    /// Nil when it cannot be unpacked; the tests that count then fail.
    static let folder: String? = try? Fixtures.recordings("ibc-go-v10")

    static let all: [RecordedChain] = {
        guard let folder, let lines = try? Corpus.lines("\(folder)/chains.jsonl") else { return [] }
        return lines.compactMap { line in
            guard let id = line["chain_id"]?.string, let code = line["code"]?.string
            else { return nil }
            return RecordedChain(id: id, code: code)
        }
    }()
}
