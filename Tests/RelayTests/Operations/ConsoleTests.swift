// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayTransport
import Synchronization
import TestSupport
import Testing

extension `Relays among peers` {
    /// The console in a real browser: Debian's chromium, driven by its chromedriver.
    @Suite(.serialized) struct `The console in a browser` {
        static let hasBrowser = ["chromium", "chromedriver"].allSatisfy {
            Program.path($0) != nil
        }

        @Test func `every order of the relay but one has its button, and no other has`() throws {
            let folder = "\(Corpus.root)/Sources/Relay/API/Console/page"
            let text = String(decoding: try Corpus.read("\(folder)/orders.js"), as: UTF8.self)
            let names = text.matches(of: /\n  '?([a-z-]+)'?: {/).map { String($0.1) }
            // The whole route at once is for the command line.
            let kinds = OperatorAction.Kind.allCases.filter { $0 != .retryRoute }
            #expect(Set(names) == Set(kinds.map(\.rawValue) + ["undo"]))
        }

        @Test(.enabled(if: hasBrowser, "chromium and chromium-driver are not installed"))
        func `it shows a stuck packet and its why, parks it and releases it`() async throws {
            let harness = try PeerHarness(limits: .init(), reconcileSeconds: 600)
            defer { harness.stop() }
            let relay = try DoorCallers.relay.get()
            try harness.start(harness.hangzhou) { configuration in
                configuration.api = APIConfiguration(
                    address: "127.0.0.1", port: 0, tls: relay.files, admitsAnybody: true)
            }
            try harness.start(harness.beijing)
            try harness.link()
            let city = harness.hangzhou.city
            harness.beijing.stop()
            let stuck = try harness.send(from: harness.hangzhou, [city.letter(1)])
            try harness.until("the relay knows that its peer is gone") {
                city.makeBlocks()
                return try !harness.hangzhou.said("peer/lost").isEmpty
                    && harness.states(stuck, at: harness.hangzhou).first != nil
            }
            let packet = "out/\(try harness.client(on: harness.hangzhou))/\(stuck[0].sequence)"
            let port = try #require(harness.hangzhou.daemon.withLock { $0?.apiPort } ?? nil)

            let refused = try await DoorCallers.call(
                port: port, DoorCallers.wang.get(), .post, ConsoleService.linksPath,
                json: "{\"name\":\"wang\",\"role\":\"operator\"}")
            #expect(refused.body["code"]?.string == "access/wrong-kind")
            let link = try await DoorCallers.call(
                port: port, relay, .post, ConsoleService.linksPath,
                json: "{\"name\":\"wang\",\"role\":\"operator\"}")
            let path = try #require(link.body["path"]?.string)
            let higher = try await DoorCallers.call(
                port: port, relay, .post, ConsoleService.linksPath,
                json: "{\"name\":\"wang\",\"role\":\"administrator\"}")
            #expect(higher.body["code"]?.string == "console/role-by-certificate")

            let folder = try Pictures.folder()
            let outcome = try Program.run(
                [
                    "/usr/bin/python3", "\(Corpus.root)/Tests/Console/drive_console.py",
                    "https://127.0.0.1:\(port)\(path)", packet, folder,
                ], seconds: 180)
            #expect(outcome.status == 0, "\(outcome.output.prefix(2_000))")
            #expect(outcome.output.contains("seen as person/operator/link:wang"))
        }
    }
}

/// Where the console's pictures go: beside the documents when $CITYRELAY_SCREENSHOTS names them.
private enum Pictures {
    static func folder() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        let folder =
            environment["CITYRELAY_SCREENSHOTS"]
            ?? FileManager.default.temporaryDirectory.path + "/cityrelay-console"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        return folder
    }
}
