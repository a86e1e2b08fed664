// SPDX-License-Identifier: Apache-2.0

import RelayLaboratory
import Testing

/// One proof over two whole relays on loopback, where the source's chain shows the record already.
/// `relay-bench disclosures` prints the figures; this fails where they are out of all proportion.
extension `Relays among peers`.`Proofs about records` {
    /// Milliseconds that the median may take: the goal of 300, with room for a debug build and
    /// neighbours.
    private static let mostMilliseconds = 3_000.0

    @Test func `a proof comes without a wait where the chain shows the record`() async throws {
        let figures = ProofFigures(try Self.shared.get())
        let served = try await figures.served(24, atOnce: 6)
        #expect(served.sorted.count == 24)
        let asked = try await figures.asked(10)
        #expect(asked.percentile(50) < Self.mostMilliseconds, "\(asked.sorted)")
    }
}
