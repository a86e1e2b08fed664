// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// vectors/ibc-v2/commitments.json: commitments, keys and paths of several implementations.
public enum PacketVectors {
    public typealias Case = (id: String, judgement: Judgement)

    public static func judge(_ file: JSON) -> [Case] {
        var cases: [Case] = []
        for value in file["packet_commitments"]?.array ?? [] {
            cases.append(
                (
                    value["name"]?.string ?? "packet",
                    compare(
                        packet(value["packet"]).commitment.description,
                        value["expected_commitment"])
                ))
        }
        for value in file["ack_commitments"]?.array ?? [] {
            let acknowledgement = Acknowledgement(
                (value["acks_hex"]?.array ?? []).compactMap(\.hex))
            cases.append(
                (
                    value["name"]?.string ?? "acknowledgement",
                    compare(
                        acknowledgement.commitment.description, value["expected_commitment"])
                ))
        }
        for value in file["packet_keys"]?.array ?? [] { cases.append(key(value)) }
        for value in file["merkle_paths"]?.array ?? [] { cases.append(path(value)) }
        return cases
    }

    private static func compare(_ got: String, _ expected: JSON?) -> Judgement {
        got == expected?.string ? .agreed : .disagreed(got)
    }

    static func packet(_ value: JSON?) -> Packet {
        let payloads = (value?["payloads"]?.array ?? []).map { payload in
            Payload(
                sourcePort: WireText(payload["source_port"]?.string ?? ""),
                destinationPort: WireText(payload["destination_port"]?.string ?? ""),
                version: WireText(payload["version"]?.string ?? ""),
                encoding: WireText(payload["encoding"]?.string ?? ""),
                value: payload["value_hex"]?.hex ?? [])
        }
        return Packet(
            sequence: value?["sequence"]?.uint64 ?? 0,
            sourceClient: WireText(value?["source_client"]?.string ?? ""),
            destinationClient: WireText(value?["destination_client"]?.string ?? ""),
            timeoutSeconds: value?["timeout_timestamp"]?.uint64 ?? 0, payloads: payloads)
    }

    private static func key(_ value: JSON) -> Case {
        let client = WireText(value["client_id"]?.string ?? "")
        let sequence = value["sequence"]?.uint64 ?? 0
        let kind = value["kind"]?.string ?? ""
        let key: [UInt8]? =
            switch kind {
            case "commitment": PacketKey.commitment(client, sequence)
            case "receipt": PacketKey.receipt(client, sequence)
            case "acknowledgement", "ack": PacketKey.acknowledgement(client, sequence)
            default: nil
            }
        guard let key else { return (kind, .disagreed("unknown kind of key")) }
        return (
            "\(kind) \(client) \(sequence)", compare(Hex.encode(key), value["expected_key_hex"])
        )
    }

    /// A null expectation is an error. The reference's own function takes an empty path under an
    /// empty last element; no store has the empty key, and we refuse to build that path.
    private static func path(_ value: JSON) -> Case {
        let elements = (value["prefix"]?.array ?? []).compactMap {
            $0.string.map { Array($0.utf8) }
        }
        let key = Array((value["path"]?.string ?? "").utf8)
        let expected = value["expected"]?.array?.compactMap(\.string)
        let id = "path \(key.count) under \(elements.count)"
        do throws(PacketFault) {
            let path = try MerklePrefix(elements).path(appending: key)
            let got = path.map { String(decoding: $0, as: UTF8.self) }
            return (id, got == expected ? .agreed : .disagreed("\(got)"))
        } catch {
            if case .emptyPrefixElement = error, key.isEmpty, expected != nil {
                return (id, .stricter("an empty key is never asked for"))
            }
            return (id, .compare(expected: expected != nil, refusal: error))
        }
    }
}
