// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// Corpora of chain families and formats that are not built yet: each case is counted and named,
/// none is dropped in silence. A family that gets built takes its line out of here.
let unbuiltSets: [CorpusSet] = [
    unbuilt("bytom-vapor", "Vapor"), unbuilt("ethereum", "QBFT"),
    unbuilt("fabric-blocks", "Fabric"), unbuilt("fabric-weaver-views", "Fabric"),
    unbuilt("fisco-bcos", "FISCO BCOS"), unbuilt("sm2-sm3", "SM2 and SM3"),
    unbuilt("sm2", "SM2 and SM3"),
    unbuilt("x509-limbo", "certificate chains of Fabric's MSPs"),
]

private func unbuilt(_ folder: String, _ family: String) -> CorpusSet {
    CorpusSet(
        name: "\(folder) (\(family))", matches: { $0.dropLast().contains(folder) },
        judge: { path, tally in
            for index in 0..<(try caseCount(path)) {
                tally.record("\(path)#\(index)", .unsupported(family))
            }
        })
}

/// Lines of JSON Lines, elements of the lists in a JSON file; any other file is one case.
private func caseCount(_ path: String) throws -> Int {
    if path.hasSuffix(".jsonl") { return try Corpus.lines(path).count }
    guard path.hasSuffix(".json") else { return 1 }
    switch try JSON.parse(try Corpus.read(path)) {
    case .array(let list): return list.count
    case .object(let members):
        let lists = members.values.compactMap(\.array)
        return lists.isEmpty ? max(members.count, 1) : lists.reduce(0) { $0 + $1.count }
    default: return 1
    }
}
