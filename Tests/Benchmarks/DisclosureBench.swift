// SPDX-License-Identifier: Apache-2.0

import RelayLaboratory

/// Proofs about a record over two whole relays, two chains and a record office, all of them in this
/// process, on loopback with mutual TLS.
func disclosureBench() async {
    do {
        let rig = try DisclosureRig()
        defer { rig.stop() }
        let figures = ProofFigures(rig)
        _ = try await figures.asked(5)
        let bareExchange = try await figures.bareExchanges(300, atOnce: 6)
        let served = try await figures.served(300, atOnce: 6)
        print(
            "proofs served: \(served.perSecond) /s, \(served.perProcessorSecond) /s per core, "
                + "\(percentiles(served)), six at a time (source's relay: request, grant, office, "
                + "chain proof, signed log entry; asker, chain and office in the same process); "
                + "a bare exchange of the same call \(bareExchange.perProcessorSecond) /s per core")
        let bareCall = try await figures.bareCalls(100)
        let asked = try await figures.asked(200)
        print(
            "POST /v1/proofs over two relays, a new TLS connection each: "
                + "\(percentiles(asked)) (goal p99 300 ms); GET /v1/cities likewise "
                + percentiles(bareCall))
        let crowd = try await figures.asked(180, atOnce: 6)
        print(
            "POST /v1/proofs over two relays, six at a time: \(crowd.perSecond) /s, "
                + "\(crowd.perProcessorSecond) /s per core, \(percentiles(crowd))")
    } catch {
        print("disclosures: not measured: \(error)")
    }
}

private func percentiles(_ times: CallTimes) -> String {
    "p50 \(hundredths(times.percentile(50))) ms, p99 \(hundredths(times.percentile(99))) ms"
}
