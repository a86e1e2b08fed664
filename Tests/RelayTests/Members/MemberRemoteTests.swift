// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayAPI
import RelayCommand
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// An authority on a machine of its own, without a relay's configuration, works through the API of
/// its member's relay.
@Suite(.serialized) struct `Member changes from another machine` {
    private static let cities = ["330100", "110000", "431300"]

    private struct Desk {
        let folder: ScratchFolder
        let port: Int
        let authority: String

        /// Words beginning with @ are files of the folder.
        func run(
            _ words: String, as caller: Result<Laboratory.Credentials, any Error>? = nil,
            _ more: [String] = []
        ) throws -> (status: RelayCommand.ExitStatus, output: String, errors: String) {
            var console = Console(now: Timestamp.wallClock)
            let name =
                ["renew", "approve", "reject"].contains(words.prefix { $0 != " " })
                ? "--certificate-key" : "--key"
            var list = words.split(separator: " ").map { word in
                word.hasPrefix("@") ? folder.file(String(word.dropFirst())) : String(word)
            }
            if let caller {
                let files = try caller.get().files
                list += [
                    "--relay", "127.0.0.1:\(port)", "--certificate", files.certificate, name,
                    files.key, "--authorities", authority,
                ]
            }
            let status = CommandTree.cityrelay.run(["member"] + list + more, &console)
            return (status, console.output, console.errors)
        }

