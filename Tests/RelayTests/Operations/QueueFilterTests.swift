// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayCommand
import RelayEngine
import RelayLaboratory
import RelayStore
import TestSupport
import Testing

/// Which packets each condition of `queue list` and `dead list` finds.
@Suite struct `Filters of the queues` {
    static func store(_ folder: ScratchFolder) throws {
        func record(
            _ sequence: UInt64, _ state: PacketState, _ direction: PacketDirection = .outgoing,
            chain: String = "beijing-110000-1", port: String = "providentfund",
            code: String = "", seen: Int64 = 50
        ) -> PacketRecord {
            var record = OperationsCommandTests.record(
                sequence, state, direction, port: port, chain: chain)
            if !code.isEmpty { record.reasonCode = code }
            record.firstSeen = OperationsCommandTests.at(seen)
            return record
        }
        let journal = try SQLiteJournal(
            path: folder.file("relay.db"), owner: "330100/330100000000000")
        try journal.commit([
            .packet(record(1, .observed, seen: -3_000)),
            .packet(record(2, .forwarded, code: "peer/no-acknowledgement-yet")),
            .packet(record(3, .verified, .incoming, port: "licences")),
            .packet(record(4, .parked, code: "chain/unknown-port")),
            .packet(record(5, .parked, chain: "loudi-431300-1", code: "operator/parked")),
            .packet(record(6, .acknowledged)),
            .packet(record(7, .timedOut, chain: "loudi-431300-1", port: "licences")),
            .packet(record(8, .refused)),
        ])
    }

    static let cases: [(words: String, found: [Int])] = [
        ("queue list", [1, 2, 3, 4, 5]),
        ("queue list --all", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("queue list --chain loudi-431300-1", [5]),
        ("queue list --chain loudi-431300-1 --all", [5, 7]),
        ("queue list --direction in", [3]),
        ("queue list --direction out", [1, 2, 4, 5]),
        ("queue list --state forwarded", [2]),
        ("queue list --state forwarded --state parked", [2, 4, 5]),
        ("queue list --state acknowledged", [6]),
        ("queue list --older-than 10m", [1]),
        ("queue list --older-than 5s", [1, 2, 3, 4, 5]),
        ("queue list --code peer/", [2]),
        ("queue list --code chain/unknown-port", [4]),
        ("queue list --kind licences", [3]),
        ("queue list --kind licences --all", [3, 7]),
        ("queue list --kind providentfund --state parked --chain beijing-110000-1", [4]),
        ("queue list --chain nowhere-1", []),
        ("dead list", [4, 5, 7, 8]),
        ("dead list --chain loudi-431300-1", [5, 7]),
        ("dead list --state timed-out", [7]),
        ("dead list --state parked --code operator/", [5]),
        ("dead list --kind licences", [7]),
        ("dead list --code ended/", [7, 8]),
        ("dead list --code ended/refused", [8]),
        ("queue list --all --code ended/timed-out", [7]),
        ("dead list --older-than 10m", []),
        ("dead list --direction in", []),
        ("queue list --limit 2", [1, 2]),
        ("queue list --limit 2 --offset 2", [3, 4]),
    ]

    /// Sequences in a listing.
    static func sequences(_ output: String) -> [Int] {
        output.split(separator: "\n").compactMap { line in
            let name = line.split(separator: " ").first ?? ""
            guard name.hasPrefix("out/") || name.hasPrefix("in/") else { return nil }
            return name.split(separator: "/").last.flatMap { Int($0) }
        }
    }

    @Test func `each finds what it says, and no more`() throws {
        let folder = try ScratchFolder()
        try Self.store(folder)
        for (words, found) in Self.cases {
            let result = OperationsCommandTests.run(words, folder)
            #expect(Self.sequences(result.output).sorted() == found, "\(words)\n\(result.output)")
        }
        let oldest = OperationsCommandTests.run("queue list", folder)
        #expect(Self.sequences(oldest.output).first == 1, "oldest first")
    }

    @Test func `each that ended badly shows why, and where to look first`() throws {
        let folder = try ScratchFolder()
        try Self.store(folder)
        let output = OperationsCommandTests.run("dead list", folder).output
        for (packet, reason) in [
            ("out/07-tendermint-0/4 ", "chain/unknown-port"),
            ("out/07-tendermint-0/5 ", "operator/parked"),
            ("out/07-tendermint-0/7 ", "ended/timed-out"),
            ("out/07-tendermint-0/8 ", "ended/refused"),
        ] {
            let line = output.split(separator: "\n").first { $0.hasPrefix(packet) }
            #expect(line?.hasSuffix(" " + reason) == true, "\(packet)\n\(output)")
        }
        let json = OperationsCommandTests.run("dead list --state refused --json", folder).output
        let row = try JSON.parse(Array(json.utf8))["packets"]?[0]
        #expect(row?["reasonCode"]?.string == "ended/refused", "\(json)")
        #expect(row?["cause"]?.string == Cause.application.rawValue, "\(json)")
        // What ended well has no reason.
        let well = OperationsCommandTests.run("queue list --state acknowledged", folder).output
        #expect(!well.contains("ended/"), "\(well)")
    }

    @Test func `a condition out of form is said`() throws {
        let folder = try ScratchFolder()
        try Self.store(folder)
        for words in [
            "queue list --state lost", "queue list --older-than 10", "queue list --direction up",
            "queue list --limit 0", "dead list --offset x",
        ] {
            #expect(OperationsCommandTests.run(words, folder).status == .usage, "\(words)")
        }
    }

    /// What monitors read from `status`: 0 well, 1 critical, 3 cannot tell, 4 warning.
    @Test func `the exit status of status says how it stands`() throws {
        let folder = try ScratchFolder()
        #expect(OperationsCommandTests.run("status", folder).status == .unavailable)
        try OperationsCommandTests.store(folder)
        #expect(OperationsCommandTests.run("status", folder).status == .attention)
        let journal = try SQLiteJournal(
            path: folder.file("relay.db"), owner: "330100/330100000000000")
        var client = ClientRecord(
            chainID: "beijing-110000-1", family: "cometbft",
            latestHeight: Height(revision: 1, height: 9))
        client.isFrozen = true
        try journal.commit([.client(client)])
        let frozen = OperationsCommandTests.run("status", folder)
        #expect(frozen.output.contains("frozen"), "\(frozen.output)")
        #expect(frozen.status == .negative, "\(frozen.output)")
        #expect(RelayCommand.ExitStatus.success.rawValue == 0)
        #expect(RelayCommand.ExitStatus.negative.rawValue == 1)
        #expect(RelayCommand.ExitStatus.unavailable.rawValue == 3)
        #expect(RelayCommand.ExitStatus.attention.rawValue == 4)
    }
}
