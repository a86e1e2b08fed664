// SPDX-License-Identifier: Apache-2.0

import LightClient
import RelayEngine

/// A packet of the simulated money application.
struct SimulatedPacket: Hashable {
    let sequence: UInt64
    let source: String
    let destination: String
    let timeoutSeconds: UInt64
    let port: String
    let amount: Int
    let receiver: String

    /// Takes it.
    static let fund = "fund"
    /// Refuses every transfer, with the universal error acknowledgement.
    static let refusing = "refusing"
    /// Acknowledges some blocks later, in no transaction.
    static let late = "late"
    /// Carries letters and licences instead of money.
    static let letters = "letters"
    /// No application listens here.
    static let nobody = "nobody"
    static let ports = [fund, fund, fund, fund, refusing, late, nobody]

    var encoded: [UInt8] {
        var payload = ProtobufWriter()
        payload.string(1, port)
        payload.string(2, port)
        payload.string(3, "cityrelay-1")
        payload.string(4, "application/json")
        payload.bytes(5, Array("\(amount) \(receiver)".utf8))
        var writer = ProtobufWriter()
        writer.uint64(1, sequence)
        writer.string(2, source)
        writer.string(3, destination)
        writer.uint64(4, timeoutSeconds)
        writer.alwaysBytes(5, payload.bytes)
        return writer.bytes
    }

    var summary: PacketSummary {
        PacketSummary(
            sourceClient: source, destinationClient: destination, sequence: sequence,
            timeoutSeconds: timeoutSeconds, destinationPort: port, encoded: encoded)
    }

    /// Nil when the bytes are not such a packet.
    init?(encoded: [UInt8]) {
        guard let summary = try? PacketSummary(encoded: encoded) else { return nil }
        var reader = ProtobufReader(encoded)
        var value: [UInt8] = []
        while let field = try? reader.next() {
            guard field.number == 5, var payload = try? reader.message(field) else {
                guard (try? reader.skip(field)) != nil else { return nil }
                continue
            }
            while let inner = try? payload.next() {
                if inner.number == 5, let bytes = try? payload.bytes(inner) {
                    value = bytes
                } else if (try? payload.skip(inner)) == nil {
                    return nil
                }
            }
        }
        let words = String(decoding: value, as: UTF8.self).split(separator: " ")
        guard words.count == 2, let amount = Int(words[0]) else { return nil }
        self.init(
            sequence: summary.sequence, source: summary.sourceClient,
            destination: summary.destinationClient, timeoutSeconds: summary.timeoutSeconds,
            port: summary.destinationPort, amount: amount, receiver: String(words[1]))
    }

    init(
        sequence: UInt64, source: String, destination: String, timeoutSeconds: UInt64, port: String,
        amount: Int, receiver: String
    ) {
        self.sequence = sequence
        self.source = source
        self.destination = destination
        self.timeoutSeconds = timeoutSeconds
        self.port = port
        self.amount = amount
        self.receiver = receiver
    }

    var commitment: [UInt8] { SHA256.hash(encoded).bytes }
}

/// Keys of the simulated store.
enum Key {
    static func commitment(_ client: String, _ sequence: UInt64) -> String {
        "commitment/\(client)/\(sequence)"
    }
    static func receipt(_ client: String, _ sequence: UInt64) -> String {
        "receipt/\(client)/\(sequence)"
    }
    static func acknowledgement(_ client: String, _ sequence: UInt64) -> String {
        "acknowledgement/\(client)/\(sequence)"
    }
}

/// A client message that carries a header: what a family would encode, in the smallest form.
struct SimulatedHeader: Hashable {
    var chainID: String
    var height: UInt64
    var timeNanoseconds: Int64
    var hash: [UInt8]
    var trusted: UInt64

    var encoded: [UInt8] {
        var writer = ProtobufWriter()
        writer.string(1, chainID)
        writer.uint64(2, height)
        writer.int64(3, timeNanoseconds)
        writer.bytes(4, hash)
        writer.uint64(5, trusted)
        return writer.bytes
    }

    init(chainID: String, height: UInt64, timeNanoseconds: Int64, hash: [UInt8], trusted: UInt64) {
        self.chainID = chainID
        self.height = height
        self.timeNanoseconds = timeNanoseconds
        self.hash = hash
        self.trusted = trusted
    }

    init?(encoded: [UInt8]) {
        self.init(chainID: "", height: 0, timeNanoseconds: 0, hash: [], trusted: 0)
        var reader = ProtobufReader(encoded)
        do throws(WireError) {
            while let field = try reader.next() {
                switch field.number {
                case 1: chainID = try reader.string(field)
                case 2: height = try reader.uint64(field)
                case 3: timeNanoseconds = try reader.int64(field)
                case 4: hash = try reader.bytes(field)
                case 5: trusted = try reader.uint64(field)
                default: try reader.skip(field)
                }
            }
        } catch { return nil }
    }
}

/// A proof is a digest over what it proves and the header it stands on: only the chain makes them.
enum SimulatedProof {
    static func make(headerHash: [UInt8], key: String, value: [UInt8]?) -> [UInt8] {
        let tag: [UInt8] = value == nil ? [0] : [1]
        return SHA256.hash(headerHash, Array(key.utf8), tag, value ?? []).bytes
    }
}
