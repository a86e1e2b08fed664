// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore

/// What the operations API reads from a call.
extension APIRequest {
    /// The packet that the path names by {way}, {client} and {sequence}.
    func packetID() throws(APIError) -> PacketID {
        let name = "\(self["way"])/\(self["client"])/\(self["sequence"])"
        guard let id = PacketID(name) else { throw .malformedPacketName(name) }
        return id
    }

    func limit(_ standard: Int) throws(APIError) -> Int {
        guard let text = query("limit") else { return standard }
        guard let number = Int(text), (1...PacketQuery.maxLimit).contains(number) else {
            throw .malformedQuery("limit", "a number from 1 to \(PacketQuery.maxLimit)")
        }
        return number
    }

    /// `chain`, `direction`, `client`, `state` (repeated), `open`, `dead`, `reason`, `kind`,
    /// `olderThanSeconds`, `limit`, `offset`.
    func packetQuery(now: Timestamp) throws(APIError) -> PacketQuery {
        var packets = PacketQuery()
        packets.counterpartyChain = query("chain")
        packets.client = query("client")
        packets.reason = query("reason")
        packets.kind = query("kind")
        packets.isOpen = query("open") == "true"
        packets.isDead = query("dead") == "true"
        packets.limit = try limit(100)
        switch query("direction") {
        case nil: break
        case "out": packets.direction = .outgoing
        case "in": packets.direction = .incoming
        default: throw .malformedQuery("direction", "out or in")
        }
        for name in query["state"] ?? [] {
            guard let state = PacketState(name: name) else {
                throw .malformedQuery(
                    "state", "one of \(PacketState.allCases.map(\.name).joined(separator: ", "))")
            }
            packets.states.append(state)
        }
        if let text = query("offset") {
            guard let offset = Int(text), offset >= 0 else {
                throw .malformedQuery("offset", "a number from 0")
            }
            packets.offset = offset
        }
        if let text = query("olderThanSeconds") {
            guard let seconds = Int64(text), (0...10_000_000_000).contains(seconds) else {
                throw .malformedQuery("olderThanSeconds", "a number of seconds")
            }
            packets.seenBefore = now.adding(nanoseconds: -seconds * 1_000_000_000)
        }
        return packets
    }
}

extension APIError {
    static func malformedPacketName(_ name: String) -> APIError {
        APIError(
            400, "packet/malformed-name",
            "\(PlainText.line(String(name.prefix(100)))) is no packet's name",
            next: "Write it as listings do: out/07-tendermint-0/17.")
    }

    static func unknownPacket(_ id: PacketID) -> APIError {
        APIError(
            404, "packet/unknown", "there is no packet \(id) in this relay's store",
            next: "List packets: `cityrelay queue list`; or ask the other city's relay.")
    }

    static func unknownSubject(_ kind: String, _ chain: String, known: [String]) -> APIError {
        let isKind = ["route", "client", "peer"].contains(kind)
        let shown = PlainText.line(String(chain.prefix(100)))
        return APIError(
            404, isKind ? "route/unknown" : "why/unknown-kind",
            isKind ? "there is no \(kind) \(shown)" : "nothing is known of that kind",
            next: isKind
                ? "Name one of: \(known.joined(separator: ", "))."
                : "Ask about a packet, client, route or peer.")
    }

    static func malformedQuery(_ name: String, _ expected: String) -> APIError {
        APIError(
            .malformedQuery, "\(name) is not \(expected)",
            next: "Give \(name) as \(expected).", details: ["parameter": name])
    }
}
