// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

extension LetterTraffic {
    /// A licence that moves is in force in one city at a time: the new one only after the old one
    /// is gone for good, at every moment and on both chains at once.
    func licencesInForce() -> [String] {
        var found: [String] = []
        for city in federation.cities {
            for (place, move) in city.chain.state.letters.moves
            where move.side == .destination && move.phase == .taken {
                let words = place.split(separator: " ").map(String.init)
                let source = federation.city(words[0])?.chain.state.letters
                    .moves["\(city.id) \(words[1])"]
                if source?.phase != .taken {
                    found.append("\(city.id) \(place): two licences in force")
                }
            }
        }
        return found
    }
}
