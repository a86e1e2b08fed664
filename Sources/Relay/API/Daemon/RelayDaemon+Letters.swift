// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine

extension RelayDaemon {
    /// The part of the relay that carries one centre's letters; nil where the configuration has
    /// none.
    static func letters(
        _ configuration: DaemonConfiguration, _ lines: AccountLines, _ decider: Decider,
        _ directory: PeerDirectory, _ newWork: NewWork, _ now: @escaping @Sendable () -> Timestamp,
        _ log: @escaping @Sendable (EngineNote) -> Void
    ) throws -> LettersDoor? {
        guard let letters = configuration.letters else { return nil }
        return try LettersDoor(
            letters, owner: configuration.ownMember, lines: lines,
            clients: {
                let links = decider.look { engine in
                    engine.routeChains.compactMap { engine.route(to: $0) }
                        .filter(\.link.isRegistered).map {
                            (
                                $0.chainID, $0.link.localClient,
                                !$0.frozenReason.isEmpty || $0.hostedStatus == .frozen
                            )
                        }
                }
                return (links ?? []).compactMap { chainID, client, isFrozen in
                    directory.all[chainID].map {
                        LetterPeer(
                            chainID: chainID, client: client,
                            institution: $0.member.institution, isFrozen: isFrozen)
                    }
                }
            }, newWork: newWork, now: now, log: log)
    }
}
