// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import LightClient
import RelayAPI
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import TestSupport
import Testing

/// What monitors see, asked by stock Prometheus.
@Suite(.serialized) struct `Metrics for monitors` {
    /// Operations on a store without an engine beside it.
    static func service(_ folder: ScratchFolder) throws -> OperationsService {
        try OperationsService(
            OperationsContext(
                member: try DoorRig.member(), ownChainID: "hangzhou-330100-1",
                peers: {
                    [
                        StatusSources.Peer(
                            chainID: "beijing-110000-1", name: "Beijing",
                            trustingPeriodNanoseconds: 14 * 86_400 * 1_000_000_000)
                    ]
                },
                storeFile: folder.file("relay.db"), software: "test",
                certificates: [
                    (use: "peer", path: try DoorCallers.relay.get().files.certificate)
                ], now: { OperationsCommandTests.at(60) }, submit: { _ in false },
                look: { _ in nil },
                trace: { _, then in then(.unreachable(code: "peer/lost", detail: "")) },
                standing: { _, then in then(.untold("peer/lost")) }))
    }

    @Test func `the text is Prometheus's, and holds nothing personal`() async throws {
        let folder = try ScratchFolder()
        try OperationsCommandTests.store(folder)
        let service = try Self.service(folder)
        defer { service.stop() }
        let rig = try DoorRig(routes: service.routes)
        defer { rig.stop() }
        let observer = try DoorCallers.observer.get()
        let text = try await rig.call(observer, .get, "/metrics").text
        #expect(
            text.contains(
                "cityrelay_open_packets{chain=\"beijing-110000-1\",direction=\"out\","
                    + "state=\"forwarded\"} 1\n"))
        #expect(text.contains("cityrelay_parked_packets{chain=\"beijing-110000-1\","))
        #expect(text.contains("cityrelay_certificate_days_left{use=\"peer\"}"))
        #expect(text.contains("cityrelay_disk_free_bytes "))
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            #expect(
                line.hasPrefix("cityrelay_") && Int64(line.split(separator: " ").last ?? "") != nil)
        }
        for path in [
            "/metrics", "/routez", "/readyz", "/v1/operations/status",
            "/v1/operations/queue?dead=true", "/v1/operations/packets/out/07-tendermint-0/2",
        ] {
            let answer = try await rig.call(observer, .get, path).text
            for value in OperationsCommandTests.planted {
                #expect(!answer.contains(value), "\(path) shows \(value)")
            }
        }
        // The engine does not answer: not ready, and it says so; alive all the same.
        let ready = try await rig.call(observer, .get, "/readyz")
        #expect(ready.status == 503 && ready.text.contains("relay/not-running"))
        let hall = try DoorCallers.hall.get()
        #expect(try await rig.call(hall, .get, "/livez").text == "alive\n")
        #expect(try await rig.call(hall, .get, "/metrics").status == 403)
    }

    static let prometheus = Program.path("prometheus")

    @Test(.enabled(if: prometheus != nil, "Debian's prometheus is not installed"))
    func `a real Prometheus scrapes and answers queries`() async throws {
        let folder = try ScratchFolder()
        try OperationsCommandTests.store(folder)
        let service = try Self.service(folder)
        defer { service.stop() }
        let rig = try DoorRig(routes: service.routes)
        defer { rig.stop() }
        let lin = try DoorCallers.observer.get()
        let port = try FreePort.any()
        let configuration = """
            global: {scrape_interval: 1s}
            scrape_configs:
              - job_name: cityrelay
                scheme: https
                tls_config:
                  ca_file: \(lin.files.authority)
                  cert_file: \(lin.files.certificate)
                  key_file: \(lin.files.key)
                static_configs: [{targets: ["127.0.0.1:\(rig.door.port)"]}]

            """
        let file = folder.file("prometheus.yml")
        try Data(configuration.utf8).write(to: URL(filePath: file))
        let pid = try Program.start(
            [
                try #require(Self.prometheus), "--config.file=\(file)",
                "--storage.tsdb.path=\(folder.file("tsdb"))",
                "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
            ], output: folder.file("prometheus.log"))
        defer { Program.end(pid) }
        func query(_ text: String) throws -> String {
            try Program.run(
                [
                    "/usr/bin/curl", "--silent", "--get", "--data-urlencode", "query=\(text)",
                    "http://127.0.0.1:\(port)/api/v1/query",
                ], seconds: 10
            ).output
        }
        var answer = ""
        for _ in 0..<120 where !answer.contains("\"1\"") {
            usleep(500_000)
            answer = try query("sum(cityrelay_open_packets{state=\"forwarded\"})")
        }
        let log = (try? Corpus.read(folder.file("prometheus.log"))) ?? []
        #expect(
            answer.contains("\"1\""),
            "\(answer) \(String(decoding: log.suffix(600), as: UTF8.self))")
        #expect(try query("up{job=\"cityrelay\"}").contains("\"1\""))
        #expect(try query("cityrelay_route_ready").contains("beijing-110000-1"))
    }
}
