// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import FoundationEssentials
import Glibc
import LightClient
import RelayLaboratory
import RelayStore
import RelayTransport
import TestSupport

/// Two chain processes and two relay processes with the files that they read. Ends what it started.
final class KilledWorld {
    typealias Failure = LaboratoryCity.Trouble

    struct City {
        let code: String
        let chainID: String
        let rpcPort: Int
        let relayPort: Int
        let credentials: Laboratory.Credentials
        let client: BlockingNode
        var institution: String { "\(code)000000000" }
        var rpc: String { "http://127.0.0.1:\(rpcPort)" }
    }

    /// Fen of every letter.
    static let fen: UInt64 = 100

    let cities: [City]
    private(set) var kills = 0
    private let programs: String
    private let folder: ScratchFolder
    private var chains: [pid_t] = []
    private var relays: [pid_t?] = [nil, nil]
    private var logs = ["", ""]
    private var packets: [[PacketID]] = [[], []]
    private var disk: SmallDisk?

    /// - Parameter diskBytes: size of a disk that the first relay's data has for itself; nil: none.
    init(programs: String, diskBytes: Int? = nil) throws {
        self.programs = programs
        let folder = try ScratchFolder()
        self.folder = folder
        cities = try [("330100", "hangzhou"), ("110000", "beijing")].map { code, name in
            let port = try FreePort.any()
            return City(
                code: code, chainID: "\(name)-\(code)-1", rpcPort: port,
                relayPort: try FreePort.any(),
                credentials: try Laboratory.issue(
                    "killed-\(code)-\(port)", division: code, institution: "\(code)000000000"),
                client: try BlockingNode("http://127.0.0.1:\(port)"))
        }
        for city in cities {
            chains.append(
                try Program.start(
                    [
                        "\(programs)/citychain", "run", "--chain-id", city.chainID, "--code",
                        city.code, "--rpc", "127.0.0.1:\(city.rpcPort)", "--home",
                        folder.file("chain-\(city.code)"), "--block-ms", "400", "--people", "50",
                    ], output: folder.file("chain-\(city.code).log")))
        }
        for city in cities { try city.client.wait(forHeight: 2, seconds: 60) }
        try writeTopology()
        if let diskBytes {
            disk = try SmallDisk(at: folder.file("relay-\(cities[0].code)"), bytes: diskBytes)
        }
        for index in cities.indices {
            try writeConfiguration(cities[index])
            try startRelay(index)
        }
    }

    func stop() {
        for relay in relays { if let relay { Program.end(relay) } }
        for chain in chains { Program.end(chain) }
        for city in cities { city.client.stop() }
        disk?.remove()
    }

    /// Fills the first relay's disk up to some bytes; nil: makes room again.
    func fillDisk(leaving bytes: Int?) throws {
        guard let disk else { throw Failure("the relay has no disk of its own") }
        if let bytes { try disk.fill(leaving: bytes) } else { disk.empty() }
    }

    // MARK: Relays

    /// - Parameter wrapper: a program and its options to start the relay with; empty: none.
    func startRelay(_ index: Int, wrapper: [String] = []) throws {
        logs[index] = folder.file("relay-\(cities[index].code)-\(kills).log")
        relays[index] = try Program.start(
            wrapper + [
                "\(programs)/cityrelay", "run", "--config", configuration(cities[index]),
            ], output: logs[index])
    }

    /// A command about the relay, beside it or without it.
    func ask(_ index: Int, _ words: [String]) throws -> Program.Result {
        try Program.run(
            ["\(programs)/cityrelay"] + words + ["--config", configuration(cities[index])])
    }

    /// What the relay has said since it was last started.
    func said(_ index: Int) throws -> String {
        String(decoding: try Corpus.read(logs[index]), as: UTF8.self)
    }

    /// Bytes of the relay's largest file: its store, or the log before it.
    func largestFile(_ index: Int) throws -> Int {
        let data = folder.file("relay-\(cities[index].code)")
        return try FileManager.default.contentsOfDirectory(atPath: data).map { name in
            let facts = try FileManager.default.attributesOfItem(atPath: "\(data)/\(name)")
            return (facts[.size] as? UInt64).map { Int($0) } ?? facts[.size] as? Int ?? 0
        }.max() ?? 0
    }

    /// The exit status of a relay that ended by itself; nil: it runs on.
    func ended(_ index: Int) -> Int32? {
        guard let relay = relays[index], let status = Program.status(relay) else { return nil }
        relays[index] = nil
        kills += 1
        return status
    }

    /// Whether a relay ends by itself, within some time, with this status.
    func hasEnded(_ index: Int, with status: Int32, milliseconds: Int) throws -> Bool {
        for _ in 0..<max(1, milliseconds / 100) {
            if let found = ended(index) {
                guard found == status else {
                    throw Failure("ended with \(found):\n\(try said(index).suffix(2_000))")
                }
                return true
            }
            usleep(100_000)
        }
        return false
    }

    func kill(_ index: Int) {
        guard let relay = relays[index] else { return }
        Program.end(relay)
        relays[index] = nil
        kills += 1
    }

