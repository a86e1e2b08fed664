// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import FoundationEssentials
import Glibc
import LightClient
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

// Unsafe: chmod(2) takes a C string.

/// A real relay process that takes its members from a manifest file, and is told to read it again.
@Suite(.serialized) struct `A relay that reads its manifest again` {
    /// The relay's program beside the test bundle; nil when it is not built. Its name is the
    /// target's where no product was asked for.
    static let program: String? = {
        let paths = Program.buildFolders.flatMap { folder in
            ["RelayCommand", "cityrelay"].map { "\(folder)/\($0)" }
        }
        let found = paths.filter { FileManager.default.isExecutableFile(atPath: $0) }
        // A program of another day may lie there too.
        func age(_ path: String) -> Date {
            let facts = try? FileManager.default.attributesOfItem(atPath: path)
            return facts?[.modificationDate] as? Date ?? .distantPast
        }
        return found.max { age($0) < age($1) }
    }()

    private func configuration(
        _ relay: FederationHarness.Relay, _ anchor: Digest
    ) throws -> String {
        let city = relay.city
        let folder = relay.folder
        let key = DeterministicKeys.secret(role: "relayer", code: city.code)
        try folder.write(Array("\(Hex.encode(key))\n".utf8), to: "account.key")
        _ = unsafe chmod(folder.file("account.key"), 0o600)
        try FileManager.default.createDirectory(
            atPath: folder.file("data"), withIntermediateDirectories: true)
        let text = """
            member: "\(city.member)"
            federation:
              manifest: \(folder.file("manifest.txt"))
              manifest_anchor: "\(anchor)"
            data_directory: \(folder.file("data"))
            peer:
              listen: "127.0.0.1:\(relay.port)"
              certificate: \(folder.file("relay.crt"))
              private_key: \(folder.file("relay.key"))
              authorities: \(relay.credentials.files.authority)
            chain:
              nodes: [\(city.address)]
              account_key_file: \(folder.file("account.key"))
              gas_price: "0.001stake"

            """
        try folder.write(Array(text.utf8), to: "relay.yaml")
        return folder.file("relay.yaml")
    }

    private func text(_ version: SignedManifest) -> [UInt8] {
        Array(Armour.encode(.manifest, version.encoded).utf8)
    }

    @Test(
        .enabled(if: program != nil, "the relay's program is not built beside the tests"),
        .timeLimit(.minutes(5)))
    func `a new version takes effect on SIGHUP, and a broken file changes nothing`() throws {
        let harness = try FederationHarness(["330100", "110000", "431300"])
        defer { harness.stop() }
        let relay = harness["330100"]
        let newcomer = try harness.addCity("320100")
        try relay.folder.write(text(harness.versions[0]), to: "manifest.txt")
        let log = relay.folder.file("relay.log")
        let child = try Program.start(
            [
                try #require(Self.program), "run", "--config",
                try configuration(relay, harness.versions[0].digest),
            ], output: log)
        defer { Program.end(child) }
        func said() -> String {
            String(decoding: (try? relay.folder.read("relay.log")) ?? [], as: UTF8.self)
        }
        func count(_ code: String) -> Int {
            said().split(separator: "\n").count { $0.contains(code) }
        }
        func versions() throws -> [UInt64] {
            try JournalReader(path: relay.folder.file("data/relay.db"))
                .manifests(after: 0, limit: 10).map(\.version)
        }
        try harness.until("the relay has started: \(said())") { count("relay/started") == 1 }

        // Not a manifest at all, then one whose block ends too early.
        let second = try harness.next { manifest in
            manifest.quorum = QuorumRule(.atLeast(3))
            manifest.set(try harness.entry(newcomer))
        }
        let broken: [[UInt8]] = [Array("not a manifest".utf8), Array(text(second).prefix(700))]
        for (index, bytes) in broken.enumerated() {
            try relay.folder.write(bytes, to: "manifest.txt")
            kill(child, SIGHUP)
            try harness.until("the error is logged") {
                count("members/reload-failed") == index + 1
            }
            #expect(try versions() == [1])
        }
        #expect(said().contains("federation.manifest"))

        // One that a stranger changed: whole, and not signed by enough.
        let forged = SignedManifest(second.sealed, signatures: Array(second.signatures.prefix(1)))
        try relay.folder.write(text(forged), to: "manifest.txt")
        kill(child, SIGHUP)
        try harness.until("the forgery is refused") {
            count("manifest/not-enough-signatures") == 1
        }
        #expect(try versions() == [1])

        try relay.folder.write(text(second), to: "manifest.txt")
        kill(child, SIGHUP)
        try harness.until("version 2 holds, and the newcomer is known") {
            count("manifest/adopted") == 1 && count("member/joined") == 1
        }
        #expect(try versions() == [1, 2])
        #expect(kill(child, 0) == 0, "the relay has ended: \(said())")
    }
}
