// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import LightClient
import RelayAPI
import RelayLaboratory
import RelayTransport
import TestSupport
import Testing

/// Everything between two whole relays, one after the other: two cores make no more of it.
@Suite(.serialized) struct `Relays among peers` {
    /// Linked once; Beijing's relay is ended then, and tests speak in its place.
    static let shared = Result<PeerHarness, any Error> {
        let harness = try PeerHarness.linked()
        harness.beijing.stop()
        return harness
    }
}

extension `Relays among peers` {
    @Suite(.serialized) struct `Stock clients` {
        /// Debian's Python: its grpcio is a package of its own.
        static let python = "/usr/bin/python3"

        static let hasGRPC: Bool = {
            guard FileManager.default.isExecutableFile(atPath: python),
                let result = try? Program.run([python, "-c", "import grpc, grpc_tools"])
            else { return false }
            return result.status == 0
        }()

        @Test(
            .enabled(
                if: hasGRPC,
                "python3-grpcio and python3-grpc-tools are not installed: no stock gRPC client"))
        func `a stock gRPC client calls every peer method`() async throws {
            let harness = try `Relays among peers`.shared.get()
            let folder = try ScratchFolder()
            let proto = "\(Corpus.root)/Sources/Federation/Proto"
            let compiled = try Program.run([
                Self.python, "-m", "grpc_tools.protoc", "-I\(proto)",
                "--python_out=\(folder.path)", "--grpc_python_out=\(folder.path)",
                "\(proto)/federation/v1/peer.proto",
            ])
            try #require(compiled.status == 0, "\(compiled.output)")

            let packets = try harness.send(
                from: harness.beijing,
                [harness.beijing.city.letter(1), harness.beijing.city.letter(2)])
            harness.beijing.city.makeBlocks()
            try folder.write(try facts(harness, packets), to: "facts.json")
            let result = try Program.run([
                Self.python, "\(Corpus.root)/Tests/Fixtures/peer_client.py", folder.path,
                folder.file("facts.json"),
            ])
            try #require(result.status == 0, "\(result.output)")
            try check(result.output, harness, packets)
        }

        private func facts(_ harness: PeerHarness, _ packets: [Packet]) throws -> [UInt8] {
            let made = try HandMadeDelivery(harness)
            let height = harness.beijing.city.height
            let request = try made.request(packets, under: height)
            let items = request.packets.map {
                "{\"packet\":\"\(Hex.encode($0.packet))\",\"proof\":\"\(Hex.encode($0.proof))\"}"
            }
            let files = harness.beijing.credentials.files
            let fields: [(String, String)] = [
                ("authority", "\"\(files.authority)\""), ("key", "\"\(files.key)\""),
                ("certificate", "\"\(files.certificate)\""), ("port", "\(harness.hangzhou.port)"),
                ("topology_digest", "\"\(Hex.encode(try harness.topology().digest.bytes))\""),
                ("own_chain", "\"\(harness.beijing.city.chainID)\""),
                ("peer_chain", "\"\(harness.hangzhou.city.chainID)\""),
                ("own_client", "\"\(try harness.client(on: harness.beijing))\""),
                ("peer_client", "\"\(try harness.client(on: harness.hangzhou))\""),
                ("clock", "\"\(Timestamp.wallClock.unixNanoseconds)\""),
                ("header", "\"\(Hex.encode(request.update.headers[0]))\""),
                ("proof_height", "\(height)"), ("peer_trusted", "1"),
                ("packets", "[\(items.joined(separator: ","))]"),
            ]
            return Array(
                "{\(fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ","))}".utf8)
        }

        private func check(
            _ output: String, _ harness: PeerHarness, _ packets: [Packet]
        ) throws {
            var answers: [String: JSON] = [:]
            for line in output.split(separator: "\n") {
                let json = try JSON.parse(line.utf8)
                answers[json["method"]?.string ?? ""] = json
            }
            let hello = try #require(answers["Handshake"])
            #expect(hello["chain"]?.string == harness.hangzhou.city.chainID)
            #expect(hello["version"]?.int64 == 1)
            #expect(hello["client"]?.string?.isEmpty == false)
            let delivered = try #require(answers["Deliver"])
            #expect(
                delivered["outcomes"]?.array?.compactMap(\.string)
                    == packets.map { _ in "OUTCOME_ACCEPTED" }, "\(output)")
            #expect(delivered["sequences"]?.array?.compactMap(\.uint64) == packets.map(\.sequence))
            // The packet is Beijing's own: nothing of it is Hangzhou's to acknowledge.
            let acknowledged = try #require(answers["Acknowledge"])
            #expect(acknowledged["outcomes"]?.array?.compactMap(\.string) == ["OUTCOME_REFUSED"])
            let proven = try #require(answers["Prove"])
            #expect(proven["values"]?.array?.compactMap(\.string) == [""])
            #expect(proven["proofs"]?.array?.compactMap(\.bool) == [true])
            #expect((proven["headers"]?.int64 ?? 0) > 0)
            #expect((answers["FetchHeaders"]?["headers"]?.int64 ?? 0) > 0)
            let reported = try #require(answers["Report"])
            #expect(reported["outcome"]?.string == "OUTCOME_REFUSED")
            #expect(reported["code"]?.string == "evidence/false")
            let refused = try #require(answers["refused"])
            #expect(refused["status"]?.string == "FAILED_PRECONDITION")
        }

        @Test(.enabled(if: `Transport with stock tools`.curl != nil, "curl is not installed"))
        func `curl reaches livez over HTTP 2, and nothing without a certificate`() throws {
            let harness = try `Relays among peers`.shared.get()
            let files = harness.beijing.credentials.files
            let curl = try #require(`Transport with stock tools`.curl)
            func get(_ path: String, _ more: [String]) throws -> Program.Result {
                try Program.run(
                    [
                        curl, "--silent", "--show-error", "--http2", "--cacert", files.authority,
                        "--write-out", "%{http_version} %{http_code}",
                        "https://127.0.0.1:\(harness.hangzhou.port)\(path)",
                    ] + more, seconds: 20)
            }
            let credentials = ["--cert", files.certificate, "--key", files.key]
            #expect(try get("/livez", credentials).output == "alive\n2 200")
            #expect(try get("/other", credentials).output == "2 404")
            #expect(try get("/livez", []).status != 0)
        }
    }
}
