// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Lines of verdicts/ibcv2: what ibc-go says of packets, messages and names, put to our code.
public enum PacketVerdicts {
    /// Human-readable prefix of addresses in the corpus.
    static let prefix = "cosmos"

    public static func judge(_ line: JSON) -> Judgement {
        guard let kind = line["kind"]?.string, let input = line["in"],
            let verdict = line["verdict"]?.string
        else { return .disagreed("not a line of this format") }
        let answer: Answer
        do {
            answer = try ask(kind, input)
        } catch {
            return .disagreed("\(error)")
        }
        let judged = Judgement.compare(
            expected: verdict == "accept", refusal: answer.refusal)
        guard judged == .agreed else { return judged }
        for (key, expected) in line["out"]?.object ?? [:] {
            guard let got = answer.values[key] else {
                return .disagreed("no value for \(key)")
            }
            guard got == expected else { return .disagreed("\(key): \(got), not \(expected)") }
        }
        return .agreed
    }

    struct Answer {
        var refusal: (any Error)?
        var values: [String: JSON] = [:]
    }

    private enum Failure: Error {
        case missing(String)
        case kind(String)
    }

    private static func ask(_ kind: String, _ input: JSON) throws -> Answer {
        switch kind {
        case "packet": try packet(bytes(input))
        case "payload":
            try answer(bytes(input), Payload.self) { payload in try payload.validate() }
        case "acknowledgement": try acknowledgement(bytes(input))
        case "MsgSendPacket": try message(bytes(input), MsgSendPacket.self)
        case "MsgRecvPacket": try message(bytes(input), MsgRecvPacket.self)
        case "MsgTimeout": try message(bytes(input), MsgTimeout.self)
        case "MsgAcknowledgement": try message(bytes(input), MsgAcknowledgement.self)
        case "MsgRegisterCounterparty": try message(bytes(input), MsgRegisterCounterparty.self)
        case "MsgUpdateClientConfig": try message(bytes(input), MsgUpdateClientConfig.self)
        case "key": try key(input)
        case "merkle_path": try merklePath(input)
        case "identifier": try identifier(input)
        case "client_id_format": try clientID(input)
        case "height": height(try text(input, "text"))
        case "height_compare": try compare(input)
        case "chain_revision": try revision(input)
        default: throw Failure.kind(kind)
        }
    }

    private static func bytes(_ input: JSON) throws -> [UInt8] {
        guard let bytes = input["bytes"]?.base64 else { throw Failure.missing("bytes") }
        return bytes
    }

    private static func text(_ input: JSON, _ key: String) throws -> String {
        guard let text = input[key]?.string else { throw Failure.missing(key) }
        return text
    }

    /// Decodes and validates; either may refuse.
    private static func answer<Message: ProtobufMessage>(
        _ bytes: [UInt8], _ type: Message.Type, _ check: (Message) throws -> Void
    ) -> Answer {
        do {
            try check(try Message(reading: bytes))
            return Answer()
        } catch { return Answer(refusal: error) }
    }

    private static func message<Message: ChainMessage>(
        _ bytes: [UInt8], _ type: Message.Type
    ) -> Answer {
        answer(bytes, type) { message in try message.validate(prefix: prefix) }
    }

    private static func packet(_ bytes: [UInt8]) -> Answer {
        var answer = answer(bytes, Packet.self) { packet in try packet.validate() }
        guard let packet = try? Packet(reading: bytes) else { return answer }
        answer.values = [
            "commitment": .string(packet.commitment.description),
            "commitment_key": .string(Hex.encode(packet.commitmentKey)),
            "receipt_key": .string(Hex.encode(packet.receiptKey)),
            "ack_key": .string(Hex.encode(packet.acknowledgementKey)),
        ]
        return answer
    }

    private static func acknowledgement(_ bytes: [UInt8]) -> Answer {
        var answer = answer(bytes, Acknowledgement.self) { value in try value.validate() }
        guard let value = try? Acknowledgement(reading: bytes) else { return answer }
        answer.values = [
            "commitment": .string(value.commitment.description), "success": .bool(value.isSuccess),
        ]
        return answer
    }

    private static func key(_ input: JSON) throws -> Answer {
        let client = WireText(try text(input, "client_id"))
        guard let sequence = input["sequence"]?.uint64 else { throw Failure.missing("sequence") }
        let key =
            switch try text(input, "type") {
            case "commitment": PacketKey.commitment(client, sequence)
            case "receipt": PacketKey.receipt(client, sequence)
            case "acknowledgement": PacketKey.acknowledgement(client, sequence)
            case "next_sequence_send": PacketKey.nextSequenceSend(client)
            case let other: throw Failure.kind(other)
            }
        return Answer(values: ["key": .string(Hex.encode(key))])
    }

    private static func merklePath(_ input: JSON) throws -> Answer {
        let prefix = MerklePrefix((input["prefix"]?.array ?? []).compactMap(\.hex))
        guard let key = input["path"]?.base64 else { throw Failure.missing("path") }
        do {
            let path = try prefix.path(appending: key)
            return Answer(values: ["path": .array(path.map { .string(Hex.encode($0)) })])
        } catch { return Answer(refusal: error) }
    }

    private static func identifier(_ input: JSON) throws -> Answer {
        guard let id = input["id"]?.base64 else { throw Failure.missing("id") }
        let kind: Identifier.Kind =
            switch try text(input, "type") {
            case "client": .client
            case "channel": .channel
            case "port": .port
            case "connection": .connection
            case let other: throw Failure.kind(other)
            }
        do {
            try Identifier.check(WireText(bytes: id), as: kind)
            return Answer()
        } catch { return Answer(refusal: error) }
    }

    private static func clientID(_ input: JSON) throws -> Answer {
        guard let id = input["id"]?.base64 else { throw Failure.missing("id") }
        do {
            let parsed = try ClientIdentifier(WireText(bytes: id))
            return Answer(values: [
                "type": .string(parsed.type.text), "sequence": .string(String(parsed.number)),
            ])
        } catch { return Answer(refusal: error) }
    }

    private static func height(_ text: String) -> Answer {
        guard let height = Height(text) else { return Answer(refusal: Failure.kind(text)) }
        return Answer(values: [
            "revision": .string(String(height.revision)),
            "height": .string(String(height.height)), "text": .string(height.description),
        ])
    }

    private static func compare(_ input: JSON) throws -> Answer {
        guard let left = Height(try text(input, "a")), let right = Height(try text(input, "b"))
        else { throw Failure.missing("height") }
        return Answer(values: ["compare": .integer(left < right ? -1 : left == right ? 0 : 1)])
    }

    private static func revision(_ input: JSON) throws -> Answer {
        guard let bytes = input["chain_id"]?.base64 else { throw Failure.missing("chain_id") }
        let id = ChainID(bytes: bytes)
        do {
            var values: [String: JSON] = [
                "revision": .string(String(try id.revision())),
                "revision_format": .bool(id.isRevisionFormat),
            ]
            values["with_revision_7"] = .string(id.withRevision(7).description)
            return Answer(values: values)
        } catch { return Answer(refusal: error) }
    }
}
