// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import LightClient
import RelayStore
import TestSupport

// Unsafe: clock_gettime fills a struct through a pointer.

/// What evidence costs: bytes of a bundle beside a tree of fifty million records and a log of a
/// million entries, verified bundles a second, and entries a second into the access log.
func evidenceBench() {
    do {
        for kind in [BundleSample.Kind.present, .absent] { try size(kind) }
        try verifications()
        for batch in [1, 100] { try appends(perCommit: batch, commits: batch == 1 ? 400 : 100) }
    } catch {
        print("evidence: not measured: \(error)")
    }
}

private func size(_ kind: BundleSample.Kind) throws {
    // 27 steps: an IAVL tree of 5 x 10^7 leaves is one step deeper than a full one.
    var sample = BundleSample(depth: 27, rotations: 0)
    sample.logSize = 1 << 20
    var bundle = try sample.bundle([kind])
    bundle.statement = []
    bundle.members = []
    let compact = bundle.compact
    let roots = TrustRoots(try sample.manifest())
    let verdict = try BundleVerifier.verify(try Bundle(reading: compact), roots: roots)
    print(
        "bundle (\(verdict.parts[0].word), 5x10^7 records, 4 validators, log of 2^20): "
            + "compact \(compact.count) B (goal 5,120), JSON \(try bundle.json().count) B")
}

private func verifications() throws {
    let sample = BundleSample(depth: 27, rotations: 3)
    let bytes = try sample.bundle([.present]).json()
    let roots = TrustRoots(try sample.manifest())
    var times: [Double] = []
    for _ in 0..<400 {
        times.append(
            nanosecondsEach(1) { _ in _ = try? BundleVerifier.verify(bytes, roots: roots) })
    }
    times.sort()
    let (p50, p99) = (times[times.count / 2], times[times.count * 99 / 100])
    print(
        "bundle verified whole (4 headers, 3 changes of validators): "
            + "\(Int(1e9 / p50)) /s a core, p50 \(Int(p50 / 1000)) us, p99 \(Int(p99 / 1000)) us")
}

private func appends(perCommit batch: Int, commits: Int) throws {
    let folder = FileManager.default.currentDirectoryPath + "/.build/evidence-bench-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let log = try AccessLogStore(
        path: "\(folder)/access.db", owner: AccessSample.provider, key: AccessSample.providerKey)
    let access = AccessSample.access(0)
    let start = wallNanoseconds()
    for number in 0..<commits {
        try log.commit(
            [AccessChange](repeating: .append(access), count: batch),
            at: AccessSample.time(number))
    }
    let seconds = Double(wallNanoseconds() - start) / 1e9
    print(
        "access log, \(batch) a commit, entries and checkpoints signed: "
            + "\(Int(Double(batch * commits) / seconds)) entries/s")
}

private func wallNanoseconds() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
