// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayCommand
import RelayLaboratory
import RelayStore
import TestSupport
import Testing

@Suite struct CommandStoreTests {
    private static let start: Int64 = 1_795_714_206
    private static func at(_ seconds: Int64) -> Timestamp {
        Timestamp(unixNanoseconds: (start + seconds) * 1_000_000_000)
    }

    private static func record(
        _ sequence: UInt64, _ state: PacketState, _ direction: PacketDirection = .outgoing
    ) -> PacketRecord {
        let packet = Packet(
            sequence: sequence, sourceClient: "07-tendermint-0",
            destinationClient: "07-tendermint-5",
            timeoutSeconds: UInt64(start + 3600),
            payloads: [
                Payload(
                    sourcePort: "providentfund", destinationPort: "providentfund",
                    version: "cityrelay-1", encoding: "application/json",
                    value: Array("{\"name\":\"secret\"}".utf8))
            ])
        return PacketRecord(
            id: PacketID(direction: direction, client: "07-tendermint-0", sequence: sequence),
            counterpartyChain: "beijing-110000-1", packet: packet.encoded, state: state,
            timeoutSeconds: UInt64(start + 3600), committedHeight: Height(revision: 1, height: 40),
            now: at(Int64(sequence)))
    }

    private func store(_ folder: ScratchFolder) throws -> SQLiteJournal {
        let journal = try SQLiteJournal(
            path: folder.file("relay.db"), owner: "330100/330100000000000")
        var parked = Self.record(2, .parked)
        parked.parkedFrom = .proven
        parked.reasonCode = "peer/refused"
        parked.reasonDetail = "The peer does not know client 07-tendermint-5"
        parked.attempts = 3
        let transaction = TransactionRecord(
            hash: [UInt8](repeating: 0xab, count: 32), account: "cosmos1x", sequence: 4, bytes: [1],
            timeoutHeight: 55, packets: [parked.id], createdAt: Self.at(5))
        var client = ClientRecord(
            chainID: "beijing-110000-1", family: "cometbft",
            latestHeight: Height(revision: 1, height: 60))
        client.revisionCounter = 1
        try journal.commit([
            .packet(Self.record(1, .acknowledged)), .packet(parked),
            .packet(Self.record(3, .forwarded)), .packet(Self.record(9, .verified, .incoming)),
            .attempt(
                Attempt(
                    packet: parked.id, at: Self.at(4), step: "deliver", code: "peer/refused",
                    detail: "The peer does not know client \u{1b}[31m07-tendermint-5")),
            .transaction(transaction), .client(client),
            .header(
                HeaderRecord(
                    chainID: "beijing-110000-1", height: Height(revision: 1, height: 60),
                    timestamp: Self.at(0), headerHash: [UInt8](repeating: 0x11, count: 32),
                    consensusState: [], message: [], verifiedAt: Self.at(1))),
            .link(
                LinkRecord(
                    counterpartyChain: "beijing-110000-1", localClient: "07-tendermint-0",
                    remoteClient: "07-tendermint-5", isRegistered: true)),
        ])
        return journal
    }

    private func run(
        _ words: String, _ folder: ScratchFolder, after seconds: Int64 = 60
    ) -> (status: RelayCommand.ExitStatus, output: String, errors: String) {
        var console = Console(now: Self.at(seconds))
        let list =
            words.split(separator: " ").map(String.init) + ["--store", folder.file("relay.db")]
        let status = CommandTree.cityrelay.run(list, &console)
        return (status, console.output, console.errors)
    }

    @Test func `packets are listed beside a running relay and after it`() throws {
        let folder = try ScratchFolder()
        let expected = """
            PACKET                 CHAIN             STATE            TRIES  AGE  REASON
            out/07-tendermint-0/1  beijing-110000-1  acknowledged     0      59s
            out/07-tendermint-0/2  beijing-110000-1  parked (proven)  3      58s  peer/refused
            out/07-tendermint-0/3  beijing-110000-1  forwarded        0      57s
            in/07-tendermint-0/9   beijing-110000-1  verified         0      51s

            """
        do {
            let journal = try store(folder)
            #expect(run("packet list", folder).output == expected)
            try journal.commit([.count(name: "n", by: 1)])
        }
        #expect(run("packet list", folder).output == expected)
    }

