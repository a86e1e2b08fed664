// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport

/// ICS-23: single proofs, chained proofs, and the reference's unit tests.
let commitmentSets: [CorpusSet] = [
    CorpusSet(
        name: "verdicts/ics23",
        matches: { $0.isIn("ics23") && $0.last?.hasPrefix("proofs") == true && $0.isJSONLines },
        judge: { path, tally in
            let isOptional = path.contains("-optional")
            for line in try Corpus.lines(path) {
                tally.record(
                    line.id, Outcome(ProofVerdicts.judge(line, isOptional: isOptional)))
            }
        }),
    CorpusSet(
        name: "verdicts/ics23 disagreements",
        matches: {
            $0.isIn("ics23") && $0.last?.contains("disagreements") == true && $0.isJSONLines
        },
        judge: judgeDisagreements),
    CorpusSet(
        name: "vectors/ics23",
        matches: { $0.isIn("ics23") && $0.last?.hasSuffix(".json") == true },
        judge: { path, tally in
            let components = path.split(separator: "/").map(String.init)
            let file = try JSON.parse(try Corpus.read(path))
            guard let cases = ProofVectors.judge(file, path: components) else {
                tally.record(path, .disagreed("no known kind of file"))
                return
            }
            for (id, judgement) in cases { tally.record(id, Outcome(judgement)) }
        }),
]

/// Lines where implementations differ, named by their ids: their inputs lie in the files beside
/// this one. The version that ibc-go links decides; where it accepts and a newer one rejects,
/// rejecting is ours.
@Sendable private func judgeDisagreements(_ path: String, _ tally: inout Tally) throws {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        .joined(separator: "/")
    var inputs: [String: (line: JSON, isOptional: Bool)] = [:]
    for name in ["proofs.jsonl", "proofs-optional.jsonl"] {
        for line in (try? Corpus.lines("\(folder)/\(name)")) ?? [] {
            inputs[line.id] = (line, name.contains("-optional"))
        }
    }
    for line in try Corpus.lines(path) {
        guard let input = inputs[line.id] else {
            tally.record(line.id, .unsupported("its input is not in the files beside it"))
            continue
        }
        let judgement = ProofVerdicts.judge(input.line, isOptional: input.isOptional)
        tally.record(line.id, Outcome(judgement))
    }
}

extension JSON {
    var id: String { self["id"]?.string ?? "line without id" }
}

extension [String] {
    /// Whether one of the folders has this name.
    func isIn(_ folder: String) -> Bool { dropLast().contains(folder) }

    var isJSONLines: Bool { last?.hasSuffix(".jsonl") == true }
}
