// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import RelayAPI
import RelayCommand
import RelayLaboratory
import RelayTransport
import TestSupport
import Testing

/// The plain listener for stock monitors on the relay's machine.
@Suite(.serialized) struct `Metrics without a certificate` {
    static func curl(_ port: Int, _ words: [String]) throws -> (status: String, output: String) {
        let outcome = try Program.run(
            [
                "/usr/bin/curl", "--silent", "--max-time", "10", "--write-out", "\n%{http_code}",
            ] + words.map { $0.replacing("PORT", with: "\(port)") }, seconds: 15)
        var lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
        let status = lines.popLast().map(String.init) ?? ""
        return (status, lines.joined(separator: "\n"))
    }

    static func rig(
        _ body: (MetricsDoor, ScratchFolder) throws -> Void
    ) throws {
        let folder = try ScratchFolder()
        try OperationsCommandTests.store(folder)
        let service = try `Metrics for monitors`.service(folder)
        defer { service.stop() }
        let door = try MetricsDoor(
            MetricsConfiguration(address: "127.0.0.1", port: 0), own: try DoorRig.member(),
            routes: service.health)
        defer { door.stop() }
        try body(door, folder)
    }

    @Test func `what a monitor needs is there, and nothing else`() throws {
        try Self.rig { door, _ in
            let base = "http://127.0.0.1:PORT"
            let metrics = try Self.curl(door.port, ["\(base)/metrics"])
            #expect(metrics.status == "200")
            #expect(metrics.output.contains("cityrelay_open_packets{"))
            for value in OperationsCommandTests.planted {
                #expect(!metrics.output.contains(value))
            }
            #expect(try Self.curl(door.port, ["\(base)/livez"]).output == "alive\n")
            let ready = try Self.curl(door.port, ["\(base)/readyz"])
            #expect(ready.status == "503" && ready.output.contains("relay/not-running"))
            #expect(
                try Self.curl(door.port, ["\(base)/routez"]).output.contains("beijing-110000-1"))
            let long = String(repeating: "x", count: 9_000)
            let cases: [(words: [String], status: String)] = [
                (["http://localhost:PORT/livez"], "200"), (["--head", "\(base)/livez"], "200"),
                (["--http1.0", "\(base)/livez"], "200"), (["\(base)/livez?x=1"], "200"),
                (["\(base)/v1/operations/status"], "404"), (["\(base)/console"], "404"),
                (["--data", "x", "\(base)/livez"], "405"),
                (["--request", "GET", "--data", "x", "\(base)/livez"], "413"),
                (["--header", "Host: evil.example", "\(base)/metrics"], "421"),
                (["--header", "X: \(long)", "\(base)/livez"], "431"),
            ]
            for (words, status) in cases {
                #expect(try Self.curl(door.port, words).status == status, "\(words)")
            }
        }
    }

    @Test func `heads that are none are refused, whatever they hold`() {
        typealias Fault = PlainRequest.Fault
        let cases: [(head: String, fault: Fault)] = [
            ("", .malformed), ("GET /", .malformed), ("GET  / HTTP/1.1", .malformed),
            ("GET / HTTP/1.1", .malformed), ("GET x HTTP/1.1\r\nhost: a", .malformed),
            ("GET http://a/ HTTP/1.1\r\nhost: a", .malformed),
            ("GET / HTTP/1.1\r\nhost: a\r\nhost: b", .malformed),
            ("GET / HTTP/1.1\r\nhost : a", .malformed), ("GET / HTTP/1.1\r\n x", .malformed),
            ("PRI * HTTP/2.0", .version), ("PUT / HTTP/1.1\r\nhost: a", .method),
            ("GET / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked", .bodyGiven),
        ]
        for (head, fault) in cases {
            #expect(throws: fault) { try PlainRequest(head: Array(head.utf8)) }
        }
        let good = Array("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:9\r\nAccept: */*".utf8)
        #expect((try? PlainRequest(head: good))?.isForLoopback == true)
        var generator = Generator(seed: 11)
        for _ in 0..<2_000 {
            var bytes = good
            for _ in 0..<4 {
                bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(
                    truncatingIfNeeded: generator.next())
            }
            _ = try? PlainRequest(head: bytes)
        }
        for host in ["127.0.0.1.evil.example", "127.1", "evil.example:80", "128.0.0.1"] {
            let head = Array("GET / HTTP/1.1\r\nhost: \(host)".utf8)
            #expect((try? PlainRequest(head: head))?.isForLoopback == false, "\(host)")
        }
    }

    @Test func `it listens on this machine alone`() throws {
        for address in ["0.0.0.0", "::", "10.0.0.1"] {
            #expect(throws: TransportError.self) {
                try MetricsDoor(
                    MetricsConfiguration(address: address, port: 0), own: try DoorRig.member(),
                    routes: [])
            }
        }
        let yaml = ConfigurationSamples.relay + "metrics:\n  listen: "
        #expect(
            ConfigurationSamples.load(relay: yaml + "127.0.0.1:27300\n").relay?.metricsListen?.port
                == 27_300)
        for address in ["0.0.0.0:27300", "10.0.0.1:27300", "localhost:27300", "127.0.0.x:27300"] {
            let findings = ConfigurationSamples.load(relay: yaml + "\(address)\n").findings
            #expect(
                findings.contains { "\($0)".contains("asks for no certificate") }, "\(findings)")
        }
    }

    @Test(
        .enabled(
            if: `Metrics for monitors`.prometheus != nil, "Debian's prometheus is not installed"))
    func `a real Prometheus scrapes with nothing but the address`() throws {
        try Self.rig { door, folder in
            let port = try FreePort.any()
            let file = folder.file("prometheus.yml")
            let configuration = """
                global: {scrape_interval: 1s}
                scrape_configs:
                  - job_name: cityrelay
                    static_configs: [{targets: ["127.0.0.1:\(door.port)"]}]

                """
            try Data(configuration.utf8).write(to: URL(filePath: file))
            let pid = try Program.start(
                [
                    try #require(`Metrics for monitors`.prometheus), "--config.file=\(file)",
                    "--storage.tsdb.path=\(folder.file("tsdb"))",
                    "--web.listen-address=127.0.0.1:\(port)", "--log.level=warn",
                ], output: folder.file("prometheus.log"))
            defer { Program.end(pid) }
            var answer = ""
            for _ in 0..<120 where !answer.contains("\"1\"") {
                usleep(500_000)
                answer = try Self.curl(
                    port,
                    [
                        "--get", "--data-urlencode", "query=up{job=\"cityrelay\"}",
                        "http://127.0.0.1:PORT/api/v1/query",
                    ]
                ).output
            }
            #expect(answer.contains("\"1\""), "\(answer)")
            let parked = try Self.curl(
                port,
                [
                    "--get", "--data-urlencode", "query=cityrelay_parked_packets",
                    "http://127.0.0.1:PORT/api/v1/query",
                ])
            #expect(parked.output.contains("chain/unknown-port"), "\(parked.output)")
        }
    }
}
