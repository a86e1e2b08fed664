// SPDX-License-Identifier: Apache-2.0

/// One part of the demo. An act asserts what it shows: it throws when something is not as it should
/// be.
struct Act: Sendable {
    let name: String
    /// What it shows, one line.
    let title: String
    /// What holds once it was played, for the closing table: at most `assertionColumns`.
    let asserts: String
    /// Acts that must have been played before.
    let needs: [String]
    /// The act that must follow: what this one breaks, that one mends.
    let mendedBy: String?
    let play: @Sendable (Stage) throws -> Void

    /// What a screen of 80 columns leaves beside name and seconds.
    static let assertionColumns = 56

    init(
        name: String, title: String, asserts: String, needs: [String] = [],
        mendedBy: String? = nil, _ play: @escaping @Sendable (Stage) throws -> Void
    ) {
        self.name = name
        self.title = title
        self.asserts = asserts
        self.needs = needs
        self.mendedBy = mendedBy
        self.play = play
    }

    /// In the order in which they are played, unless somebody picks.
    static let all = [
        traffic, clerk, licence, auditor, offline, killedRelay, cutLink, poisonedPacket,
        stoppedChain, registration, rotation, fork, rescue, certificate, letters, rejection,
        withdrawal,
    ]
}
