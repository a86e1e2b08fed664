// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport

/// Message kinds of verdicts/cometbft/raw.jsonl that other modules read. Each module adds its own.
let otherRawReaders: [String: CometBFTRaw.Reader] = RawFederationVerdicts.readers

/// A file of this name in a folder of this name.
private func file(_ folder: String, _ names: String...) -> @Sendable ([String]) -> Bool {
    { components in
        components.count >= 2 && components[components.count - 2] == folder
            && names.contains(components[components.count - 1])
    }
}

extension Outcome {
    init(_ judgement: Judgement) {
        self =
            switch judgement {
            case .agreed: .agreed
            case .disagreed(let why): .disagreed(why)
            case .stricter(let decision): .stricter(decision)
            }
    }
}

/// Judges a JSON Lines file line by line.
private func lines(
    _ path: String, _ tally: inout Tally, _ judge: (JSON) throws -> Judgement
) throws {
    for json in try Corpus.lines(path) {
        tally.record(json["id"]?.string ?? "?", Outcome(try judge(json)))
    }
}

/// CometBFT's own rules, ICS-07 clients and RFC 6962 trees.
let cometBFTSets: [CorpusSet] = [
    CorpusSet(
        name: "verdicts/cometbft headers", matches: file("cometbft", "headers.jsonl"),
        judge: { path, tally in try lines(path, &tally, CometBFTHeaders.judge) }),
    CorpusSet(
        name: "verdicts/cometbft verify", matches: file("cometbft", "verify.jsonl"),
        judge: { path, tally in
            var judge = CometBFTVerify()
            try lines(path, &tally) { try judge.judge($0) }
        }),
    CorpusSet(
        name: "verdicts/cometbft verify-optional",
        matches: file("cometbft", "verify-optional.jsonl"),
        judge: { path, tally in
            var judge = CometBFTVerify()
            try lines(path, &tally) { try judge.judge($0) }
        }),
    CorpusSet(
        name: "verdicts/cometbft client", matches: file("cometbft", "client.jsonl"),
        judge: { path, tally in
            var judge = CometBFTClient()
            try lines(path, &tally) { try judge.judge($0) }
        }),
    CorpusSet(
        name: "verdicts/cometbft client-optional",
        matches: file("cometbft", "client-optional.jsonl"),
        judge: { path, tally in
            var judge = CometBFTClient()
            try lines(path, &tally) { try judge.judge($0) }
        }),
    CorpusSet(
        name: "verdicts/cometbft raw", matches: file("cometbft", "raw.jsonl"),
        judge: { path, tally in
            let readers = CometBFTRaw.readers.merging(otherRawReaders) { mine, _ in mine }
            try lines(path, &tally) { json in
                try CometBFTRaw.judge(json, readers: readers)
                    ?? .disagreed("no reader for \(json["kind"]?.string ?? "?")")
            }
        }),
]
