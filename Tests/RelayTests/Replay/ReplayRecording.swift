// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport

/// One recorded packet, with what the recording says of its life.
struct ReplayPacket: Sendable {
    let from: String
    let id: PacketID
    let destinationClient: String
    let packet: [UInt8]
    let timeoutSeconds: UInt64
    let commitmentKey: String
    let receiptKey: String
    let acknowledgementKey: String
    let acknowledgement: [UInt8]
    /// Block of the source chain that sent it.
    let sentAt: Int64
    /// Block of the destination chain that wrote its acknowledgement.
    let acknowledgedAt: Int64?
    let isTimedOut: Bool

    /// As the relay of the destination chain names it.
    var incomingID: PacketID {
        PacketID(direction: .incoming, client: destinationClient, sequence: id.sequence)
    }

    init(_ line: JSON) throws {
        func text(_ name: String) throws -> String {
            guard let text = line[name]?.string else { throw RecordedChain.Failure.missing(name) }
            return text
        }
        from = try text("from")
        destinationClient = try text("destination_client")
        guard let sequence = line["sequence"]?.uint64,
            let bytes = Hex.decode(try text("packet_hex")),
            let timeout = line["timeout_timestamp"]?.uint64,
            let sent = (line["send"]?[0] ?? line["send"])?["height"]?.int64
        else { throw RecordedChain.Failure.missing("sequence, packet, timeout or send") }
        id = PacketID(direction: .outgoing, client: try text("source_client"), sequence: sequence)
        packet = bytes
        timeoutSeconds = timeout
        commitmentKey = try text("commitment_key_hex")
        receiptKey = try text("receipt_key_hex")
        acknowledgementKey = try text("ack_key_hex")
        acknowledgement = line["acknowledgement_hex"]?.string.flatMap { Hex.decode($0) } ?? []
        sentAt = sent
        acknowledgedAt =
            (line["write_acknowledgement"]?[0] ?? line["write_acknowledgement"])?[
                "height"]?.int64
        isTimedOut = line["end"]?.string == "timed_out"
    }
}

/// A recording of two chains that exchange packets, and the client on each that follows the other.
struct ReplayRecording: Sendable {
    let tapes: [ReplayTape]
    /// Client on the chain of the same place in `tapes`.
    let clients: [String]
    let codes: [String]
    let packets: [ReplayPacket]

    static let shared = Result { try ReplayRecording(Fixtures.recordings("ibc-go-v10")) }

    init(_ folder: String) throws {
        tapes = try RecordedChain.all(in: folder).map { try ReplayTape($0, folder: folder) }
        let lines = try Corpus.lines("\(folder)/chains.jsonl")
        clients = lines.compactMap { $0["client"]?.string }
        codes = lines.compactMap { $0["code"]?.string }
        guard tapes.count == 2, clients.count == 2, codes.count == 2 else {
            throw RecordedChain.Failure.missing("two chains with a client each")
        }
        packets = try Corpus.lines("\(folder)/packets.jsonl").map { try ReplayPacket($0) }
    }

    func packets(from chain: Int) -> [ReplayPacket] {
        let name = "\(tapes[chain].chain.chainID)"
        return packets.filter { $0.from == name }
    }

    /// Height of chain `chain` that the other chain's client of it began with: the relays begin
    /// there too, so that what they learn fits what the hosted clients hold.
    func anchor(of chain: Int) throws -> Int64 {
        let other = 1 - chain
        guard let first = tapes[other].clientHeights[clients[other]]?.first?.height else {
            throw RecordedChain.Failure.missing("the creation of \(clients[other])")
        }
        return Int64(clamping: first.height)
    }
}
