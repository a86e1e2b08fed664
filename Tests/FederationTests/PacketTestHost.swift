// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// A chain in memory: a dictionary, clients that know the other chain's past states, one
/// application whose answers the test sets.
struct PacketTestHost: PacketHost {
    /// What one client knows of the other chain.
    struct KnownState {
        var time: Timestamp
        var values: [[UInt8]: [UInt8]]
    }

    struct Client {
        var status = ClientStatus.active
        var states: [Height: KnownState] = [:]
        var latest: Height { states.keys.max() ?? .zero }
    }

    struct Layer {
        var values: [[UInt8]: [UInt8]]
        var events: Int
    }

    var blockTime = Timestamp.unixEpoch
    var addressPrefix = "cosmos"
    var values: [[UInt8]: [UInt8]] = [:]
    var events: [EmittedEvent] = []
    var clients: [WireText: Client] = [:]
    var layers: [Layer] = []

    /// What the application does.
    var answer = ReceiveResult.success([1])
    var refusal: ApplicationError?
    /// Calls into the application, with whether the commitment was still there.
    var calls: [String] = []

    static let routed: Set<WireText> = ["transfer"]

    func packetValue(at key: [UInt8]) -> [UInt8]? { values[key] }
    mutating func setPacketValue(_ value: [UInt8], at key: [UInt8]) { values[key] = value }
    mutating func removePacketValue(at key: [UInt8]) { values[key] = nil }

    mutating func beginLayer() { layers.append(Layer(values: values, events: events.count)) }
    mutating func keepLayer() { layers.removeLast() }
    mutating func dropLayer() -> [EmittedEvent] {
        let layer = layers.removeLast()
        values = layer.values
        let dropped = Array(events[layer.events...])
        events.removeLast(events.count - layer.events)
        return dropped
    }
    mutating func emit(_ event: EmittedEvent) { events.append(event) }

    func status(ofClient client: WireText) -> ClientStatus? { clients[client]?.status }

    func latestTimestamp(ofClient client: WireText) throws(ClientViewError) -> Timestamp {
        guard let known = clients[client] else { throw .unknownClient(client) }
        return try timestamp(ofClient: client, at: known.latest)
    }

    func timestamp(
        ofClient client: WireText, at height: Height
    ) throws(ClientViewError) -> Timestamp {
        try state(client, height).time
    }

    func verifyMembership(
        ofClient client: WireText, at height: Height, proof: [UInt8], path: [[UInt8]],
        value: [UInt8]
    ) throws(ClientViewError) {
        let stored = try provable(client, height, path)
        guard stored == value else { throw .proof(.value(got: stored ?? [], expected: value)) }
    }

    func verifyNonMembership(
        ofClient client: WireText, at height: Height, proof: [UInt8], path: [[UInt8]]
    ) throws(ClientViewError) {
        guard try provable(client, height, path) == nil else { throw .proof(.notAbsence) }
    }

    private func provable(
        _ client: WireText, _ height: Height, _ path: [[UInt8]]
    ) throws(ClientViewError) -> [UInt8]? {
        guard let known = clients[client] else { throw .unknownClient(client) }
        guard known.status == .active else { throw .notActive(client, known.status) }
        guard path.count == 2, path[0] == Array("ibc".utf8) else { throw .proof(.emptyRoot) }
        return try state(client, height).values[path[1]]
    }

    private func state(
        _ client: WireText, _ height: Height
    ) throws(ClientViewError) -> KnownState {
        guard let known = clients[client] else { throw .unknownClient(client) }
        guard height <= known.latest else {
            throw .heightAboveLatest(height, latest: known.latest)
        }
        guard let state = known.states[height] else { throw .noConsensusState(height) }
        return state
    }

    func isRouted(_ port: WireText) -> Bool { PacketTestHost.routed.contains(port) }

    mutating func onSend(
        _ packet: Packet, _ payload: Payload, signer: [UInt8]
    ) throws(ApplicationError) {
        try called("send", packet)
    }

    mutating func onReceive(
        _ packet: Packet, _ payload: Payload, relayer: [UInt8]
    ) -> ReceiveResult {
        calls.append("receive \(packet.sequence)")
        values[Array("app/\(packet.sequence)".utf8)] = [1]
        events.append(EmittedEvent("record", [.init("port", payload.destinationPort.text)]))
        return answer
    }

