// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayStore

extension Act {
    static let rotation = Act(
        name: "rotation", title: "Nanjing's relay gets another key; no stream is dropped",
        asserts: "two keys in an overlap; no peer lost, no call cut off",
        needs: ["registration"]
    ) { stage in
        let world = stage.world
        let city = City.nanjing
        let registry = try world.papers()
        let voters = ["Hangzhou", "Loudi", Registry.ministry]
        let lost = try world.cities.map { try world.mentions("peer/lost", in: $0) }
        let sent = stage.packets.count

        try registry.approve(registry.rotateRelayKey(city, isFinish: false), by: voters)
        try trade(stage)
        try world.give(to: .loudi)
        try world.waitForVersion()
        say("· both keys count from version \(registry.version) on")
        try world.installKey("\(registry.home(city.name))/relay.next.key", of: city)
        // Letters both ways, so that calls are under way while connections change.
        for _ in 0..<4 {
            try trade(stage)
            sleep(1)
        }
        try registry.approve(registry.rotateRelayKey(city, isFinish: true), by: voters)
        try world.give(to: .beijing)
        try trade(stage)
        try world.waitForVersion()
        say("· the old key no longer counts from version \(registry.version) on")
        try trade(stage)
        try stage.wait(forPart: 1, of: 1)
        for (place, city) in world.cities.enumerated() {
            let now = try world.mentions("peer/lost", in: city)
            try stage.require(
                now == lost[place], "\(city.name)'s relay lost a peer \(now - lost[place]) times")
        }
        try requireNoneCut(Array(stage.packets[sent...]), stage)
        say(
            "· \(stage.packets.count - sent) letters meanwhile, no connection lost, no call cut off"
        )
    }

    private static func trade(_ stage: Stage) throws {
        for other in stage.world.cities where other != .nanjing {
            try stage.send(2, from: other, to: .nanjing)
            try stage.send(2, from: .nanjing, to: other)
        }
    }

    private static func requireNoneCut(_ packets: [Tracked], _ stage: Stage) throws {
        for packet in packets {
            let attempts = try stage.world.journal(packet.from).attempts(of: packet.id)
            let cut = attempts.filter { $0.code.hasPrefix("transport/") }
            try stage.require(cut.isEmpty, "\(packet.id): \(cut.map(\.code))")
        }
    }
}
