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

/// Lines on which two references differ. Each names a line of the files beside it, or carries its
/// own input; what counts is the verdict of CometBFT 0.38, which the corpus follows.
private func judgeDisagreements(_ path: String, _ tally: inout Tally) throws {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        .joined(separator: "/")
    var corpus: [String: JSON] = [:]
    for name in ["headers", "verify", "verify-optional"] {
        for json in (try? Corpus.lines("\(folder)/\(name).jsonl")) ?? [] {
            corpus[json["id"]?.string ?? ""] = json
        }
    }
    var verify = CometBFTVerify()
    for line in try Corpus.lines(path) {
        let id = line["id"]?.string ?? "?"
        var members = line.object ?? [:]
        if line["in"] == nil { members = corpus[id]?.object ?? [:] }
        members["verdict"] = line["cometbft_v0_38"]
        if line["in"] != nil { members["out"] = line["cometbft_v0_38_out"] }
        guard members["in"] != nil else {
            tally.record(id, .disagreed("the line it names is not beside it"))
            continue
        }
        let json = JSON.object(members)
        let isVerify = line["kind"]?.string?.hasPrefix("Verify") == true
        let judgement = try isVerify ? verify.judge(json) : CometBFTHeaders.judge(json)
        tally.record("\(id) \(line["reason"]?.string ?? "")", Outcome(judgement))
    }
}

/// CometBFT's own rules and ICS-07 clients, judged by the reference code's verdicts.
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
    CorpusSet(
        name: "verdicts/cometbft disagreements",
        matches: file("cometbft", "disagreements.jsonl"), judge: judgeDisagreements),
]
