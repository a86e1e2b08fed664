// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors

/// `GET /v1/letters/institutions`: to whom letters can go, and who knows us.
extension LetterService {
    private struct Own: Encodable {
        let code: String
        let sealingKey: String
    }

    private struct Other: Encodable {
        let code: String
        let chain: String
        let client: String
        /// Whether our chain has its announcement: letters can go to it.
        let isKnown: Bool
        /// Whether its chain has ours: letters of ours are taken there.
        let isAnnounced: Bool
    }

    private struct Institutions: Encodable {
        let own: Own
        let others: [Other]
    }

    func institutions(_ reply: APIReply) {
        run(reply) { [self] in
            let own = book.configuration.institution
            let key = book.vault.publicKey
            let peers = clients()
            let asked = peers.flatMap {
                [
                    InstitutionAnnouncement.clientKey($0.institution),
                    InstitutionAnnouncement.sealingKey($0.institution),
                    InstitutionAnnouncement.announcedKey($0.client, own),
                ]
            }
            line.values(asked, store: LetterPacket.port) { answer in
                guard case .success(let values) = answer, values.count == 3 * peers.count else {
                    return reply.finish(
                        APIError(.chainUnavailable, "our chain's nodes do not answer"))
                }
                let others = peers.enumerated().map { index, peer in
                    Other(
                        code: peer.institution.text, chain: peer.chainID, client: peer.client,
                        isKnown: values[3 * index] == Array(peer.client.utf8)
                            && values[3 * index + 1].count == HPKE.keyByteCount,
                        isAnnounced: values[3 * index + 2] == key)
                }
                reply.finish(
                    .json(
                        Institutions(
                            own: Own(code: own.text, sealingKey: Hex.encode(key)), others: others)))
            }
        }
    }
}
