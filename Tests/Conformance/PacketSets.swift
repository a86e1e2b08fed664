// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// IBC v2: packets, acknowledgements, messages, names, keys.
let packetSets: [CorpusSet] = [
    CorpusSet(
        name: "verdicts/ibcv2",
        matches: { $0.isIn("ibcv2") && $0.isJSONLines },
        judge: { path, tally in
            for line in try Corpus.lines(path) {
                tally.record(line.id, Outcome(PacketVerdicts.judge(line)))
            }
        }),
    CorpusSet(
        name: "vectors/ibc-v2",
        matches: { $0.isIn("ibc-v2") && $0.last?.hasSuffix(".json") == true },
        judge: { path, tally in
            for (id, judgement) in PacketVectors.judge(try JSON.parse(try Corpus.read(path))) {
                tally.record(id, Outcome(judgement))
            }
        }),
]
