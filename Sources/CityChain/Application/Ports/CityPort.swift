// SPDX-License-Identifier: Apache-2.0

import LightClient

/// One payload as an application sees it, with the client and sequence it travels under: the
/// source's on the sending chain, the destination's on the receiving one.
package struct CityPayload: Hashable, Sendable {
    package var client: String
    package var sequence: UInt64
    package var port: String
    package var version: String
    package var encoding: String
    package var value: [UInt8]

    package init(
        client: String, sequence: UInt64, port: String, version: String, encoding: String,
        value: [UInt8]
    ) {
        self.client = client
        self.sequence = sequence
        self.port = port
        self.version = version
        self.encoding = encoding
        self.value = value
    }
}

/// What became of a packet at its source.
package enum PacketOutcome: Hashable, Sendable {
    case acknowledged([UInt8])
    /// The universal error acknowledgement.
    case refused([UInt8])
    case timedOut
}

/// How a receiving application answers.
package enum PortReply: Hashable, Sendable {
    case now([UInt8])
    /// The acknowledgement follows from the end blocker.
    case later
}

/// An application bound to an IBC v2 port. Its record keeping is the recorded chains': `sent/`,
/// `recv/`, `outcome/` in a store named as the port, steered by `rig_reply`. What the record means
/// is each application's own.
package struct CityPort {
    package static let version = "cityrelay-1"
    package static let encoding = "application/json"
    /// Blocks until an acknowledgement that was asked for "later".
    package static let laterBlocks: UInt64 = 2

    package let name: String
    private let book: any RecordBook

    package init(_ book: any RecordBook) {
        name = book.port
        self.book = book
    }

    package func send(
        _ payload: CityPayload, signer: [UInt8], in context: ExecutionContext
    ) throws(ExecutionError) {
        let record = try readRecord(payload)
        if record["rig_reply"]?.string == "refuse-at-source" { throw .refusedAtSource }
        guard context.get(name, CityPort.senderKey(signer)) != nil else {
            throw .refusedRecord("account may not send on port \(name)")
        }
        try book.send(record, payload, by: signer, in: context)
        context.set(name, key("sent", payload), SHA256.hash(payload.value).bytes)
    }

    package func receive(
        _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError) -> PortReply {
        context.emit(
            "city_record", ("port", name), ("client", payload.client),
            ("sequence", "\(payload.sequence)"), ("bytes", "\(payload.value.count)"))
        let record = try readRecord(payload)
        context.set(name, key("recv", payload), payload.value)
        if record["rig_reply"]?.string == "refuse" {
            throw .refusedRecord("refused as the record asks")
        }
        let acknowledgement = try book.take(record, payload, in: context)
        guard record["rig_reply"]?.string == "later" else { return .now(acknowledgement) }
        let due = context.block.height + CityPort.laterBlocks
        context.set(name, CityPort.dueKey(due, payload.client, payload.sequence), acknowledgement)
        return .later
    }

    package func finish(
        _ payload: CityPayload, _ outcome: PacketOutcome, in context: ExecutionContext
    ) throws(ExecutionError) {
        let (result, acknowledgement): (String, [UInt8]) =
            switch outcome {
            case .acknowledged(let bytes): ("acknowledged", bytes)
            case .refused(let bytes): ("refused", bytes)
            case .timedOut: ("timed_out", [])
            }
        try book.finish(payload, outcome, in: context)
        let value: JSONValue = [
            "ack_hex": .string(Hex.encode(acknowledgement)), "result": .string(result),
        ]
        context.set(name, key("outcome", payload), value.encoded)
    }

    /// The acknowledgements due at this block, and their removal from the list.
    package func takeDue(
        in context: ExecutionContext
    ) -> [(client: String, sequence: UInt64, acknowledgement: [UInt8])] {
        let prefix = CityPort.duePrefix(context.block.height)
        var due: [(client: String, sequence: UInt64, acknowledgement: [UInt8])] = []
        for pair in context.pairs(name, prefix: prefix) {
            let rest = String(decoding: pair.key.dropFirst(prefix.count), as: UTF8.self)
            let parts = rest.split(separator: "/")
            if parts.count == 2, let sequence = UInt64(parts[1]) {
                due.append((String(parts[0]), sequence, pair.value))
            }
            context.delete(name, pair.key)
        }
        return due
    }

    private func readRecord(_ payload: CityPayload) throws(ExecutionError) -> JSONValue {
        guard payload.version == CityPort.version, payload.encoding == CityPort.encoding else {
            throw .unknownPayload(version: payload.version, encoding: payload.encoding)
        }
        do throws(JSONSyntaxError) {
            let record = try JSONParser.parse(payload.value)
            if case .object = record { return record }
        } catch {
            throw .refusedRecord("value is not JSON: \(error.message)")
        }
        throw .refusedRecord("value is no JSON object")
    }

    private func key(_ kind: String, _ payload: CityPayload) -> [UInt8] {
        Array("\(kind)/\(payload.client)/\(payload.sequence)".utf8)
    }

    package static func senderKey(_ address: [UInt8]) -> [UInt8] {
        Array("sender/\(Hex.encode(address))".utf8)
    }

    private static func duePrefix(_ height: UInt64) -> [UInt8] {
        Array("due/".utf8) + [UInt8](bigEndian: height) + Array("/".utf8)
    }

    private static func dueKey(_ height: UInt64, _ client: String, _ sequence: UInt64) -> [UInt8] {
        duePrefix(height) + Array("\(client)/\(sequence)".utf8)
    }
}

/// What a port's records mean to its books.
package protocol RecordBook: Sendable {
    var port: String { get }
    func send(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError)
    func receive(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError)
    func finish(
        _ payload: CityPayload, _ outcome: PacketOutcome, in context: ExecutionContext
    ) throws(ExecutionError)
    func acknowledgement(_ record: JSONValue, _ payload: CityPayload) -> [UInt8]
    /// `send` for a book that asks who signs.
    func send(
        _ record: JSONValue, _ payload: CityPayload, by signer: [UInt8],
        in context: ExecutionContext
    ) throws(ExecutionError)
    /// `receive` and `acknowledgement` in one, for a book whose answer depends on its state.
    func take(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError) -> [UInt8]
}

extension RecordBook {
    package func send(
        _ record: JSONValue, _ payload: CityPayload, by signer: [UInt8],
        in context: ExecutionContext
    ) throws(ExecutionError) {
        try send(record, payload, in: context)
    }

    package func take(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError) -> [UInt8] {
        try receive(record, payload, in: context)
        return acknowledgement(record, payload)
    }
}
