// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import TestSupport

/// One of the two chains of a recording in the format of recordings/ibc-go-v10.
struct RecordedChain: Hashable, Sendable, CustomStringConvertible {
    var id: String
    var code: String

    var description: String { id }

    /// True for the recording that the counts in these tests are about.
    static var isOriginal: Bool {
        ProcessInfo.processInfo.environment["CITYRELAY_RECORDINGS"] == nil
    }

    /// Nil, and the tests say nothing, where no recording is at hand.
    static let folder: String? = {
        let place =
            ProcessInfo.processInfo.environment["CITYRELAY_RECORDINGS"]
            ?? "\(Corpus.root)/../shared/recordings/ibc-go-v10"
        return FileManager.default.fileExists(atPath: "\(place)/chains.jsonl") ? place : nil
    }()

    static let all: [RecordedChain] = {
        guard let folder, let lines = try? Corpus.lines("\(folder)/chains.jsonl") else { return [] }
        return lines.compactMap { line in
            guard let id = line["chain_id"]?.string, let code = line["code"]?.string
            else { return nil }
            return RecordedChain(id: id, code: code)
        }
    }()
}