        /// An authority's key as `member init` would have left it.
        func key(_ code: String, _ name: String) throws {
            let seed = SHA256.hash(Array("authority \(code)".utf8)).bytes
            let head = try #require(Hex.decode("302e020100300506032b657004220420"))
            let body = Data(head + seed).base64EncodedString()
            try folder.write(
                Array("-----BEGIN PRIVATE KEY-----\n\(body)\n-----END PRIVATE KEY-----\n".utf8),
                to: name)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o600], ofItemAtPath: folder.file(name))
        }
    }

    private func start(_ relay: FederationHarness.Relay, _ harness: FederationHarness) throws {
        try harness.start(relay, with: harness.versions) { configuration in
            guard relay.city.code == "330100" else { return }
            configuration.api = APIConfiguration(
                address: "127.0.0.1", port: 0, tls: try DoorCallers.relay.get().files)
        }
    }

    private func desk(_ harness: FederationHarness) throws -> Desk {
        let port = harness["330100"].daemon.withLock { $0?.apiPort } ?? nil
        let desk = Desk(
            folder: try ScratchFolder(), port: try #require(port),
            authority: try DoorCallers.relay.get().files.authority)
        try desk.folder.write(
            Array(Armour.encode(.manifest, harness.versions[0].encoded).utf8), to: "m1")
        try desk.key("330100", "authority.key")
        return desk
    }

    @Test func `a proposal is handed in, overtaken, shown as that, and renewed from there`()
        async throws
    {
        let harness = try FederationHarness(Self.cities, quorum: 3)
        defer { harness.stop() }
        for relay in harness.relays { try start(relay, harness) }
        let hangzhou = harness["330100"]
        var desk = try desk(harness)
        let made = try desk.run(
            "suspend 110000/110000000000000 --manifest @m1 --key @authority.key --out @p --reason",
            ["the seal was lost"])
        #expect(made.status == .success, "\(made.errors)")
        let handed = try desk.run(
            "submit --file @p --file @p.approval", as: DoorCallers.wang)
        #expect(handed.status == .success, "\(handed.errors)")
        let list = try desk.run("list --open", as: DoorCallers.observer)
        #expect(list.output.contains("1 of 3 approvals"), "\(list.output) \(list.errors)")
        let open = try #require(hangzhou.daemon.withLock { $0?.openProposals?.open.first })
        let digest = String(open.digest.prefix(12))
        let review = try desk.run("review --open \(digest)", as: DoorCallers.observer)
        #expect(review.output.contains("is now suspended: the seal was lost"), "\(review.errors)")
        let shown = try desk.run("show 110000/110000000000000", as: DoorCallers.observer)
        #expect(shown.output.contains("open: suspend 110000/110000000000000"), "\(shown.output)")

        let next = try harness.next { $0.note = "renewed" }
        try desk.folder.write(Array(Armour.encode(.manifest, next.encoded).utf8), to: "m2")
        let version = try desk.run("submit --file @m2", as: DoorCallers.wang)
        #expect(version.status == .success, "\(version.errors)")
        try harness.until("version 2 holds") { harness.version(at: hangzhou) == 2 }
        let overtaken = try desk.run("list --open", as: DoorCallers.observer)
        #expect(overtaken.output.contains("nothing is open"))
        #expect(
            overtaken.output.contains("overtaken by version 2; its 1 approval counts no more"),
            "\(overtaken.output)")
        #expect(overtaken.output.contains("cityrelay member renew --open \(digest)"))
        let gone = try desk.run("review --open \(digest)", as: DoorCallers.observer)
        #expect(gone.errors.contains("proposal/overtaken"), "\(gone.errors)")

        // A relay that starts again still says it.
        hangzhou.stop()
        try start(hangzhou, harness)
        let port = hangzhou.daemon.withLock { $0?.apiPort } ?? nil
        desk = Desk(
            folder: desk.folder, port: try #require(port), authority: desk.authority)
        let later = try desk.run("show 110000/110000000000000", as: DoorCallers.observer)
        #expect(later.output.contains("overtaken by version 2"), "\(later.output) \(later.errors)")

        let renewed = try desk.run(
            "renew --open \(digest) --key @authority.key --out @p2", as: DoorCallers.wang)
        #expect(renewed.status == .success, "\(renewed.errors)")
        #expect(renewed.output.contains("is now suspended: the seal was lost"))
        let again = try desk.run("submit --file @p2 --file @p2.approval", as: DoorCallers.wang)
        #expect(again.status == .success, "\(again.errors)")
        let after = try desk.run("list --open", as: DoorCallers.observer)
        #expect(after.output.contains("1 of 3 approvals"), "\(after.output)")
        #expect(!after.output.contains("overtaken"), "\(after.output)")

        // Two more authorities, each with its own key, look and approve from where they are.
        let opened = try #require(hangzhou.daemon.withLock { $0?.openProposals?.open.first })
        for code in ["110000", "431300"] {
            try desk.key(code, "\(code).key")
            let approved = try desk.run(
                "approve --open \(opened.digest) --key @\(code).key --out @\(code).approval",
                as: DoorCallers.wang)
            #expect(approved.status == .success, "\(approved.errors)")
            let given = try desk.run("submit --file @\(code).approval", as: DoorCallers.wang)
            #expect(given.status == .success, "\(given.errors)")
        }
        try harness.until("version 3 holds") { harness.version(at: hangzhou) == 3 }
    }

    @Test func `what keeps the API from answering has its code and a next step`() throws {
        let harness = try FederationHarness(Self.cities, quorum: 3)
        defer { harness.stop() }
        try start(harness["330100"], harness)
        let desk = try desk(harness)
        let looker = try desk.run("submit --file @m1", as: DoorCallers.observer)
        #expect(looker.errors.contains("access/role-too-small"), "\(looker.errors)")
        let foreign = try desk.run("list --open", as: DoorCallers.stranger)
        #expect(foreign.errors.contains("relay/not-reached"), "\(foreign.errors)")
        #expect(foreign.errors.contains("330100"), "whose relay it is: \(foreign.errors)")
        let nameless = try desk.run("list --open", as: DoorCallers.nameless)
        #expect(nameless.errors.contains("identity/no-uri-name"), "\(nameless.errors)")
        let nowhere = try desk.run("list --open --relay nowhere")
        #expect(nowhere.errors.contains("relay/address"), "\(nowhere.errors)")
        let few = try desk.run("list --open --relay 127.0.0.1:\(desk.port)")
        #expect(few.status == .usage && few.errors.contains("--authorities"), "\(few.errors)")
        harness.stop()
        let gone = try desk.run("list --open", as: DoorCallers.observer)
        #expect(
            gone.status == .unavailable && gone.errors.contains("relay/not-reached"),
            "\(gone.errors)")
    }
}
