// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport

/// Any JSON file below a folder of this name.
private func below(_ folder: String) -> @Sendable ([String]) -> Bool {
    { $0.dropLast().contains(folder) && $0.last?.hasSuffix(".json") == true }
}

private func parse(_ path: String) throws -> JSON { try JSON.parse(try Corpus.read(path)) }

/// The last `count` components, to name a case.
private func name(_ path: String, _ count: Int = 1) -> String {
    path.split(separator: "/").suffix(count).joined(separator: "/")
}

private func folder(_ path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
}

/// Third-party vectors of CometBFT, ICS-07 and RFC 6962.
let cometBFTVectorSets: [CorpusSet] = [
    CorpusSet(
        name: "vectors/cometbft-unit", matches: below("cometbft-unit"),
        judge: { path, tally in
            for (id, judgement) in try CometBFTUnit.judge(file: name(path), parse(path)) {
                tally.record("\(name(path)) \(id)", Outcome(judgement))
            }
        }),
    CorpusSet(
        name: "vectors/cometbft-mbt", matches: below("cometbft-mbt"),
        judge: { path, tally in
            var judge = CometBFTModel()
            let drift: Int64 = path.contains("go-single-step") ? 1 : 0
            let steps = try judge.judge(parse(path), driftSeconds: drift)
            for (index, judgement) in steps.enumerated() {
                tally.record("\(name(path, 2)) step \(index)", Outcome(judgement))
            }
        }),
    CorpusSet(
        name: "vectors/cometbft-rpc", matches: below("cometbft-rpc"),
        judge: { path, tally in
            let genesis = try? parse("\(folder(path))/genesis.json")
            var judge = try CometBFTAnswers(genesis: genesis)
            for (what, judgement) in try judge.judge(parse(path)) {
                tally.record("\(name(path, 2)) \(what)", Outcome(judgement))
            }
        }),
    CorpusSet(
        name: "vectors/ibc-07-tendermint", matches: below("ibc-07-tendermint"),
        judge: { path, tally in
            // The index is judged; it names every other file of the folder.
            guard name(path) == "cases.json" else {
                let index = try parse("\(folder(path))/cases.json")["cases"]?.array ?? []
                guard !index.contains(where: { $0["file"]?.string == name(path) }) else { return }
                return tally.record(name(path), .disagreed("not in cases.json"))
            }
            var judge = ICS07Cases()
            for entry in try parse(path)["cases"]?.array ?? [] {
                let file = entry["file"]?.string ?? ""
                let judgement = try judge.judge(entry, parse("\(folder(path))/\(file)"))
                tally.record(file, Outcome(judgement))
            }
        }),
    CorpusSet(
        name: "vectors/rfc6962-merkle", matches: below("rfc6962-merkle"),
        judge: { path, tally in
            tally.record(name(path, 3), Outcome(try CometBFTUnit.judgeTree(parse(path))))
        }),
]
