// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayAPI
import RelayConnectors
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

/// What those who watch are told, and when.
@Suite struct `The status as events` {
    static func report(_ seconds: Int64, _ reader: JournalReader) throws -> StatusFingerprint {
        var sources = StatusSources(
            now: OperationsCommandTests.at(seconds), member: try DoorRig.member(),
            ownChainID: "hangzhou-330100-1",
            peers: [
                StatusSources.Peer(
                    chainID: "beijing-110000-1", name: "Beijing",
                    trustingPeriodNanoseconds: 14 * 86_400 * 1_000_000_000)
            ])
        try sources.read(reader)
        return StatusFingerprint(StatusReport(sources), queues: sources.gauges)
    }

    @Test func `time alone is no news, a packet that moves is`() throws {
        let folder = try ScratchFolder()
        try OperationsCommandTests.store(folder)
        let reader = try JournalReader(path: folder.file("relay.db"))
        let first = try Self.report(60, reader)
        #expect(try Self.report(300, reader) == first)
        let journal = try SQLiteJournal(
            path: folder.file("relay.db"), owner: "330100/330100000000000")
        var moved = OperationsCommandTests.record(3, .forwarded)
        moved.lastChanged = OperationsCommandTests.at(61)
        try journal.commit([.packet(moved)])
        #expect(try Self.report(62, reader) != first)
    }

    @Test func `a change has a new number, a heartbeat the old one`() throws {
        let folder = try ScratchFolder()
        try OperationsCommandTests.store(folder)
        let reader = try JournalReader(path: folder.file("relay.db"))
        let calm = try Self.report(60, reader)
        var told = ToldStatus()
        let isFirst = told.isNews(calm)
        #expect(isFirst && told.revision == 1)
        var beats = 0
        for _ in 0..<25 where told.isNews(calm) { beats += 1 }
        #expect(beats == 2 && told.revision == 1)
        try SQLiteJournal(path: folder.file("relay.db"), owner: "330100/330100000000000").commit([
            .packet(OperationsCommandTests.record(3, .parked))
        ])
        let news = try Self.report(60, reader)
        let isNews = told.isNews(news)
        let isNewsAgain = told.isNews(news)
        #expect(isNews && !isNewsAgain && told.revision == 2)
    }
}

extension `Relays among peers` {
    @Suite(.serialized) struct `A stream of events` {
        /// The ids of the status events in a file.
        static func ids(_ path: String) -> [String] {
            let text = String(decoding: (try? Corpus.read(path)) ?? [], as: UTF8.self)
            return text.split(separator: "\n\n").filter { $0.contains("event: status") }
                .compactMap { event in
                    event.split(separator: "\n").first { $0.hasPrefix("id: ") }.map(String.init)
                }
        }

        @Test func `it is silent while nothing changes, and tells an order at once`() async throws {
            let harness = try `Operators at work`.harness()
            defer { harness.stop() }
            let wang = try DoorCallers.wang.get()
            let port = try #require(harness.hangzhou.daemon.withLock { $0?.apiPort } ?? nil)
            let file = harness.hangzhou.folder.file("events")
            let pid = try Program.start(
                [
                    "/usr/bin/curl", "--silent", "--no-buffer", "--http2", "--cert",
                    wang.files.certificate, "--key", wang.files.key, "--cacert",
                    wang.files.authority, "--resolve", "relay:\(port):127.0.0.1", "--insecure",
                    "https://127.0.0.1:\(port)/v1/operations/events",
                ], output: file)
            defer { Program.end(pid) }
            try harness.until("the first event") { !Self.ids(file).isEmpty }
            // The link was just made: what that changes may still be told.
            sleep(3)
            let before = Self.ids(file)
            for _ in 0..<30 {
                harness.hangzhou.city.makeBlocks()
                harness.beijing.city.makeBlocks()
                usleep(100_000)
            }
            #expect(Self.ids(file).count <= before.count + 1, "\(Self.ids(file))")
            #expect(Set(Self.ids(file).suffix(1)) == Set(before.suffix(1)))
            let chain = harness.beijing.city.chainID
            let paused = try await `Operators at work`.call(
                harness, DoorCallers.wang, .post, "/v1/operations/actions",
                json: "{\"action\":\"pause-queue\",\"chain\":\"\(chain)\",\"reason\":\"test\"}")
            #expect(paused.status == 200, "\(paused.text)")
            try harness.until("the order is told", seconds: 10) {
                Self.ids(file).last != before.last
            }
        }
    }
}

extension `Relays among peers` {
    @Suite(.serialized) struct `Clients that our chain hosts` {
        @Test func `their own trusting period is read from their state`() throws {
            let harness = try PeerHarness()
            defer { harness.stop() }
            var connector: ConnectorConfiguration?
            try harness.start(harness.hangzhou) { connector = $0.connector }
            try harness.start(harness.beijing)
            try harness.link()
            let loop = try EventLoop(name: "test")
            defer { loop.stop() }
            let told = Mutex<HostedClient?>(nil)
            let asked = try CometBFTConnector(
                loop: loop, configuration: try #require(connector), now: { .wallClock }
            ) { event in
                if case .hostedClient(let client) = event { told.withLock { $0 = client } }
            }
            defer { asked.stop() }
            let name = try harness.client(on: harness.hangzhou)
            #expect(asked.perform(.readHostedClient(client: name)))
            try harness.until("the client was read", seconds: 20) {
                told.withLock { $0 } != nil
            }
            let client = told.withLock { $0 }
            #expect(client?.status == .active)
            #expect(client?.trustingPeriodNanoseconds == 14 * 86_400 * EngineTiming.second)
        }
    }
}
