// SPDX-License-Identifier: Apache-2.0

import Federation
import FoundationEssentials
import Glibc
import RelayStore

/// Which client on one city's chain follows which other chain, as the relays' stores say.
struct Links {
    private var clients: [String: String] = [:]

    func client(on city: City, of other: City) -> String {
        clients["\(city.code)/\(other.chainID)"] ?? ""
    }

    /// Waits until every relay has a registered client of every other chain.
    static func wait(for world: World, seconds: Int, say: (String) -> Void) throws -> Links {
        var links = Links()
        let wanted = world.cities.count * (world.cities.count - 1)
        for second in 0..<seconds {
            for city in world.cities {
                guard FileManager.default.fileExists(atPath: world.storePath(city)),
                    let reader = try? JournalReader(path: world.storePath(city)),
                    let records = try? reader.links()
                else { continue }
                for record in records where record.isRegistered && !record.remoteClient.isEmpty {
                    links.clients["\(city.code)/\(record.counterpartyChain)"] = record.localClient
                }
            }
            if links.clients.count == wanted { return links }
            try world.requireRelays()
            if second % 5 == 4 { say("\(links.clients.count) of \(wanted) clients are registered") }
            sleep(1)
        }
        throw World.Failure(
            description: "only \(links.clients.count) of \(wanted) clients were registered in "
                + "\(seconds) s; see \(world.directory)/log")
    }
}
