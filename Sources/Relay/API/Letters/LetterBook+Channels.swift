// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayStore

extension LetterCase {
    /// Our chain's client of the other centre's chain; nil before the first packet.
    var client: String? { packets.lazy.compactMap { PacketID($0)?.client }.first }
}

extension LetterBook {
    /// Marks open letters whose other chain has equivocated, and frees those of rescued ones. A
    /// chain that is not among `peers` is left as it was: not to be seen is no rescue.
    func judge(_ peers: [LetterPeer], now: Timestamp) throws -> [LetterKey] {
        let seen = Set(peers.map(\.client))
        let frozen = Set(peers.filter(\.isFrozen).map(\.client))
        let before = frozenClients
        frozenClients = frozenClients.subtracting(seen).union(frozen)
        for peer in peers where before.contains(peer.client) != peer.isFrozen {
            tell(peer)
        }
        var rows: [LetterEventRow] = []
        for letterCase in openCases {
            guard let client = letterCase.client, seen.contains(client) else { continue }
            let isFrozen = frozen.contains(client)
            guard letterCase.letter.isChannelFrozen != isFrozen else { continue }
            rows.append(
                LetterEventRow(
                    letter: letterCase.key.description, kind: isFrozen ? .frozen : .thawed,
                    height: cursor, time: now))
        }
        return rows.isEmpty ? [] : try commit([], rows, now: now)
    }

    private func tell(_ peer: LetterPeer) {
        log(
            EngineNote(
                level: peer.isFrozen ? .warning : .info,
                code: peer.isFrozen ? "letters/channel-frozen" : "letters/channel-thawed",
                chainID: peer.chainID,
                detail: peer.isFrozen
                    ? "no word goes out by \(peer.client) until the federation has rescued it"
                    : "words go out by \(peer.client) again"))
    }

    /// Words that may go out, oldest first: those of frozen channels wait, unless they are in a
    /// transaction whose outcome is open.
    var wordsToSend: [LetterWordRow] {
        outbox.values.filter { word in
            word.step == .submitted
                || (word.step == .queued && !frozenClients.contains(word.client))
        }.sorted { $0.sequence < $1.sequence }
    }
}
