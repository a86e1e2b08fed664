// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayAPI
import RelayCommand
import RelayEngine
import RelayLaboratory
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

extension `Relays among peers` {
    /// Operators of a running relay, over their API.
    @Suite(.serialized) struct `Operators at work` {
        /// Two linked cities; Hangzhou's relay has an API.
        static func harness(powers: [Int64]? = nil) throws -> PeerHarness {
            let harness = try PeerHarness(
                limits: .init(), reconcileSeconds: 600, powers: powers)
            let api = try DoorCallers.relay.get()
            try harness.start(harness.hangzhou) { configuration in
                configuration.api = APIConfiguration(
                    address: "127.0.0.1", port: 0, tls: api.files)
            }
            try harness.start(harness.beijing)
            try harness.link()
            return harness
        }

        static func call(
            _ harness: PeerHarness, _ caller: Result<Laboratory.Credentials, any Error>,
            _ method: HTTPMethod, _ path: String, json: String? = nil
        ) async throws -> (status: Int, body: JSON, text: String) {
            let port = harness.hangzhou.daemon.withLock { $0?.apiPort } ?? nil
            return try await DoorCallers.call(
                port: try #require(port), try caller.get(), method, path, json: json)
        }

        /// The same over the command line, with the certificates of people.
        static func commands(_ harness: PeerHarness, _ packet: String, _ chain: String) throws {
            let relay = try DoorCallers.relay.get().files
            let port = harness.hangzhou.daemon.withLock { $0?.apiPort } ?? nil
            let yaml = """
                member: "330100/330100000000000"
                topology: topology.yaml
                data_directory: \(harness.hangzhou.store.dropLast("/relay.db".count))
                peer:
                  listen: 127.0.0.1:\(harness.hangzhou.port)
                  certificate: \(relay.certificate)
                  private_key: \(relay.key)
                  authorities: \(relay.authority)
                api:
                  listen: 127.0.0.1:\(try #require(port))
                chain:
                  nodes: [http://127.0.0.1:26657]
                  account_key_file: account.key
                  gas_price: "0.001stake"

                """
            let samples = ConfigurationSamples.files(relay: yaml)
            func run(
                _ words: [String], as caller: Result<Laboratory.Credentials, any Error>? = nil
            ) throws -> (status: RelayCommand.ExitStatus, output: String, errors: String) {
                var console = Console(now: Timestamp.wallClock, files: samples)
                var words = words + ["--config", "/etc/relay/relay.yaml"]
                if let files = try caller?.get().files {
                    words += ["--certificate", files.certificate, "--key", files.key]
                }
                let status = CommandTree.cityrelay.run(words, &console)
                return (status, console.output, console.errors)
            }
            let status = try run(["status"])
            #expect(status.output.contains("running for"), "\(status.output)\(status.errors)")
            #expect(status.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
            let why = try run(["why", "packet", packet])
            #expect(why.output.contains("code   ended/acknowledged"), "\(why.output)")
            let trace = try run(["packet", "trace", packet])
            #expect(trace.output.contains("The other relay answered"), "\(trace.output)")
            let pause = ["queue", "pause", chain]
            let own = try run(pause + ["--reason", "x"])
            #expect(own.errors.contains("access/wrong-kind"), "\(own.errors)")
            let small = try run(pause + ["--reason", "x"], as: DoorCallers.observer)
            #expect(small.errors.contains("access/role-too-small") && small.status == .negative)
            let silent = try run(pause, as: DoorCallers.wang)
            #expect(silent.errors.contains("action/no-reason"), "\(silent.errors)")
            let done = try run(pause + ["--reason", "their upgrade"], as: DoorCallers.wang)
            #expect(done.output.contains("undo: cityrelay queue undo"), "\(done.errors)")
            #expect(try run(["why", "route", chain]).output.contains("queue/paused"))
            try strangeNames { try run($0).errors }
            let undo = done.output.split(separator: " ").first.map { String($0.dropFirst()) } ?? ""
            let undone = try run(
                ["queue", "undo", undo, "--reason", "done"], as: DoorCallers.wang)
            #expect(undone.output.contains("resume-queue"), "\(undone.errors)")
            // Somebody pauses again: what was done before is no longer what holds.
            let again = try run(pause + ["--reason", "their next upgrade"], as: DoorCallers.wang)
            #expect(again.status == .success, "\(again.errors)")
            let number = try #require(UInt64(undo))
            let late = try run(
                ["queue", "undo", String(number + 1), "--reason", "x"], as: DoorCallers.wang)
            #expect(late.errors.contains("action/overtaken"), "\(late.output)\(late.errors)")
            #expect(try run(["why", "route", chain]).output.contains("queue/paused"))
        }

        /// Whatever is typed for a chain is a chain that there is not.
        static func strangeNames(_ errors: ([String]) throws -> String) throws {
            for word in ["", "..", "../x", "?", "%2e", "x y", "\u{202e}gnijieb", "北京"] {
                for kind in ["route", "client", "peer"] {
                    let said = try errors(["why", kind, word])
                    #expect(said.contains("route/unknown: "), "\(word): \(said)")
                    #expect(PlainText.isLine(said.replacing("\n", with: "")))
                }
            }
        }

        @Test func `a stuck packet is found, explained, parked, released and undone`() async throws
        {
            let harness = try Self.harness()
            defer { harness.stop() }
            let wang = DoorCallers.wang
            let base = "/v1/operations"
            let city = harness.hangzhou.city
            let sent = try harness.send(from: harness.hangzhou, [city.letter(1)])
            try harness.until("the letter has ended") {
                try harness.states(sent, at: harness.hangzhou) == [.acknowledged]
            }
            // The other city's relay goes away: what is sent now is stuck.
            harness.beijing.stop()
            let stuck = try harness.send(from: harness.hangzhou, [city.letter(2)])
            let name = "out/\(try harness.client(on: harness.hangzhou))/\(stuck[0].sequence)"
            let chain = harness.beijing.city.chainID
            try harness.until("the relay knows that its peer is gone") {
                city.makeBlocks()
                return try harness.hangzhou.said("peer/lost").isEmpty == false
                    && harness.states(stuck, at: harness.hangzhou).first != nil
            }
            var why = JSON.null
            for _ in 0..<200 where why["reason"]?["cause"]?.string != "the network" {
                city.makeBlocks()
                why = try await Self.call(harness, wang, .get, "\(base)/why/packet/\(name)").body
            }
            #expect(why["reason"]?["cause"]?.string == "the network", "\(why)")
            #expect(why["reason"]?["turn"]?.string == "peer")
            #expect(why["isLive"] == .bool(true))
            let route = try await Self.call(harness, wang, .get, "\(base)/why/route/\(chain)").body
            #expect(route["reason"]?["sentence"]?.string?.contains("not connected") == true)

            let status = try await Self.call(harness, DoorCallers.observer, .get, "\(base)/status")
                .body
            #expect(status["isRunning"] == .bool(true))
            #expect(status["routes"]?[0]?["outgoing"] == .integer(1))
            #expect(status["routes"]?[0]?["peer"]?.string == "lost")
            #expect(status["level"]?.string == "critical")
            #expect(status["routes"]?[0]?["hostedClient"]?.string == "active")
            let hosted = status["routes"]?[0]?["hostedTrustLeftPerMille"]?.int64 ?? 0
            #expect((950...1_000).contains(hosted))
            #expect(status["certificates"]?[0]?["daysLeft"]?.int64 ?? 0 > 80)
            let theirs = status["peerCertificates"]?[0]
            #expect(theirs?["name"]?.string?.hasPrefix("cityrelay://member/110000/") == true)
            #expect(theirs?["daysLeft"]?.int64 ?? 0 > 80, "\(status)")

            // Roles and reasons.
            func order(
                _ caller: Result<Laboratory.Credentials, any Error>, _ json: String
            ) async throws -> (status: Int, body: JSON, text: String) {
                try await Self.call(harness, caller, .post, "\(base)/actions", json: json)
            }
            let park = "{\"action\":\"park\",\"packet\":\"\(name)\",\"reason\":\"spoils the rest\"}"
            let small = try await order(DoorCallers.observer, park)
            #expect(small.body["code"]?.string == "access/role-too-small")
            let silent = try await order(wang, "{\"action\":\"park\",\"packet\":\"\(name)\"}")
            #expect(silent.body["code"]?.string == "action/no-reason")
            let unknown = try await order(
                wang, "{\"action\":\"park\",\"packet\":\"out/x/7\",\"reason\":\"r\"}")
            #expect(unknown.body["code"]?.string == "packet/unknown" && unknown.status == 404)
            let chief = try await order(
                wang, "{\"action\":\"discard\",\"packet\":\"\(name)\",\"reason\":\"r\"}")
            #expect(chief.body["code"]?.string == "access/role-too-small")
            for refused in [small, silent, unknown, chief] {
                #expect(refused.body["next"]?.string?.isEmpty == false)
            }
            let parked = try await order(wang, park)
            #expect(parked.status == 200, "\(parked.text)")
            #expect(parked.body["who"]?.string == "person/operator/wang")
            #expect(parked.body["canBeUndone"] == .bool(true))
            let number = try #require(parked.body["number"]?.int64)
            let dead = try await Self.call(harness, wang, .get, "\(base)/queue?dead=true").body
            #expect(dead["packets"]?[0]?["packet"]?.string == name)
            #expect(dead["packets"]?[0]?["cause"]?.string == "a person's decision")
            let holds = try await order(
                DoorCallers.chief,
                "{\"action\":\"discard\",\"packet\":\"\(name)\",\"reason\":\"r\"}")
            #expect(holds.body["code"]?.string == "dead/holds-money" && holds.status == 409)

            let undone = try await Self.call(
                harness, wang, .post, "\(base)/actions/\(number)/undo",
                json: "{\"reason\":\"it was the network\"}")
            #expect(undone.body["action"]?.string == "release", "\(undone.text)")
            let twice = try await Self.call(
                harness, wang, .post, "\(base)/actions/\(number)/undo",
                json: "{\"reason\":\"again\"}")
            #expect(twice.body["code"]?.string == "action/undone-already")
            let actions = try await Self.call(harness, wang, .get, "\(base)/actions").body[
                "actions"]
            #expect(actions?[0]?["undoes"]?.int64 == number)
            #expect(actions?[1]?["undoneBy"] != nil)

            // The peer comes back: the packet goes on and its timeline has all of it.
            try harness.start(harness.beijing)
            try harness.until("the stuck letter has ended") {
                try harness.states(stuck, at: harness.hangzhou) == [.acknowledged]
            }
            let shown = try await Self.call(harness, wang, .get, "\(base)/packets/\(name)").body
            let steps = shown["steps"]?.array?.compactMap { $0["step"]?.string } ?? []
            #expect(steps.contains("observed") && steps.contains("acknowledged"), "\(steps)")
            #expect(steps.contains("operator") && steps.contains("transaction"), "\(steps)")
            #expect(shown["payloads"]?[0]?["bytes"]?.int64 ?? 0 > 50)

            // Both relays tell their part; the other one nothing that is for its own people.
            let trace = try await Self.call(
                harness, wang, .get, "\(base)/packets/\(name)/trace")
            #expect(trace.body["peerAnswered"] == .bool(true), "\(trace.text)")
            #expect(trace.body["peerState"]?.string == "acknowledgement-delivered")
            let cities = Set(trace.body["steps"]?.array?.compactMap { $0["city"]?.string } ?? [])
            #expect(cities == [city.chainID, chain])
            // No value of the letter anywhere: its account and its message stay in the packet.
            let person = SyntheticPeople.accountReference(division: city.code, index: 2)
            var everything = [trace.text, parked.text]
            for path in [
                "status", "queue?open=false", "packets/\(name)", "why/packet/\(name)", "actions",
            ] {
                everything.append(
                    try await Self.call(harness, wang, .get, "\(base)/\(path)").text)
            }
            for text in everything {
                #expect(!text.contains(person) && !text.contains("TranAmt"), "\(text)")
            }
            try Self.commands(harness, name, chain)

            let metrics = try await Self.call(harness, DoorCallers.observer, .get, "/metrics").text
            #expect(
                metrics.contains("cityrelay_peer_connected{chain=\"\(chain)\"} 1"), "\(metrics)")
            #expect(metrics.contains("cityrelay_hosted_client_active{chain=\"\(chain)\"} 1"))
            #expect(metrics.contains("cityrelay_hosted_client_trust_left_seconds{"))
            let live = try await Self.call(harness, DoorCallers.hall, .get, "/livez")
            #expect(live.text == "alive\n")
        }
    }
}
