// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import RelayLaboratory
import TestSupport
import Testing

/// All vectors of third parties and all verdicts of reference implementations, as `make
/// conformance` judges them.
@Suite struct `Vectors and verdicts of others` {
    /// The judge beside the test bundle; nil when it is not built.
    static let judge: String? = {
        let executable = CommandLine.arguments.first ?? ""
        let beside = executable.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let path = beside.joined(separator: "/") + "/conformance"
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }()

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
