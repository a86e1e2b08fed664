// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

// relay-bench [NAME…]: one line a figure, each beside its yardstick measured in the same run. Never
// a test: machines differ, ratios carry over.

let benches: [(name: String, run: () async -> Void)] = [
    ("signatures", signatureBench),
    ("headers", headerBench),
    ("proofs", proofBench),
    ("store", storeBench),
    ("transport", transportBench),
    ("packets", packetBench),
    ("manifest", manifestBench),
    ("evidence", evidenceBench),
    ("disclosures", disclosureBench),
]
let wanted = CommandLine.arguments.dropFirst()
for line in Hardware.lines { print(line) }
for bench in benches where wanted.isEmpty || wanted.contains(bench.name) {
    print("-- \(bench.name)")
    await bench.run()
}
