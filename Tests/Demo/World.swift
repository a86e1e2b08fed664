// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import LightClient
import RelayConnectors
import TestSupport

/// The files and processes of one run: certificates, topology, and for each city a chain and a
/// relay.
final class World {
    let directory: String
    private(set) var cities: [City]
    /// The members' papers, where the members are those of a signed manifest; else a topology file
    /// says who they are.
    var registry: Registry?
    private(set) var chains: [String: ChildProcess] = [:]
    private(set) var relays: [String: ChildProcess] = [:]
    private(set) var nodes: [String: NodeClient] = [:]
    /// Whether the cities have record offices: the embedded chains do.
    private var hasOffices = false
    private let programs: String
    private let source: String?

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameters:
    ///   - topology: the topology file that the run brings up, copied into the run's folder; nil
    ///     where a manifest is founded.
    ///   - cities: its cities, with the ports that the file names.
    init(topology: String?, cities: [City], directory: String) throws {
        self.cities = cities
        self.directory = directory
        source = topology
        let parts = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false)
        programs = parts.dropLast().joined(separator: "/")
        let files = FileManager.default
        if files.fileExists(atPath: directory) { try files.removeItem(atPath: directory) }
        for folder in ["", "/certs", "/log"] {
            try files.createDirectory(
                atPath: directory + folder, withIntermediateDirectories: true)
        }
        for city in cities { try makeFolders(city) }
    }

    private func makeFolders(_ city: City) throws {
        for folder in ["/\(city.code)", "/run/\(city.code)"] {
            try FileManager.default.createDirectory(
                atPath: directory + folder, withIntermediateDirectories: true)
        }
    }

    /// One more city.
    func add(_ city: City) throws {
        try makeFolders(city)
        cities.append(city)
    }

    var topologyPath: String { "\(directory)/topology.yaml" }
    func storePath(_ city: City) -> String { "\(directory)/\(city.code)/relay.db" }
    func configurationPath(_ city: City) -> String { "\(directory)/\(city.code)/relay.yaml" }
    func manifestPath(_ city: City) -> String { "\(directory)/\(city.code)/federation.manifest" }
    /// Certificate and key of a relay, without their endings.
    func certificatePath(_ city: City) -> String {
        "\(directory)/certs/member-\(city.code)-\(city.institution)"
    }
    func node(_ city: City) -> NodeClient? { nodes[city.code] }
    func program(_ name: String) -> String { "\(programs)/\(name)" }

    // MARK: Set-up

    /// A throw-away authority and one certificate a relay; key pins go beside the trust anchors.
    func issueCertificates() throws -> [String: String] {
        try issueAuthority()
        var pins: [String: String] = [:]
        for city in cities { pins[city.code] = try issueCertificate(city) }
        return pins
    }

    func issueAuthority() throws {
        try run("\(Corpus.root)/certs/issue.sh", ["\(directory)/certs", "ca"])
    }

    /// A relay's certificate, and those of the city's people; the pin of the relay's key.
    func issueCertificate(_ city: City, keepsKey: Bool = false) throws -> String {
        let log = "\(directory)/log/issue-\(city.code).txt"
        try issueToRelay(city, keepsKey ? ["--keep-key"] : [], log: log)
        let words = String(decoding: try Corpus.read(log), as: UTF8.self)
            .split { $0 == " " || $0 == "\n" }
        guard let pin = words.last(where: { $0.hasPrefix("sha256:") }) else {
            throw Failure(description: "certs/issue.sh printed no pin; see \(log)")
        }
        try issueToPeople(city, "\(Corpus.root)/certs/issue.sh", log: log)
        return String(pin)
    }

    private func issueToRelay(_ city: City, _ options: [String], log: String) throws {
        try run(
            "\(Corpus.root)/certs/issue.sh",
            [
                "\(directory)/certs", "member", city.code, city.institution, "localhost",
                "127.0.0.1",
            ] + options, log: log)
    }

    /// Another certificate for the key that is there, and the running relay is told.
    func replaceCertificate(_ city: City, _ options: [String]) throws {
        try issueToRelay(
            city, ["--keep-key"] + options, log: "\(directory)/log/issue-\(city.code).txt")
        relays[city.code]?.signal(SIGHUP)
    }

    /// Another key with a certificate of its own, and the running relay is told.
    func installKey(_ key: String, of city: City) throws {
        try copySecret(key, to: certificatePath(city) + ".key")
        try replaceCertificate(city, [])
    }

    func copySecret(_ path: String, to other: String) throws {
        try write(
            String(decoding: try Corpus.read(path), as: UTF8.self), to: other, mode: 0o600)
    }

    /// An operator, an administrator, and the application of the loan desk.
    private func issueToPeople(_ city: City, _ script: String, log: String) throws {
        for (name, role) in [("wang", "operator"), ("zhao", "administrator")] {
            try run(
                script,
                [
                    "\(directory)/certs", "person", city.code, city.institution, "--name", name,
                    "--role", role, "--as", "\(name)-\(city.code)",
                ], log: log)
        }
        try run(
            script,
            [
                "\(directory)/certs", "app", city.code, city.institution, "--name",
                Records.application, "--as", "\(Records.application)-\(city.code)",
            ], log: log)
    }

    /// Starts each city's embedded chain with its record office, and waits for its first blocks.
    func startChains(blockMilliseconds: Int) throws {
        for city in cities { try startChain(city, blockMilliseconds: blockMilliseconds) }
        for city in cities { try connect(city) }
    }

    func startChain(_ city: City, blockMilliseconds: Int) throws {
        hasOffices = true
        let chain = ChildProcess(
            name: "chain \(city.name)", program: program("citychain"),
            arguments: [
                "run", "--chain-id", city.chainID, "--code", city.code, "--name", city.name,
                "--rpc", "127.0.0.1:\(city.rpcPort)", "--home",
                "\(directory)/\(city.code)/chain",
                "--powers", "10,10,10,10", "--block-ms", "\(blockMilliseconds)", "--lab",
                "--office",
                "127.0.0.1:\(city.officePort)",
            ], logPath: "\(directory)/log/chain-\(city.code).log")
        try chain.start()
        chains[city.code] = chain
    }

    /// Waits for a chain that somebody started.
    func connect(_ city: City) throws {
        let node = try NodeClient(city.rpc)
        nodes[city.code] = node
        guard node.wait(forHeight: 2, seconds: 30) else {
            throw Failure(
                description: "\(city.name)'s chain makes no blocks; see \(directory)/log")
        }
    }

    /// The trust anchor of each chain is its first header; the topology names the files.
    func writeAnchors(pins: [String: String]) throws {
        for city in cities {
            guard let node = node(city) else { continue }
            let answer = try node.call(
                RPCCall("commit", [("height", "1")]), as: RPCCommitAnswer.self)
            guard let commit = answer.signed_header.commit else {
                throw Failure(description: "\(city.name)'s chain shows no first header")
            }
            try write(
                """
                trust_anchor:
                  height: 1
                  hash: "\(Hex.encode(commit.block_id.hash.bytes))"
                key_pins: ["\(pins[city.code] ?? "")"]

                """, to: "\(directory)/run/\(city.code)/facts.yaml")
        }
        guard let source else { return }
        var topology = String(decoding: try Corpus.read(source), as: UTF8.self)
        for city in cities where hasOffices {
            let line = "    institution: \"\(city.institution)\"\n"
            topology = topology.replacing(
                line, with: line + "    evidence_keys: [\"\(try Records.publicKey(city))\"]\n")
        }
        try write(topology, to: topologyPath)
    }

    /// One configuration file and one account key a relay.
    func writeConfigurations(nodes: [String: [String]] = [:], extra: String = "") throws {
        for city in cities {
            try writeConfiguration(city, nodes: nodes[city.code] ?? [city.rpc], extra: extra)
        }
    }

    func writeConfiguration(_ city: City, nodes: [String]? = nil, extra: String = "") throws {
        let folder = "\(directory)/\(city.code)"
        let key = TestKeys.scalar(role: "relayer", code: city.code)
        try write(Hex.encode(key) + "\n", to: "\(folder)/account.key", mode: 0o600)
        let urls = (nodes ?? [city.rpc]).joined(separator: ", ")
        try write(
            """
            member: "\(city.member)"
            \(members(city))
            data_directory: \(folder)
            peer:
              listen: "127.0.0.1:\(city.relayPort)"
              certificate: \(certificatePath(city)).crt
              private_key: \(certificatePath(city)).key
              authorities: \(directory)/certs/ca.crt
            api:
              listen: "127.0.0.1:\(city.apiPort)"
              login: link
            chain:
              nodes: [\(urls)]
              account_key_file: \(folder)/account.key
              gas_price: "0.001stake"
            \(try writeRecords(city))\(extra)
            """, to: configurationPath(city))
    }

    /// Where the relay takes its members from.
    private func members(_ city: City) -> String {
        guard let registry else { return "topology: \(topologyPath)" }
        let anchor = (try? registry.manifest(1).digest.description) ?? ""
        return """
            federation:
              manifest: \(manifestPath(city))
              manifest_anchor: "\(anchor)"
            """
    }

    /// The files that proofs need, and the section that names them; nothing without an office.
    private func writeRecords(_ city: City) throws -> String {
        guard hasOffices else { return "" }
        let folder = "\(directory)/\(city.code)"
        let records = Records(city: city, others: cities.filter { $0 != city })
        if registry == nil {
            try write(
                Hex.encode(Records.seed(city)) + "\n", to: "\(folder)/evidence.key", mode: 0o600)
        }
        try write(records.policy, to: "\(folder)/policy.yaml")
        return records.section(folder: folder)
    }

    func startRelays() throws {
        for city in cities { try startRelay(city) }
    }

    func startRelay(_ city: City) throws {
        let relay = ChildProcess(
            name: "relay \(city.name)", program: program("cityrelay"),
            arguments: ["run", "--config", configurationPath(city)],
            logPath: "\(directory)/log/relay-\(city.code).log")
        try relay.start()
        relays[city.code] = relay
    }

    /// Ends the relays, as their service manager would.
    func stopRelays() throws {
        for relay in relays.values { relay.signal(15) }
        for relay in relays.values {
            relay.stop()
            guard !relay.isRunning else { throw Failure(description: "\(relay.name) does not end") }
        }
    }

    func startRelaysAgain() throws {
        for relay in relays.values { try relay.start() }
    }

    /// Ends everything that this run started.
    func stop() {
        for relay in relays.values { relay.signal(15) }
        for relay in relays.values { relay.stop() }
        for chain in chains.values { chain.stop() }
        for node in nodes.values { node.stop() }
    }

    // MARK: Private

    private func run(_ program: String, _ arguments: [String], log: String? = nil) throws {
        let log = log ?? "\(directory)/log/setup.txt"
        let code = try ChildProcess.run(program, arguments, log: log)
        guard code == 0 else {
            throw Failure(description: "\(program) ended with \(code); see \(log)")
        }
    }

    func write(_ text: String, to path: String, mode: Int = 0o644) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
}