    /// Waits until each store has a registered link.
    func link(seconds: Int) throws {
        let deadline = time(nil) + seconds
        while time(nil) < deadline {
            let linked = cities.filter { city in
                guard let links = try? journal(city).links() else { return false }
                return links.contains { $0.isRegistered && !$0.remoteClient.isEmpty }
            }
            if linked.count == cities.count { return }
            usleep(200_000)
        }
        throw Failure("the relays did not link within \(seconds) s:\n\(lastWords())")
    }

    /// Sends letters from both cities; how many in all.
    func sendBothWays(_ count: Int, round: Int) throws -> Int {
        for (index, city) in cities.enumerated() {
            let client = try journal(city).links().first?.localClient ?? ""
            let letters = (0..<count).map { letter(city, round * count + $0) }
            let sequences = try city.client.send(
                letters, client: client,
                as: AccountKey(
                    try DeterministicKeys.account(role: "bureau", code: city.code),
                    prefix: AccountAddress.prefix), chainID: city.chainID)
            packets[index] += sequences.map {
                PacketID(direction: .outgoing, client: client, sequence: $0)
            }
        }
        return count * cities.count
    }

    func untilAllEnded(_ count: Int, seconds: Int, seed: UInt64) throws {
        let deadline = time(nil) + seconds
        var open: [String] = []
        while time(nil) < deadline {
            open = []
            for (index, city) in cities.enumerated() {
                let journal = try journal(city)
                for id in packets[index] {
                    let state = try journal.packet(id)?.state
                    if state != .acknowledged {
                        open.append("\(city.code) \(id) \(state?.name ?? "unseen")")
                    }
                }
            }
            if open.isEmpty, packets.reduce(0, { $0 + $1.count }) == count { return }
            usleep(300_000)
        }
        throw Failure("SEED=\(seed): open after \(seconds) s: \(open)\n\(lastWords())")
    }

    func money(_ city: City) throws -> (locked: UInt64, received: UInt64, settled: UInt64) {
        func total(_ total: ProvidentFund.Total) throws -> UInt64 {
            let value = try city.client.value(
                store: "providentfund", key: ProvidentFund.totalKey(total))
            return UInt64(String(decoding: value, as: UTF8.self)) ?? 0
        }
        return (try total(.locked), try total(.received), try total(.settled))
    }

    private func journal(_ city: City) throws -> JournalReader {
        try JournalReader(path: folder.file("relay-\(city.code)/relay.db"))
    }

    private func lastWords() -> String {
        cities.indices.map { index in
            let said = (try? said(index)) ?? ""
            // How often nodes were asked is said every few seconds.
            let lines = said.split(separator: "\n").filter { !$0.contains("node/calls") }
            return "\(cities[index].code):\n" + lines.suffix(15).joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private func letter(_ city: City, _ number: Int) -> Payload {
        let account = SyntheticPeople.accountReference(division: city.code, index: number % 50)
        let text =
            "{\"TxCode\":\"BDC901\",\"TxFunc\":\"0\",\"ConNum\":\"\(city.code)-\(number)\","
            + "\"account\":\"\(account)\",\"TranAmt\":\"1.00\"}"
        return Payload(
            sourcePort: "providentfund", destinationPort: "providentfund", version: "cityrelay-1",
            encoding: "application/json", value: Array(text.utf8))
    }

    // MARK: Files

    private func configuration(_ city: City) -> String { folder.file("\(city.code).yaml") }

    private func writeTopology() throws {
        let members = try cities.map { city in
            """
              - division: "\(city.code)"
                institution: "\(city.institution)"
                name: City \(city.code)
                chain:
                  id: \(city.chainID)
                  trusting_period: 14d
                  unbonding_period: 21d
                  block_interval: 1s
                  trust_anchor:
                    height: 1
                    hash: "\(try city.client.firstHeaderHash())"
                relay:
                  endpoints: ["127.0.0.1:\(city.relayPort)"]
                  key_pins: ["\(city.credentials.pin)"]
            """
        }
        let ends = cities.map { "\"\($0.code)/\($0.institution)\"" }
        let text = """
            topology:
              name: two-cities
              version: 1
            members:
            \(members.joined(separator: "\n"))
            routes:
              - first: \(ends[0])
                second: \(ends[1])

            """
        try folder.write(Array(text.utf8), to: "topology.yaml")
    }

    private func writeConfiguration(_ city: City) throws {
        let key = DeterministicKeys.secret(role: "relayer", code: city.code)
        try folder.write(Array("\(Hex.encode(key))\n".utf8), to: "\(city.code).key")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: folder.file("\(city.code).key"))
        let data = folder.file("relay-\(city.code)")
        try FileManager.default.createDirectory(
            atPath: data, withIntermediateDirectories: true)
        let text = """
            member: "\(city.code)/\(city.institution)"
            topology: \(folder.file("topology.yaml"))
            data_directory: \(data)
            peer:
              listen: "127.0.0.1:\(city.relayPort)"
              certificate: \(city.credentials.files.certificate)
              private_key: \(city.credentials.files.key)
              authorities: \(city.credentials.files.authority)
            chain:
              nodes: [\(city.rpc)]
              account_key_file: \(folder.file("\(city.code).key"))
              gas_price: "0.001stake"

            """
        try folder.write(Array(text.utf8), to: "\(city.code).yaml")
    }
}