    mutating func onAcknowledgement(
        _ packet: Packet, _ payload: Payload, acknowledgement: [UInt8], relayer: [UInt8]
    ) throws(ApplicationError) {
        let isError = acknowledgement == Acknowledgement.universalErrorBytes
        try called(isError ? "refused" : "acknowledged", packet)
    }

    mutating func onTimeout(
        _ packet: Packet, _ payload: Payload, relayer: [UInt8]
    ) throws(ApplicationError) {
        try called("timeout", packet)
    }

    private mutating func called(_ name: String, _ packet: Packet) throws(ApplicationError) {
        let isOpen = values[packet.commitmentKey] != nil
        calls.append("\(name) \(packet.sequence)\(isOpen ? " open" : "")")
        values[Array("app/\(packet.sequence)".utf8)] = [1]
        if let refusal { throw refusal }
    }
}

/// Two such chains, a packet's whole life between them.
struct PacketTestPair {
    var source = PacketTestHost()
    var destination = PacketTestHost()

    static let sourceClient: WireText = "07-tendermint-0"
    static let destinationClient: WireText = "07-tendermint-1"
    static let relayer = WireText(
        Bech32.encode(prefix: "cosmos", [UInt8](repeating: 7, count: 20)))

    /// Both at second `now`, registered with each other, each client at height 1-1.
    init(now: Int64 = 50) {
        source.setCounterparty(
            CounterpartyInfo(
                merklePrefix: MerklePrefix.cosmosSDK.elements,
                clientID: PacketTestPair.destinationClient),
            ofClient: PacketTestPair.sourceClient)
        destination.setCounterparty(
            CounterpartyInfo(
                merklePrefix: MerklePrefix.cosmosSDK.elements,
                clientID: PacketTestPair.sourceClient),
            ofClient: PacketTestPair.destinationClient)
        source.clients[PacketTestPair.sourceClient] = PacketTestHost.Client()
        destination.clients[PacketTestPair.destinationClient] = PacketTestHost.Client()
        setTime(now)
        update(1)
    }

    mutating func setTime(_ seconds: Int64, nanoseconds: Int32 = 0) {
        let time = Timestamp(seconds: seconds, nanoseconds: nanoseconds) ?? .unixEpoch
        source.blockTime = time
        destination.blockTime = time
    }

    /// Each client learns the other chain's state at this height.
    mutating func update(_ height: UInt64) {
        let height = Height(revision: 1, height: height)
        source.clients[PacketTestPair.sourceClient]?.states[height] = .init(
            time: destination.blockTime, values: destination.values)
        destination.clients[PacketTestPair.destinationClient]?.states[height] = .init(
            time: source.blockTime, values: source.values)
    }

    mutating func send(timeout: UInt64 = 100) throws -> Packet {
        let message = MsgSendPacket(
            sourceClient: PacketTestPair.sourceClient, timeoutSeconds: timeout,
            payloads: [PacketSample.p1Payload], signer: PacketTestPair.relayer)
        let sequence = try PacketHandler.send(message, on: &source)
        var packet = PacketSample.p1
        packet.sequence = sequence
        packet.timeoutSeconds = timeout
        return packet
    }

    mutating func receive(_ packet: Packet, at height: UInt64) throws -> HandlerResult {
        try PacketHandler.receive(
            MsgRecvPacket(
                packet: packet, proofCommitment: [1],
                proofHeight: Height(revision: 1, height: height), signer: PacketTestPair.relayer),
            on: &destination)
    }

    mutating func acknowledge(
        _ packet: Packet, _ acknowledgement: Acknowledgement, at height: UInt64
    ) throws -> HandlerResult {
        try PacketHandler.acknowledge(
            MsgAcknowledgement(
                packet: packet, acknowledgement: acknowledgement, proofAcked: [1],
                proofHeight: Height(revision: 1, height: height), signer: PacketTestPair.relayer),
            on: &source)
    }

    mutating func timeout(_ packet: Packet, at height: UInt64) throws -> HandlerResult {
        try PacketHandler.timeout(
            MsgTimeout(
                packet: packet, proofUnreceived: [1],
                proofHeight: Height(revision: 1, height: height), signer: PacketTestPair.relayer),
            on: &source)
    }
}
