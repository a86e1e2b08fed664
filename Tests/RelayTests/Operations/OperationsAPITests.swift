// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI
import RelayEngine
import RelayStore
import RelayTransport
import Synchronization
import TestSupport
import Testing

extension `Relays among peers` {
    /// Operators of a running relay, over their API.
    @Suite(.serialized) struct `Operators at work` {
        /// Two linked cities; Hangzhou's relay has an API.
        static func harness() throws -> PeerHarness {
            let harness = try PeerHarness(limits: .init(), reconcileSeconds: 600)
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
            #expect(status["certificates"]?[0]?["daysLeft"]?.int64 ?? 0 > 80)

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

            let metrics = try await Self.call(harness, DoorCallers.observer, .get, "/metrics").text
            #expect(
                metrics.contains("cityrelay_peer_connected{chain=\"\(chain)\"} 1"), "\(metrics)")
            let live = try await Self.call(harness, DoorCallers.hall, .get, "/livez")
            #expect(live.text == "alive\n")
        }
    }
}
