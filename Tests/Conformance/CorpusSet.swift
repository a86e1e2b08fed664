// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// What became of one case of a corpus.
enum Outcome: Hashable {
    /// Our verdict, and every value the case gives, equal the reference's.
    case agreed
    /// We differ from the reference; the text says how.
    case disagreed(String)
    /// The case belongs to a family or an algorithm that is not built yet, named by the text.
    case unsupported(String)
    /// We refuse on purpose what the reference accepts; the text names the documented decision.
    case stricter(String)
}

/// The judged cases of one set.
struct Tally {
    private(set) var cases: [(id: String, outcome: Outcome)] = []

    mutating func record(_ id: String, _ outcome: Outcome) { cases.append((id, outcome)) }

    func count(where matches: (Outcome) -> Bool) -> Int {
        cases.reduce(0) { $0 + (matches($1.outcome) ? 1 : 0) }
    }
}

/// One kind of file that the tool knows how to judge. A set is found by the file's place and name,
/// so that other files of the same format are judged alike.
struct CorpusSet: Sendable {
    /// The name in the table, for example `verdicts/ed25519`.
    let name: String
    /// Whether the file at this path (components from the root of the search) belongs to the set.
    let matches: @Sendable ([String]) -> Bool
    /// Judges every case of one file. Throws when the file itself cannot be read as the set's
    /// format.
    let judge: @Sendable (_ path: String, _ tally: inout Tally) throws -> Void
}

/// Every set, in the order of the table. A new family adds its line here.
let allSets: [CorpusSet] =
    cryptoSets + cometBFTSets + cometBFTVectorSets + commitmentSets + packetSets
    + transparencyLogSets + unbuiltSets
