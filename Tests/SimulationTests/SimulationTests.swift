// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import RelayEngine
import Testing

/// `SEED=n` runs one seed, `SEEDS=a-b` a range; otherwise a fixed set.
enum Seeds {
    static let chosen: [UInt64] = {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["SEED"].flatMap({ UInt64($0) }) { return [one] }
        if let range = environment["SEEDS"] {
            let ends = range.split(separator: "-").compactMap { UInt64($0) }
            if ends.count == 2, ends[0] <= ends[1] { return Array(ends[0]...ends[1]) }
            if ends.count == 1 { return ends }
        }
        return Array(1...60)
    }()

    static var isVerbose: Bool { ProcessInfo.processInfo.environment["VERBOSE"] != nil }
}

@Suite struct SimulationTests {
    @Test(arguments: Seeds.chosen)
    func `a federation under faults keeps its money, and every packet ends`(seed: UInt64) {
        let federation = SimulatedFederation(seed: seed)
        let breach = federation.run()
        #expect(breach == nil, "SEED=\(seed): \(federation.summary)")
        if Seeds.isVerbose { print(federation.summary) }
    }
}
