// SPDX-License-Identifier: Apache-2.0

import CityChain

/// The sums of each city's provident-fund ledger, read from its chain: what left one city for good
/// must have arrived in another, and nothing may stay locked once every letter has ended.
struct Money {
    private var totals:
        [(city: String, opened: UInt64, received: UInt64, locked: UInt64, settled: UInt64)] =
            []

    init(world: World) throws {
        for city in world.cities {
            let node = try world.node(city)
            func total(_ total: ProvidentFund.Total) throws -> UInt64 {
                let value = try node.value(
                    store: "providentfund", key: ProvidentFund.totalKey(total))
                return UInt64(String(decoding: value ?? [], as: UTF8.self)) ?? 0
            }
            totals.append(
                (
                    city.name, try total(.opened), try total(.received), try total(.locked),
                    try total(.settled)
                ))
        }
    }

    var isConserved: Bool {
        let received = totals.reduce(0) { $0 + $1.received }
        let settled = totals.reduce(0) { $0 + $1.settled }
        return received == settled && totals.allSatisfy { $0.locked == 0 }
    }

    var table: String {
        totals.map {
            "\($0.city): opened \(yuan($0.opened)), received \(yuan($0.received)), settled "
                + "\(yuan($0.settled)), locked \(yuan($0.locked)) yuan"
        }.joined(separator: "\n")
    }

    private func yuan(_ fen: UInt64) -> String {
        "\(fen / 100).\(Parcel.padded(Int(fen % 100), 2))"
    }
}
