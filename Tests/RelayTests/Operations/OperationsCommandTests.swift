// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayCommand
import RelayLaboratory
import RelayStore
import TestSupport
import Testing

/// The commands for the queues on a store alone, as when the relay is down.
@Suite struct OperationsCommandTests {
    static let start: Int64 = 1_795_714_206
    static let planted = ["王小明", "33010018800101123X", "6222020200112233445", "42.17"]

    static func at(_ seconds: Int64) -> Timestamp {
        Timestamp(unixNanoseconds: (start + seconds) * 1_000_000_000)
    }

    static func record(
        _ sequence: UInt64, _ state: PacketState, _ direction: PacketDirection = .outgoing,
        port: String = "providentfund", chain: String = "beijing-110000-1"
    ) -> PacketRecord {
        let packet = Packet(
            sequence: sequence, sourceClient: "07-tendermint-0",
            destinationClient: "07-tendermint-5", timeoutSeconds: UInt64(start + 3600),
            payloads: [
                Payload(
                    sourcePort: WireText(port), destinationPort: WireText(port),
                    version: "cityrelay-1", encoding: "application/json",
                    value: Array(planted.joined(separator: ",").utf8))
            ])
        var record = PacketRecord(
            id: PacketID(direction: direction, client: "07-tendermint-0", sequence: sequence),
            counterpartyChain: chain, packet: packet.encoded, state: state,
            timeoutSeconds: UInt64(start + 3600), committedHeight: Height(revision: 1, height: 40),
            now: at(Int64(sequence)))
        if state == .parked {
            record.parkedFrom = .proven
            record.reasonCode = "chain/unknown-port"
            record.reasonDetail = "no route"
        }
        record.acknowledgement = Array(planted.joined().utf8)
        return record
    }

    static func store(_ folder: ScratchFolder) throws {
        let journal = try SQLiteJournal(
            path: folder.file("relay.db"), owner: "330100/330100000000000")
        try journal.commit([
            .packet(record(1, .acknowledged)), .packet(record(2, .parked)),
            .packet(record(3, .forwarded)), .packet(record(9, .verified, .incoming)),
            .packet(record(10, .timedOut, port: "licences")),
            .packet(record(11, .expired, .incoming)),
            .discard(record(11, .expired, .incoming).id, isDiscarded: true),
            .attempt(
                Attempt(
                    packet: record(2, .parked).id, at: at(4), step: "deliver",
                    code: "chain/unknown-port", detail: "no route")),
            .operatorAction(
                OperatorAction(
                    number: 1, kind: .pauseQueue, subject: .chain("beijing-110000-1"),
                    reason: "their node is upgraded", who: "person/operator/wang", at: at(6))),
            .pause(RoutePause(chainID: "beijing-110000-1", scope: .queue, reason: "upgrade")),
            .link(
                LinkRecord(
                    counterpartyChain: "beijing-110000-1", localClient: "07-tendermint-0",
                    remoteClient: "07-tendermint-5", isRegistered: true)),
        ])
    }

    static func run(
        _ words: String, _ folder: ScratchFolder
    ) -> (status: RelayCommand.ExitStatus, output: String, errors: String) {
        var console = Console(now: at(60))
        let list =
            words.split(separator: " ").map(String.init) + ["--store", folder.file("relay.db")]
        let status = CommandTree.cityrelay.run(list, &console)
        return (status, console.output, console.errors)
    }

    /// What reads, on one store; each fits a terminal of 80 columns and shows nothing personal.
    static let reading: [(words: String, status: RelayCommand.ExitStatus, contains: [String])] = [
        ("status", .attention, ["beijing-110000-1", "paused", "api/not-configured", "parked"]),
        ("why packet out/07-tendermint-0/2", .success, ["No application", "operator", "next"]),
        ("why packet out/07-tendermint-0/3", .success, ["its chain must take it"]),
        ("why packet out/07-tendermint-0/10", .success, ["refunded"]),
        ("why route beijing-110000-1", .success, ["cannot be asked"]),
        ("why client beijing-110000-1", .success, ["store alone"]),
        ("why peer beijing-110000-1", .success, ["store alone"]),
        ("queue list", .success, ["out/07-tendermint-0/3", "in/07-tendermint-0/9"]),
        ("queue list --all --kind licences", .success, ["out/07-tendermint-0/10"]),
        ("queue list --direction in --older-than 10s", .success, ["in/07-tendermint-0/9"]),
        ("queue show out/07-tendermint-0/2", .success, ["(never", "deliver"]),
        ("queue tail --rounds 1", .success, []),
        ("queue actions", .success, ["person/operator/wang", "their node is upgraded"]),
        ("packet trace out/07-tendermint-0/2", .success, ["parked", "relay/not-running"]),
        ("dead list", .success, ["out/07-tendermint-0/2", "out/07-tendermint-0/10"]),
        ("dead list --code chain/", .success, ["out/07-tendermint-0/2"]),
        ("dead show out/07-tendermint-0/10", .success, ["timed-out"]),
    ]