    @Test func `filters and pages narrow the list`() throws {
        let folder = try ScratchFolder()
        _ = try store(folder)
        func names(_ words: String) throws -> [String] {
            let answer = try JSON.parse(
                Array(run("packet list --json \(words)", folder).output.utf8))
            return (answer["packets"]?.array ?? []).compactMap { $0["packet"]?.string }
        }
        #expect(try names("--open").count == 3)
        #expect(try names("--direction in") == ["in/07-tendermint-0/9"])
        #expect(try names("--state parked --state verified").count == 2)
        #expect(try names("--older-than 58s --open") == ["out/07-tendermint-0/2"])
        #expect(try names("--reason peer/") == ["out/07-tendermint-0/2"])
        #expect(try names("--chain elsewhere").isEmpty)
        #expect(try names("--limit 1 --offset 2") == ["out/07-tendermint-0/3"])
        #expect(
            run("packet list --limit 2", folder).errors == "2 of 4; the next ones: --offset 2\n")
        #expect(run("packet list --older-than soon", folder).status == .usage)
        #expect(run("packet list --limit 0", folder).status == .usage)
    }

    @Test func `one packet is shown with its explanation and what was tried, never its contents`()
        throws
    {
        let folder = try ScratchFolder()
        _ = try store(folder)
        let shown = run("packet show out/07-tendermint-0/2", folder)
        #expect(shown.status == .success)
        for part in [
            "out/07-tendermint-0/2  parked, released to proven",
            "Parked in state proven with peer/refused. The peer does not know client 07-tendermint-5.",
            "deadline        2026-11-26T18:30:06.000Z",
            "payload         providentfund to providentfund, cityrelay-1, application/json, 17 bytes",
            "2026-11-26T17:30:10.000Z  deliver      peer/refused  The peer does not know client "
                + "\\u001b[31m07-tendermint-5",
            "2026-11-26T17:30:11.000Z  transaction  pending       abababababababab… up to height 55",
        ] { #expect(shown.output.contains(part), "\(part) in \(shown.output)") }
        #expect(!shown.output.contains("secret"))

        let json = run("packet show out/07-tendermint-0/2 --json", folder).output
        #expect(!json.contains("secret"))
        let value = try JSON.parse(Array(json.utf8))
        #expect(value["state"]?.string == "parked")
        #expect(value["payloads"]?[0]?["bytes"]?.int64 == 17)
        #expect(value["attempts"]?[0]?["code"]?.string == "peer/refused")
        #expect(value["transactions"]?[0]?["state"]?.string == "pending")
    }

    @Test func `what is not there is told, with its own status`() throws {
        let folder = try ScratchFolder()
        _ = try store(folder)
        #expect(run("packet show out/07-tendermint-0/77", folder).status == .negative)
        #expect(run("packet show 77", folder).status == .usage)
        let client = run("client show nowhere-1", folder)
        #expect(client.status == .negative)
        #expect(client.errors.contains("known: beijing-110000-1"))
        var console = Console(now: Self.at(0))
        let words = ["packet", "list", "--store", folder.file("none.db"), "--json"]
        #expect(CommandTree.cityrelay.run(words, &console) == .unavailable)
        #expect(console.errors.contains("store/missing"))
        #expect(
            try JSON.parse(Array(console.output.utf8))["error"]?.string?.contains("store/missing")
                == true)
    }

    @Test func `clients are listed with their links, and expire by the topology's terms`() throws {
        let folder = try ScratchFolder()
        _ = try store(folder)
        #expect(
            run("client list", folder).output == """
                CHAIN             STATUS   HEIGHT  AGE  HEADERS  OURS             THEIRS
                beijing-110000-1  unknown  1-60    60s  1        07-tendermint-0  07-tendermint-5

                """)
        let shown = run("client show beijing-110000-1", folder)
        #expect(shown.output.contains("client of it on our chain   07-tendermint-0, counterparty"))
        #expect(
            shown.output.contains(
                "1-60    2026-11-26T17:30:06.000Z  2026-11-26T17:30:07.000Z  anchor"))

        try folder.write(Array(ConfigurationSamples.topology.utf8), to: "topology.yaml")
        try folder.write(Array(ConfigurationSamples.facts.utf8), to: "facts.yaml")
        let relay = try ConfigurationSamples.spoil(ConfigurationSamples.relay, "data\n", ".\n")
        try folder.write(Array(relay.utf8), to: "relay.yaml")
        for (seconds, status) in [(14 * 86_400 - 1, "active"), (14 * 86_400, "expired")] {
            var console = Console(now: Self.at(Int64(seconds)))
            let words = ["client", "list", "--config", folder.file("relay.yaml"), "--json"]
            #expect(CommandTree.cityrelay.run(words, &console) == .success, "\(console.errors)")
            let client = try JSON.parse(Array(console.output.utf8))["clients"]?[0]
            #expect(client?["status"]?.string == status)
            #expect(client?["expires"]?.string == "2026-12-10T17:30:06.000Z")
        }
    }

    @Test func `a check prints every finding and answers by its status`() throws {
        let folder = try ScratchFolder()
        var topology = ConfigurationSamples.topology
        topology = try ConfigurationSamples.spoil(topology, "\"330100\"", "330100")
        topology = try ConfigurationSamples.spoil(topology, "90m", "90")
        try folder.write(Array(topology.utf8), to: "topology.yaml")
        try folder.write(Array(ConfigurationSamples.facts.utf8), to: "facts.yaml")
        var console = Console(now: Self.at(0))
        let path = folder.file("topology.yaml")
        #expect(CommandTree.cityrelay.run(["config", "check", path], &console) == .negative)
        let lines = console.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(
            lines[0].hasPrefix("\(path):5:15: error: members[0].division: 330100 stands without"))
        #expect(
            lines[1].hasPrefix(
                "\(path):31:26: error: routes[0].max_packet_lifetime: 90 has no unit"))
        #expect(lines[2] == "\(path): 2 error(s), 0 warning(s)")

        var json = Console(now: Self.at(0))
        #expect(CommandTree.cityrelay.run(["config", "check", path, "--json"], &json) == .negative)
        let value = try JSON.parse(Array(json.output.utf8))
        #expect(value["errors"]?.int64 == 2)
        #expect(value["findings"]?[1]?["line"]?.int64 == 31)

        try folder.write(Array(ConfigurationSamples.topology.utf8), to: "topology.yaml")
        var good = Console(now: Self.at(0))
        #expect(CommandTree.cityrelay.run(["config", "check", path], &good) == .success)
        #expect(good.output.contains("topology sample version 3: 2 members, 1 routes"))
    }

    @Test func `every state explains itself`() {
        for state in PacketState.allCases {
            var record = Self.record(1, state)
            record.attempts = 2
            record.reasonCode = "peer/unreachable"
            record.notBefore = Self.at(90)
            let text = record.explanation(now: Self.at(30))
            #expect(text.hasSuffix("."))
            #expect(text.hasPrefix("Finished:") == state.isTerminal, "\(state): \(text)")
            if !state.isTerminal, state != .parked {
                #expect(text.contains("2 attempt(s) at this step have failed, the last with peer/"))
                #expect(text.contains("The next attempt is in 60 s."))
                #expect(text.contains("Its deadline is in 59 min."))
            }
        }
        let late = Self.record(1, .forwarded).explanation(now: Self.at(3600 + 7200 + 5))
        #expect(late.contains("Its deadline passed 2 h ago."))
    }
}
