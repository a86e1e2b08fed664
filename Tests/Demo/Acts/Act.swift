// SPDX-License-Identifier: Apache-2.0

/// One part of the demo, which can be picked by its name (`make demo ACTS=traffic,outage`). An act
/// asserts what it shows: it throws when something is not as it should be.
struct Act: Sendable {
    let name: String
    /// What it shows, one line.
    let title: String
    /// Acts that must be played with it, before or after.
    let needs: [String]
    let play: @Sendable (Stage) throws -> Void

    init(
        name: String, title: String, needs: [String] = [],
        _ play: @escaping @Sendable (Stage) throws -> Void
    ) {
        self.name = name
        self.title = title
        self.needs = needs
        self.play = play
    }

    /// In the order in which they are played.
    static let all = [
        traffic, clerk, auditor, offline, killedRelay, cutLink, poisonedPacket, stoppedChain,
        registration, rotation, fork, rescue, certificate, letters, rejection, withdrawal,
    ]

    /// The acts of a comma-separated list; nil when a name is none. An empty list means all.
    static func named(_ list: String) -> [Act]? {
        let names = list.split(separator: ",").map(String.init)
        guard !names.isEmpty else { return all }
        var chosen = all.filter { names.contains($0.name) }
        guard chosen.count == Set(names).count else { return nil }
        let needed = Set(chosen.flatMap(\.needs))
        chosen = all.filter { names.contains($0.name) || needed.contains($0.name) }
        return chosen
    }
}
