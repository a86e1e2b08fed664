// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import TestSupport

/// The federation's papers: a folder for every member, and the `cityrelay member` commands as its
/// people type them.
final class Registry {
    let federation: String
    let folder: String
    /// Number of the latest signed version; 0 before the founding.
    private(set) var version: UInt64 = 0
    private let program: String
    private var commands = 0

    /// Members that approve each version; the supervising member is one of the voters.
    static let quorum = 3
    /// The supervising member, which has neither chain nor relay.
    static let ministry = "Ministry"

    init(federation: String, folder: String, program: String) throws {
        self.federation = federation
        self.folder = folder
        self.program = program
        for name in ["", "/log"] {
            try FileManager.default.createDirectory(
                atPath: folder + name, withIntermediateDirectories: true)
        }
        try Data("correct horse battery staple\n".utf8).write(to: URL(filePath: passphrase))
    }

    private var passphrase: String { "\(folder)/passphrase" }

    /// A member's own folder, which nobody else sees.
    func home(_ name: String) -> String { "\(folder)/\(name)" }
    func path(_ version: UInt64) -> String { "\(folder)/manifest-\(version).txt" }
    func text(_ version: UInt64) throws -> String {
        String(decoding: try Corpus.read(path(version)), as: UTF8.self)
    }

    func manifest(_ version: UInt64) throws -> SignedManifest {
        guard let block = Armour.decode(try text(version)) else {
            throw World.Failure(description: "\(path(version)) holds no manifest")
        }
        return try SignedManifest(reading: block.bytes)
    }

    /// Runs a command, which must end with this status, and gives what it said.
    @discardableResult
    func run(_ words: [String], status expected: Int32 = 0) throws -> String {
        commands += 1
        let log = "\(folder)/log/\(commands).txt"
        let status = try ChildProcess.run(program, ["member"] + words, log: log)
        let output = String(decoding: try Corpus.read(log), as: UTF8.self)
        guard status == expected else {
            throw World.Failure(
                description: "cityrelay member \(words.joined(separator: " ")) ended with "
                    + "\(status), not \(expected):\n\(output)")
        }
        return output
    }

    // MARK: A member's own machine

    func initialise(_ city: City) throws {
        try run(
            ["init", home(city.name)] + names(city.code, city.institution, city.name) + [
                "--local-name", city.localName, "--endpoint", "127.0.0.1:\(city.relayPort)",
                "--plain-relay-key",
                "--plain-evidence-key",
            ] + opened)
    }

    func initialiseMinistry() throws {
        try run(
            ["init", home(Registry.ministry)]
                + names("100000", "100000000000000", Registry.ministry) + ["--supervising"]
                + opened)
    }

    private func names(_ code: String, _ institution: String, _ name: String) -> [String] {
        ["--division", code, "--institution", institution, "--name", name]
    }

    private var opened: [String] { ["--passphrase-file", passphrase] }

    /// What an operator edits in the draft: the chain's id and block time, and a trust anchor.
    func completeDraft(_ city: City, anchor: TrustAnchor) throws {
        var lines: [String] = []
        let path = "\(home(city.name))/member.yaml"
        let draft = String(decoding: try Corpus.read(path), as: UTF8.self)
        for line in draft.split(separator: "\n", omittingEmptySubsequences: false) {
            let key = line.drop { $0 == " " }.prefix { $0 != ":" }
            let indent = line.prefix { $0 == " " }
            switch (key, indent.count) {
            case ("id", 2): lines.append("\(indent)id: \"\(city.chainID)\"")
            case ("block_interval", _): lines.append("\(indent)block_interval: 1s")
            case ("height", 4): lines.append("\(indent)height: \(anchor.height)")
            case ("hash", 4): lines.append("\(indent)hash: \"\(anchor.headerHash)\"")
            default: lines.append(String(line))
            }
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: path))
    }

    /// Makes the member's request to come in, or to change; gives its file.
    func request(_ name: String) throws -> String {
        let basis =
            version == 0 ? ["--federation", federation] : ["--manifest", path(version)]
        try run(["request", home(name)] + basis + opened)
        return "\(home(name))/request.txt"
    }

    /// One of the two steps of a change of the relay's key; gives the request's file.
    func rotateRelayKey(_ city: City, isFinish: Bool) throws -> String {
        try run(
            ["rotate", "relay", home(city.name), "--manifest", path(version)]
                + [isFinish ? "--finish" : "--plain-relay-key"] + opened)
        return "\(home(city.name))/request.txt"
    }

    /// Tries the candidate's chain; the last lines of the report, in plain words.
    func rehearse(_ city: City) throws -> [String] {
        let report = try run(["rehearse", home(city.name), "--node", city.rpc] + opened)
        return report.split(separator: "\n").dropLast().suffix(5).map(String.init)
    }

    // MARK: The voters' machines

    /// Every founder signs the first version; all make the same bytes.
    func found(by names: [String]) throws {
        let requests = try names.map { try request($0) }
        var digests: Set<Digest> = []
        for name in names {
            try approve(requests, by: name, with: [], isFounding: true)
            digests.insert(try manifest(1).digest)
        }
        guard digests.count == 1 else {
            throw World.Failure(description: "the founders made different versions")
        }
        version = 1
    }

    /// Shows what a request would change.
    func review(_ request: String) throws -> String {
        try run(["review", "--file", request, "--manifest", path(version)])
    }

    /// Gathers approvals; the one that makes the quorum writes the next version.
    func approve(_ request: String, by names: [String]) throws {
        var approvals: [String] = []
        for name in names {
            approvals.append(try approve([request], by: name, with: approvals, isFounding: false))
        }
        guard FileManager.default.fileExists(atPath: path(version + 1)) else {
            throw World.Failure(description: "\(names.count) approvals made no version")
        }
        version += 1
    }

    /// One member's yes; gives the approval's file.
    @discardableResult
    func approve(
        _ requests: [String], by name: String, with others: [String], isFounding: Bool
    ) throws -> String {
        let next = version + 1
        let out = "\(home(name))/approval-\(next).txt"
        let basis =
            isFounding
            ? ["--found", federation, "--quorum", "\(Registry.quorum)"]
            : ["--manifest", path(version)]
        try run(
            ["approve"] + requests.flatMap { ["--file", $0] } + basis
                + ["--key", "\(home(name))/authority.key", "--out", out]
                + others.flatMap { ["--with", $0] } + ["--next", path(next)] + opened)
        return out
    }

    /// Too few approvals do not make a version: the code with which that is refused.
    func assembleRefused(_ request: String, with approvals: [String]) throws -> String {
        try run(
            ["assemble", "--file", request, "--manifest", path(version)]
                + approvals.flatMap { ["--with", $0] } + ["--next", path(version + 1)], status: 1)
    }

    /// The approval after which the next version is there.
    func approveLast(_ request: String, by name: String, with others: [String]) throws {
        try approve([request], by: name, with: others, isFounding: false)
        guard FileManager.default.fileExists(atPath: path(version + 1)) else {
            throw World.Failure(description: "the last approval made no version")
        }
        version += 1
    }
}
