// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import TestSupport

/// The files and processes of one run: for each city a chain and a relay, in one folder.
final class World {
    let directory: String
    private(set) var cities: [City]
    /// The members' papers, where the members are those of a signed manifest; else a topology file
    /// says who they are.
    var registry: Registry?

    /// The papers, for what cannot be done without.
    func papers() throws -> Registry {
        guard let registry else { throw Failure(description: "no manifest was founded") }
        return registry
    }

    private(set) var chains: [String: ChildProcess] = [:]
    private(set) var relays: [String: ChildProcess] = [:]
    private(set) var nodes: [String: NodeClient] = [:]
    /// Whether the cities have record offices: the embedded chains do.
    private(set) var hasOffices = false
    /// The topology file that the run brings up; nil where a manifest is founded.
    let topologySource: String?
    private let programs: String

    /// Something is not as it should be, and where that was noticed.
    struct Failure: Error, CustomStringConvertible {
        let description: String
        /// File and line of the assertion.
        let place: String

        init(description: String, file: String = #fileID, line: Int = #line) {
            self.description = description
            place = "\(file.split(separator: "/").last ?? ""):\(line)"
        }
    }

    /// - Parameters:
    ///   - topology: copied into the run's folder; nil where a manifest is founded.
    ///   - cities: its cities, with the ports that the file names.
    init(topology: String?, cities: [City], directory: String) throws {
        self.cities = cities
        self.directory = directory
        topologySource = topology
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

    // MARK: Paths

    var logs: String { "\(directory)/log" }
    var topologyPath: String { "\(directory)/topology.yaml" }
    func storePath(_ city: City) -> String { "\(directory)/\(city.code)/relay.db" }
    func configurationPath(_ city: City) -> String { "\(directory)/\(city.code)/relay.yaml" }
    func manifestPath(_ city: City) -> String { "\(directory)/\(city.code)/federation.manifest" }
    func program(_ name: String) -> String { "\(programs)/\(name)" }

    func write(_ text: String, to path: String, mode: Int = 0o644) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    func copySecret(_ path: String, to other: String) throws {
        try write(
            String(decoding: try Corpus.read(path), as: UTF8.self), to: other, mode: 0o600)
    }

    // MARK: Chains

    func node(_ city: City) throws -> NodeClient {
        guard let node = nodes[city.code] else {
            throw Failure(description: "\(city.name)'s chain was not started")
        }
        return node
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
            ], logPath: "\(logs)/chain-\(city.code).log")
        try chain.start()
        chains[city.code] = chain
    }

    /// Waits for a chain that somebody started.
    func connect(_ city: City) throws {
        let node = try NodeClient(city.rpc)
        nodes[city.code] = node
        guard node.wait(forHeight: 2, seconds: 30) else {
            throw Failure(description: "\(city.name)'s chain makes no blocks; see \(logs)")
        }
    }

    // MARK: Relays

    func startRelays() throws {
        for city in cities { try startRelay(city) }
    }

    func startRelay(_ city: City) throws {
        let relay = ChildProcess(
            name: "relay \(city.name)", program: program("cityrelay"),
            arguments: ["run", "--config", configurationPath(city)],
            logPath: "\(logs)/relay-\(city.code).log")
        try relay.start()
        relays[city.code] = relay
    }

    /// Ends the relays, as their service manager would.
    func stopRelays() throws {
        for relay in relays.values { relay.signal(SIGTERM) }
        for relay in relays.values {
            relay.stop()
            guard !relay.isRunning else { throw Failure(description: "\(relay.name) does not end") }
        }
    }

    func startRelaysAgain() throws {
        for relay in relays.values { try relay.start() }
    }

    /// Throws when a relay has ended by itself.
    func requireRelays() throws {
        for relay in relays.values where relay.exitStatus == nil && !relay.isRunning {
            throw Failure(description: "\(relay.name) has ended; see \(relay.logPath)")
        }
    }

    /// Ends everything that this run started.
    func stop() {
        for relay in relays.values { relay.signal(SIGTERM) }
        for relay in relays.values { relay.stop() }
        for chain in chains.values { chain.stop() }
        for node in nodes.values { node.stop() }
    }
}
