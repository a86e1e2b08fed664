// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors

/// `GET /v1/letters/institutions`: to whom letters can go, and who knows us; and which codes of the
/// national list letters may be addressed to.
extension LetterService {
    /// Codes of one answer: every centre of a federation's cities with its branches.
    private static let maxInstitutions = 256

    private struct Own: Encodable {
        let code: String
        let sealingKey: String
        let name: String?
    }

    private struct Other: Encodable {
        let code: String
        let chain: String
        let client: String
        /// Whether our chain has its announcement: letters can go to it.
        let isKnown: Bool
        /// Whether its chain has ours: letters of ours are taken there.
        let isAnnounced: Bool
        /// By the national list, where there is one.
        let name: String?
        /// Who speaks for the code today, where it is another.
        let successor: String?
        /// Whether a new letter may be addressed to it today.
        let isInUse: Bool
    }

    private struct Institutions: Encodable {
        let own: Own
        let others: [Other]
    }

    func institutions(_ reply: APIReply) {
        run(reply) { [self] in
            let own = book.configuration.institution
            let key = book.vault.publicKey
            let asked = institutions(of: clients())
            let keys = asked.flatMap { code, peer in
                [
                    InstitutionAnnouncement.clientKey(code),
                    InstitutionAnnouncement.sealingKey(code),
                    InstitutionAnnouncement.announcedKey(peer.client, own),
                ]
            }
            let registry = book.configuration.registry
            let today = CivilDate(inChina: now())
            line.values(keys, store: LetterPacket.port) { answer in
                guard case .success(let values) = answer, values.count == keys.count else {
                    return reply.finish(
                        APIError(.chainUnavailable, "our chain's nodes do not answer"))
                }
                let others = asked.enumerated().map { index, item in
                    let (code, peer) = item
                    let speaker = today.flatMap { try? registry?.speaker(for: code, on: $0) }
                    return Other(
                        code: code.text, chain: peer.chainID, client: peer.client,
                        isKnown: values[3 * index] == Array(peer.client.utf8)
                            && values[3 * index + 1].count == HPKE.keyByteCount,
                        isAnnounced: values[3 * index + 2] == key,
                        name: registry?.entry(code)?.name,
                        successor: speaker == code ? nil : speaker?.text,
                        isInUse: registry == nil || speaker == code)
                }
                reply.finish(
                    .json(
                        Institutions(
                            own: Own(
                                code: own.text, sealingKey: Hex.encode(key),
                                name: registry?.entry(own)?.name),
                            others: others)))
            }
        }
    }

    /// The members' own codes, and those of the national list in their divisions.
    private func institutions(of peers: [LetterPeer]) -> [(InstitutionCode, LetterPeer)] {
        var found: [(InstitutionCode, LetterPeer)] = []
        for peer in peers {
            found.append((peer.institution, peer))
            let division = String(peer.institution.text.prefix(6))
            for entry in book.configuration.registry?.entries(ofDivision: division) ?? []
            where entry.code != peer.institution { found.append((entry.code, peer)) }
        }
        return Array(found.prefix(LetterService.maxInstitutions))
    }

    /// A new letter goes to a code that is in use, from one that is. A letter that is under way
    /// keeps the codes it was written with, as long as somebody speaks for them.
    func checkInstitutions(_ act: LetterAct, _ other: InstitutionCode) throws {
        guard let registry = book.configuration.registry else { return }
        guard let today = CivilDate(inChina: now()) else {
            throw APIError.internalFault("the clock is beyond the calendar")
        }
        do throws(LetterError) {
            if act == .application {
                try registry.checkInUse(book.configuration.institution, on: today)
                try registry.checkInUse(other, on: today)
            } else {
                _ = try registry.speaker(for: other, on: today)
            }
        } catch {
            throw APIError(error)
        }
    }
}
