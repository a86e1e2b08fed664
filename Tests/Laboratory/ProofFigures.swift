// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import Glibc
import LightClient
import RelayTransport
import TestSupport

// Unsafe: clock_gettime fills a struct through a pointer.

/// What calls of one kind took.
package struct CallTimes: Sendable {
    /// Of every call from its beginning to its answer, in milliseconds, the shortest first.
    package let sorted: [Double]
    /// Of all of them together, by the clock and of this process's processors.
    package let seconds: Double
    package let processorSeconds: Double

    package func percentile(_ percent: Int) -> Double {
        sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
    }

    package var perSecond: Int { Int(Double(sorted.count) / seconds) }
    package var perProcessorSecond: Int { Int(Double(sorted.count) / processorSeconds) }
}

/// What proofs cost over two whole relays on loopback with their chains and a record office, all in
/// this process: request and grant judged, office, chain proof, signed log entry on the disk.
package struct ProofFigures {
    private let rig: DisclosureRig
    private let person: String

    package init(_ rig: DisclosureRig) {
        self.rig = rig
        person = rig.people.person(0)
        // The chain shows the record before anybody asks.
        rig.harness.hangzhou.city.makeBlocks(2)
    }

    /// `POST /v1/proofs` by an application, a new TLS connection each: both relays, both log
    /// entries, the bundle.
    package func asked(_ count: Int, atOnce: Int = 1) async throws -> CallTimes {
        try await ProofFigures.measure(count, atOnce: atOnce) { [rig, person] in
            let body = DisclosureRig.body([
                DisclosureRig.source("fund-account", person, fields: ["JZNY"])
            ])
            let answer = try await rig.call(.post, "/v1/proofs", json: body)
            guard answer.outcome == "present", answer.body["bundle"] != nil else {
                throw LaboratoryCity.Trouble(answer.text)
            }
        }
    }

    /// `Disclose` by another relay, on one connection: what the source does alone.
    package func served(_ count: Int, atOnce: Int) async throws -> CallTimes {
        let wire = try PeerWire(to: rig.harness.hangzhou, as: rig.harness.beijing.credentials)
        defer { wire.stop() }
        return try await ProofFigures.measure(count, atOnce: atOnce) { [rig, person] in
            let response = try await rig.disclose(try rig.request(person), wire)
            guard response.code.isEmpty else { throw LaboratoryCity.Trouble(response.code) }
        }
    }

    /// The yardstick of `asked`: a question to the same listener that needs no proof.
    package func bareCalls(_ count: Int) async throws -> CallTimes {
        try await ProofFigures.measure(count, atOnce: 1) { [rig] in
            let answer = try await rig.call(.get, "/v1/cities")
            guard answer.status == 200 else { throw LaboratoryCity.Trouble(answer.text) }
        }
    }

    /// The yardstick of `served`: the same call with nothing in it.
    package func bareExchanges(_ count: Int, atOnce: Int) async throws -> CallTimes {
        let wire = try PeerWire(to: rig.harness.hangzhou, as: rig.harness.beijing.credentials)
        defer { wire.stop() }
        return try await ProofFigures.measure(count, atOnce: atOnce) {
            let outcome = await wire.call("Disclose", SealedQuestion(sealed: []).encoded)
            guard outcome.message != nil else { throw LaboratoryCity.Trouble("\(outcome)") }
        }
    }

    private static func measure(
        _ count: Int, atOnce: Int, _ call: @escaping @Sendable () async throws -> Void
    ) async throws -> CallTimes {
        let (begun, busy) = (now(CLOCK_MONOTONIC), now(CLOCK_PROCESS_CPUTIME_ID))
        let times = try await withThrowingTaskGroup(of: [Double].self) { group in
            for _ in 0..<atOnce {
                group.addTask {
                    var times: [Double] = []
                    for _ in 0..<count / atOnce {
                        let start = now(CLOCK_MONOTONIC)
                        try await call()
                        times.append((now(CLOCK_MONOTONIC) - start) * 1_000)
                    }
                    return times
                }
            }
            return try await group.reduce(into: [Double]()) { $0 += $1 }
        }
        return CallTimes(
            sorted: times.sorted(), seconds: now(CLOCK_MONOTONIC) - begun,
            processorSeconds: now(CLOCK_PROCESS_CPUTIME_ID) - busy)
    }

    /// Seconds of a clock of the system.
    private static func now(_ clock: clockid_t) -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1_000_000_000
    }
}
