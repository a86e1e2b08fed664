// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import LightClient
import RelayAPI
import RelayStore

// Unsafe: clocks and file calls take pointers. None leaves this file.

/// What a durable packet costs: whole lives through the store at several commit sizes, beside what
/// the disk takes for one synced page, and how fast a backlog is read back.
func storeBench() {
    do {
        let bench = try StoreBench()
        defer { bench.remove() }
        let disk = bench.syncedPageMicroseconds()
        print("store: 4 KiB overwrite + fdatasync: p50 \(bench.text(disk)) us")
        for (group, commits) in [(1, 1500), (10, 400), (100, 120), (1000, 24)] {
            print(try bench.lives(perCommit: group, commits: commits))
        }
        for line in try bench.backlog(packets: 300_000) { print(line) }
    } catch {
        print("store: not measured: \(error)")
    }
}

private final class StoreBench {
    /// Stages of an outgoing packet with the bytes they add: 1 KiB of packet, 1.5 KiB of proof.
    private static let stages: [PacketState] = [
        .observed, .proven, .forwarded, .acknowledgementVerified, .acknowledged,
    ]
    private let folder: String

    init() throws {
        folder = FileManager.default.currentDirectoryPath + "/.build/store-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    func text(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private func nanoseconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }

    func syncedPageMicroseconds() -> Double {
        let descriptor = unsafe open("\(folder)/page", O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        let page = [UInt8](repeating: 7, count: 4096)
        var times: [Double] = []
        for _ in 0..<300 {
            let start = nanoseconds(CLOCK_MONOTONIC)
            unsafe page.withUnsafeBytes { bytes in
                _ = unsafe pwrite(descriptor, bytes.baseAddress, bytes.count, 0)
            }
            fdatasync(descriptor)
            times.append((nanoseconds(CLOCK_MONOTONIC) - start) / 1000)
        }
        return times.sorted()[times.count / 2]
    }

    private func fresh(_ sequence: UInt64) -> PacketRecord {
        PacketRecord(
            id: PacketID(direction: .outgoing, client: "07-tendermint-0", sequence: sequence),
            counterpartyChain: "beijing-110000-1",
            packet: [UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: 1024),
            state: .observed, timeoutSeconds: 1_795_800_000 + sequence,
            committedHeight: Height(revision: 1, height: sequence / 50),
            now: Timestamp(unixNanoseconds: 1_795_714_206_000_000_000 + Int64(sequence)))
    }

    private func advance(_ record: inout PacketRecord, to state: PacketState) {
        record.state = state
        record.lastChanged = record.lastChanged.adding(nanoseconds: 1_000_000_000)
        switch state {
        case .proven, .acknowledgementVerified:
            let filler = UInt8(truncatingIfNeeded: record.id.sequence &+ UInt64(state.rawValue))
            record.proof = [UInt8](repeating: filler, count: 1536)
            record.proofHeight = record.committedHeight
        default: record.proof = []
        }
        if state == .acknowledgementVerified {
            record.acknowledgement = [UInt8](repeating: 3, count: 120)
        }
    }

    /// One batch of transactions carries the acknowledgements of a commit.
    private func transaction(
        _ first: UInt64, _ group: Int, _ state: TransactionState
    ) -> TransactionRecord {
        let packets = (0..<UInt64(group)).map {
            PacketID(direction: .outgoing, client: "07-tendermint-0", sequence: first + $0)
        }
        var record = TransactionRecord(
            hash: SHA256.hash(Array("\(first)".utf8)).bytes, account: "cosmos1relay",
            sequence: first,
            bytes: [UInt8](repeating: 9, count: min(2700 * group, 300_000)),
            timeoutHeight: first + 10, packets: packets, createdAt: .unixEpoch)
        record.state = state
        return record
    }

    /// Packets flow through as through a pipe: each commit takes `perCommit` packets one stage
    /// further in every stage, so that in the steady state it ends that many lives.
    func lives(perCommit group: Int, commits: Int) throws -> String {
        let path = "\(folder)/lives-\(group).db"
        let journal = try SQLiteJournal(path: path, owner: "bench")
        let warm = 8
        var clocks = (wall: 0.0, cpu: 0.0)
        var batches: [[PacketRecord]] = []
        for commit in 0..<commits + warm {
            let entries = entries(commit, group, &batches)
            if commit == warm {
                clocks = (nanoseconds(CLOCK_MONOTONIC), nanoseconds(CLOCK_PROCESS_CPUTIME_ID))
            }
            try journal.commit(entries)
        }
        let lives = Double(commits * group)
        let wall = nanoseconds(CLOCK_MONOTONIC) - clocks.wall
        let cpu = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - clocks.cpu
        return "store: \(group) lives a commit (5 states, 2 proofs, 1 KiB packets): "
            + "\(Int(lives / wall * 1e9)) lives/s, \(text(cpu / lives / 1000)) us CPU a life, "
            + "entries made included"
    }

    private func entries(
        _ commit: Int, _ group: Int, _ batches: inout [[PacketRecord]]
    ) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        let first = UInt64(commit * group + 1)
        batches.insert((0..<UInt64(group)).map { fresh(first + $0) }, at: 0)
        if batches.count > Self.stages.count { batches.removeLast() }
        for (stage, state) in Self.stages.enumerated() where stage < batches.count {
            for index in batches[stage].indices {
                if stage > 0 { advance(&batches[stage][index], to: state) }
                entries.append(.packet(batches[stage][index]))
            }
            let start = UInt64((commit - stage) * group + 1)
            if state == .acknowledgementVerified {
                entries.append(.transaction(transaction(start, group, .pending)))
            } else if state == .acknowledged {
                entries.append(.transaction(transaction(start, group, .included)))
            }
        }
        entries.append(.cursor(chainID: "hangzhou-330100-1", height: UInt64(commit)))
        entries.append(.accountSequence(account: "cosmos1relay", next: UInt64(commit)))
        return entries
    }

    /// One scrape from the store alone, the median of nine.
    private func scrapeMilliseconds(_ reader: JournalReader) throws -> Double {
        guard let member = MemberID("330100/330100000000000") else { return 0 }
        var times: [Double] = []
        for _ in 0..<9 {
            let start = nanoseconds(CLOCK_MONOTONIC)
            var sources = StatusSources(
                now: Timestamp(unixNanoseconds: 1_795_714_300_000_000_000), member: member,
                ownChainID: "hangzhou-330100-1",
                peers: [
                    StatusSources.Peer(
                        chainID: "beijing-110000-1", name: "Beijing",
                        trustingPeriodNanoseconds: 14 * 86_400 * 1_000_000_000)
                ])
            try sources.read(reader)
            let metrics = RelayMetrics.text(
                sources, reasons: try reader.parkedReasons(), commits: try reader.commits())
            precondition(metrics.contains("cityrelay_open_packets"))
            times.append((nanoseconds(CLOCK_MONOTONIC) - start) / 1e6)
        }
        return times.sorted()[times.count / 2]
    }

    func backlog(packets: Int) throws -> [String] {
        let path = "\(folder)/backlog.db"
        do {
            let journal = try SQLiteJournal(path: path, owner: "bench")
            var next: UInt64 = 1
            while next <= packets {
                let batch: [JournalEntry] = (0..<UInt64(1000)).map {
                    var record = fresh(next + $0)
                    advance(&record, to: .proven)
                    return .packet(record)
                }
                try journal.commit(batch)
                next += 1000
            }
        }
        var start = nanoseconds(CLOCK_MONOTONIC)
        let journal = try SQLiteJournal(path: path, owner: "bench")
        let loaded = try journal.load().packets.count
        let load = (nanoseconds(CLOCK_MONOTONIC) - start) / 1e9
        let reader = try JournalReader(path: path)
        var query = PacketQuery()
        query.isOpen = true
        start = nanoseconds(CLOCK_MONOTONIC)
        let rows = try reader.packets(query).count
        let list = (nanoseconds(CLOCK_MONOTONIC) - start) / 1e6
        start = nanoseconds(CLOCK_MONOTONIC)
        query.states = [.parked]
        let parked = try reader.count(query)
        let count = (nanoseconds(CLOCK_MONOTONIC) - start) / 1e6
        let scrape = try scrapeMilliseconds(reader)
        return [
            "metrics: scrape cost with \(loaded) open packets: p50 \(text(scrape)) ms, beside the "
                + "relay on a thread of its own",
            "store: \(loaded) open packets opened and loaded in \(text(load)) s",
            "store: first \(rows) of them listed in \(text(list)) ms, \(parked) parked counted in "
                + "\(text(count)) ms",
        ]
    }
}