    @Test func `reading commands work on the store when the relay is down`() throws {
        let folder = try ScratchFolder()
        try Self.store(folder)
        for (words, status, contains) in Self.reading {
            let result = Self.run(words, folder)
            #expect(result.status == status, "\(words): \(result.output)\(result.errors)")
            for text in contains {
                #expect(result.output.contains(text), "\(words): \(result.output)")
            }
            for line in result.output.split(separator: "\n") {
                #expect(line.count <= 80, "\(words): \(line)")
            }
            let json = Self.run("\(words) --json", folder)
            if !words.contains("tail") {
                #expect((try? JSON.parse(Array(json.output.utf8))) != nil, "\(words)")
            }
            for value in Self.planted {
                #expect(!result.output.contains(value), "\(words) shows \(value)")
                #expect(!json.output.contains(value), "\(words) --json shows \(value)")
            }
        }
        #expect(!Self.run("dead list", folder).output.contains("in/07-tendermint-0/11"))
        #expect(!Self.run("queue list", folder).output.contains("07-tendermint-0/1 "))
    }

    @Test func `the status of many routes fits a screen, the worst first`() throws {
        let folder = try ScratchFolder()
        let journal = try SQLiteJournal(
            path: folder.file("relay.db"), owner: "330100/330100000000000")
        try journal.commit(
            (1...490).map { number in
                .link(
                    LinkRecord(
                        counterpartyChain: "city-\(number)", localClient: "07-tendermint-\(number)",
                        remoteClient: "07-tendermint-0", isRegistered: true))
            } + [.packet(Self.record(2, .parked, chain: "city-321"))])
        let screen = Self.run("status", folder).output.split(separator: "\n")
        #expect(screen.count <= 45, "\(screen.count)")
        let first = screen.firstIndex { $0.hasPrefix("ROUTE") } ?? 0
        #expect(screen[first + 1].hasPrefix("city-321 "), "\(screen[first + 1])")
        #expect(screen.contains { $0.hasPrefix("and 474 other routes, 474 of them well") })
        #expect(Self.run("status --all", folder).output.split(separator: "\n").count > 490)
    }

    @Test func `what is not there is said with a code and the next step`() throws {
        let folder = try ScratchFolder()
        try Self.store(folder)
        for words in [
            "why packet out/x/7", "queue show out/x/7", "dead show in/x/7", "packet trace out/x/7",
        ] {
            let result = Self.run(words, folder)
            #expect(result.status == .negative, "\(words)")
            #expect(result.errors.contains("packet/unknown") && result.errors.contains("next:"))
        }
        #expect(Self.run("why route nowhere", folder).errors.contains("route/unknown"))
    }

    @Test func `acting needs a running relay`() {
        let files = ConfigurationSamples.files()
        for words in [
            "queue park out/07-tendermint-0/2", "queue release out/07-tendermint-0/2",
            "queue retry out/07-tendermint-0/2", "dead discard out/07-tendermint-0/2",
            "dead replay out/07-tendermint-0/2", "dead restore out/07-tendermint-0/2",
            "queue pause beijing-110000-1", "queue resume beijing-110000-1",
            "queue retry-all beijing-110000-1", "peer pause beijing-110000-1",
            "peer resume beijing-110000-1", "client refresh beijing-110000-1", "queue undo 1",
        ] {
            var console = Console(now: Self.at(60), files: files)
            let list =
                words.split(separator: " ").map(String.init)
                + ["--config", "/etc/relay/relay.yaml", "--reason", "asked"]
            let status = CommandTree.cityrelay.run(list, &console)
            #expect(status == .negative, "\(words): \(console.errors)")
            #expect(console.errors.contains("api/not-configured"), "\(words): \(console.errors)")
        }
    }
}
