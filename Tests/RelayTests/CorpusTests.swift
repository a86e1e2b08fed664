// SPDX-License-Identifier: Apache-2.0

import RelayLaboratory
import TestSupport
import Testing

/// All vectors of third parties and all verdicts of reference implementations, as `make
/// conformance` judges them.
@Suite struct `Vectors and verdicts of others` {
    /// The judge beside the test bundle, of the same build; nil when it is not there.
    static let judge = Program.folder(
        with: ["conformance"], among: Array(Program.buildFolders.prefix(1))
    ).map { "\($0)/conformance" }

    @Test(
        .enabled(if: judge != nil, "skipped: conformance is not built beside the tests"),
        .enabled(
            if: Corpus.vectors != nil && Corpus.verdicts != nil,
            "skipped: no vectors and verdicts lie beside the repository"))
    func `every corpus agrees, those of transparency logs too`() throws {
        let outcome = try Program.run(
            [
                try #require(Self.judge), try #require(Corpus.vectors),
                try #require(Corpus.verdicts),
            ], seconds: 300)
        #expect(outcome.status == 0, "\(outcome.output.suffix(2_000))")
        for set in ["tlog-checkpoints", "rfc6962-merkle"] {
            #expect(outcome.output.contains("vectors/\(set)"), "\(set) was not judged")
        }
    }
}
