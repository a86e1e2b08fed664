// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import LightClient
import TestSupport

/// The recording of two real ibc-go chains, or another in the same format.
enum RecordedChains {
    static func folder() throws -> String { try Fixtures.recordings("ibc-go-v10") }

    /// The folders of the chains.
    static func chains() throws -> [String] {
        let folder = try folder()
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            .filter { $0.hasPrefix("chain-") }
            .map { "\(folder)/\($0)" }
    }

    /// The lines of a file that may go on in `<name>-2.jsonl` and so on; none when there is no
    /// file.
    static func lines(_ folder: String, _ name: String) throws -> [JSON] {
        var lines: [JSON] = []
        var part = 1
        while true {
            let path = "\(folder)/\(name)\(part == 1 ? "" : "-\(part)").jsonl"
            guard FileManager.default.fileExists(atPath: path) else { return lines }
            lines += try Corpus.lines(path)
            part += 1
        }
    }

    /// The app hash of each height's header: the state of the height before.
    static func appHashes(_ chain: String) throws -> [UInt64: [UInt8]] {
        var hashes: [UInt64: [UInt8]] = [:]
        for line in try lines(chain, "commits") {
            let header = line["response"]?["result"]?["signed_header"]?["header"]
            guard let height = header?["height"]?.uint64, let hash = header?["app_hash"]?.hex
            else { continue }
            hashes[height] = hash
        }
        return hashes
    }
}
