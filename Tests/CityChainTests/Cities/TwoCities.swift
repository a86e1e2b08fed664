// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import Testing

/// Two cities linked by IBC v2, and a relay that is nothing but function calls.
struct TwoCities {
    let a: TestCity
    let b: TestCity

    init() throws {
        a = try TestCity(code: "330100", name: "hangzhou")
        b = try TestCity(code: "110000", name: "beijing")
        for (host, other) in [(a, b), (b, a)] {
            let result = try host.run(TwoCities.createClient(of: other, on: host), by: "operator")
            try #require(result.code == 0, "\(result.log)")
        }
        for (host, _) in [(a, b), (b, a)] {
            let result = try host.run(
                MsgRegisterCounterparty(
                    clientID: TestCity.client,
                    counterpartyMerklePrefix: [Array("ibc".utf8), []],
                    counterpartyClientID: TestCity.client,
                    signer: try host.account("operator").address), by: "operator")
            try #require(result.code == 0, "\(result.log)")
        }
    }

    static func createClient(
        of other: TestCity, on host: TestCity, trustingSeconds: Int64 = 1_209_600,
        by role: String = "operator"
    ) throws -> MsgCreateClient {
        let stored = try other.makeBlocks()
        let state = other.clientState(at: stored.height, trustingSeconds: trustingSeconds)
        let consensus = ICS07.ConsensusState(stored.block.header)
        return MsgCreateClient(
            clientState: ProtobufAny(typeURL: ICS07.clientStateURL, value: state.encoded),
            consensusState: ProtobufAny(
                typeURL: ICS07.consensusStateURL, value: consensus.encoded),
            signer: try host.account(role).address)
    }

    /// The latest height that `host`'s client of the other chain trusts.
    static func trusted(
        on host: TestCity, client: WireText = TestCity.client
    ) throws -> UInt64 {
        var request = ProtobufWriter()
        request.bytes(1, client.bytes)
        let answer = host.chain.query(
            ApplicationQuery(
                path: "/ibc.core.client.v1.Query/ClientState", data: request.bytes))
        let any = try #require(try Reply(answer.value ?? []).messages[1]?.first)
        return try ICS07.ClientState(reading: try ProtobufAny(reading: any).value)
            .latestHeight.height
    }

    /// Brings `host`'s client up to the other chain's tip.
    static func update(
        _ host: TestCity, from other: TestCity, client: WireText = TestCity.client,
        by role: String = "relayer"
    ) throws -> MsgUpdateClient {
        let header = try other.header(
            at: other.chain.latestHeight, trusted: try trusted(on: host, client: client))
        return MsgUpdateClient(
            clientID: client,
            clientMessage: ProtobufAny(typeURL: ICS07.headerURL, value: header.encoded),
            signer: try host.account(role).address)
    }

    static func send(
        _ value: String, port: WireText, from city: TestCity, timeoutSeconds: UInt64? = nil,
        version: WireText = "cityrelay-1", client: WireText = TestCity.client,
        by role: String = "bureau"
    ) throws -> MsgSendPacket {
        let payload = Payload(
            sourcePort: port, destinationPort: port, version: version,
            encoding: "application/json", value: Array(value.utf8))
        return MsgSendPacket(
            sourceClient: client, timeoutSeconds: timeoutSeconds ?? city.now.unixSeconds + 3_600,
            payloads: [payload], signer: try city.account(role).address)
    }

    /// Sends a record and returns its packet.
    static func sent(
        _ value: String, port: WireText, from city: TestCity, timeoutSeconds: UInt64? = nil,
        by given: String? = nil
    ) throws -> Packet {
        let role = given ?? (port == "licence" ? "licensing" : "bureau")
        let message = try send(
            value, port: port, from: city, timeoutSeconds: timeoutSeconds, by: role)
        let result = try city.run(message, by: role)
        try #require(result.code == 0, "\(result.log)")
        for case .sent(let packet) in try city.events(result) { return packet }
        throw TestFailure("no send_packet event")
    }

    /// Receive message for a packet of `source`, proven under its tip.
    static func receive(
        _ packet: Packet, on host: TestCity, from source: TestCity, by role: String = "relayer"
    ) throws -> MsgRecvPacket {
        let (value, proof) = try source.prove(
            packet.commitmentKey, under: source.chain.latestHeight)
        try #require(value == packet.commitment.bytes)
        return MsgRecvPacket(
            packet: packet, proofCommitment: proof, proofHeight: source.height,
            signer: try host.account(role).address)
    }

    static func acknowledge(
        _ packet: Packet, _ acknowledgement: Acknowledgement, on source: TestCity,
        from destination: TestCity, by role: String = "relayer"
    ) throws -> MsgAcknowledgement {
        let (value, proof) = try destination.prove(
            packet.acknowledgementKey, under: destination.chain.latestHeight)
        try #require(value == acknowledgement.commitment.bytes)
        return MsgAcknowledgement(
            packet: packet, acknowledgement: acknowledgement, proofAcked: proof,
            proofHeight: destination.height, signer: try source.account(role).address)
    }

    static func timeout(
        _ packet: Packet, on source: TestCity, from destination: TestCity
    ) throws -> MsgTimeout {
        let (value, proof) = try destination.prove(
            packet.receiptKey, under: destination.chain.latestHeight)
        try #require(value == nil)
        return MsgTimeout(
            packet: packet, proofUnreceived: proof, proofHeight: destination.height,
            signer: try source.account("relayer").address)
    }

    /// Delivers a packet with the update it needs; the acknowledgement, when there is one.
    @discardableResult
    static func deliver(
        _ packet: Packet, to host: TestCity, from source: TestCity
    ) throws -> Acknowledgement? {
        try source.makeBlocks()
        let result = try host.run(
            [
                try update(host, from: source), try receive(packet, on: host, from: source),
            ], by: "relayer")
        try #require(result.code == 0, "\(result.log)")
        for case .acknowledgementWritten(_, let acknowledgement) in try host.events(result) {
            return acknowledgement
        }
        return nil
    }

    static func returned(
        _ packet: Packet, _ acknowledgement: Acknowledgement, to source: TestCity,
        from destination: TestCity
    ) throws -> TransactionResult {
        try destination.makeBlocks()
        return try source.run(
            [
                try update(source, from: destination),
                try acknowledge(packet, acknowledgement, on: source, from: destination),
            ], by: "relayer")
    }

    // MARK: records

    static func letter(
        _ number: String, account: String, yuan: String, reply: String? = nil
    ) -> String {
        let steer = reply.map { ",\"rig_reply\":\"\($0)\"" } ?? ""
        return "{\"TxCode\":\"BDC901\",\"TxFunc\":\"0\",\"ConNum\":\"\(number)\",\"account\":\""
            + "\(account)\",\"TranAmt\":\"\(yuan)\"\(steer)}"
    }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
