// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The chain as the packet handlers see it: store `ibc`, the light clients in it, the applications.
struct IBCHost: PacketHost {
    let context: ExecutionContext
    let ports: [String: CityPort]

    var blockTime: Timestamp { context.block.time }
    var addressPrefix: String { AccountAddress.prefix }

    // MARK: store

    func packetValue(at key: [UInt8]) -> [UInt8]? { context.get(StoreName.ibc, key) }

    mutating func setPacketValue(_ value: [UInt8], at key: [UInt8]) {
        context.set(StoreName.ibc, key, value)
    }

    mutating func removePacketValue(at key: [UInt8]) { context.delete(StoreName.ibc, key) }

    // MARK: layers and events

    mutating func beginLayer() { context.begin() }

    mutating func keepLayer() { context.keep() }

    mutating func dropLayer() -> [EmittedEvent] {
        context.drop().map { event in
            EmittedEvent(event.type, event.attributes.map { .init($0.key, $0.value) })
        }
    }

    mutating func emit(_ event: EmittedEvent) { context.emit(event) }

    // MARK: clients

    func status(ofClient client: WireText) -> ClientStatus? {
        var store = HostedClientStore(context, client)
        return (try? ICS07.Host.status(in: &store, now: blockTime)) ?? nil
    }

    func latestTimestamp(ofClient client: WireText) throws(ClientViewError) -> Timestamp {
        guard let bytes = packetValue(at: PacketKey.clientState(client)),
            let any = try? ProtobufAny(reading: bytes),
            let state = try? ICS07.ClientState(reading: any.value)
        else { throw .unknownClient(client) }
        return try timestamp(ofClient: client, at: state.latestHeight)
    }

    func timestamp(
        ofClient client: WireText, at height: Height
    ) throws(ClientViewError) -> Timestamp {
        try asking(client) { store throws(ClientError) in
            try ICS07.Host.timestamp(at: height, in: &store)
        }
    }

    func verifyMembership(
        ofClient client: WireText, at height: Height, proof: [UInt8], path: [[UInt8]],
        value: [UInt8]
    ) throws(ClientViewError) {
        try asking(client) { store throws(ClientError) in
            try ICS07.Host.verifyMembership(
                proof: proof, path: path, value: value, at: height, in: &store,
                context: hostContext)
        }
    }

    func verifyNonMembership(
        ofClient client: WireText, at height: Height, proof: [UInt8], path: [[UInt8]]
    ) throws(ClientViewError) {
        try asking(client) { store throws(ClientError) in
            try ICS07.Host.verifyNonMembership(
                proof: proof, path: path, at: height, in: &store, context: hostContext)
        }
    }

    private var hostContext: HostContext {
        HostContext(now: blockTime, height: context.block.selfHeight)
    }

    private func asking<Value>(
        _ client: WireText,
        _ body: (inout HostedClientStore) throws(ClientError) -> Value
    ) throws(ClientViewError) -> Value {
        var store = HostedClientStore(context, client)
        do throws(ClientError) {
            return try body(&store)
        } catch {
            switch error {
            case .notActive(let status): throw .notActive(client, status)
            case .heightAboveLatest(let height, let latest):
                throw .heightAboveLatest(height, latest: latest)
            case .noTrustedState(let height): throw .noConsensusState(height)
            case .proof(let error): throw .proof(error)
            case .wire(let error): throw .proofWire(error)
            default: throw .unknownClient(client)
            }
        }
    }

    // MARK: applications

    func isRouted(_ port: WireText) -> Bool { ports[port.text] != nil }

    mutating func onSend(
        _ packet: Packet, _ payload: Payload, signer: [UInt8]
    ) throws(ApplicationError) {
        guard let port = ports[payload.sourcePort.text] else { return }
        try calling { () throws(ExecutionError) in
            try port.send(
                CityPayload(source: packet, payload), signer: signer, in: context)
        }
    }

    mutating func onReceive(
        _ packet: Packet, _ payload: Payload, relayer: [UInt8]
    ) -> ReceiveResult {
        guard let port = ports[payload.destinationPort.text] else { return .failure }
        do throws(ExecutionError) {
            let incoming = CityPayload(destination: packet, payload)
            switch try port.receive(incoming, in: context) {
            case .now(let bytes): return .success(bytes)
            case .later: return .later
            }
        } catch {
            return .failure
        }
    }

    mutating func onAcknowledgement(
        _ packet: Packet, _ payload: Payload, acknowledgement: [UInt8], relayer: [UInt8]
    ) throws(ApplicationError) {
        let isRefusal = acknowledgement == Acknowledgement.universalErrorBytes
        try finish(
            packet, payload, isRefusal ? .refused(acknowledgement) : .acknowledged(acknowledgement))
    }

    mutating func onTimeout(
        _ packet: Packet, _ payload: Payload, relayer: [UInt8]
    ) throws(ApplicationError) {
        try finish(packet, payload, .timedOut)
    }

    private func finish(
        _ packet: Packet, _ payload: Payload, _ outcome: PacketOutcome
    ) throws(ApplicationError) {
        guard let port = ports[payload.sourcePort.text] else { return }
        try calling { () throws(ExecutionError) in
            try port.finish(CityPayload(source: packet, payload), outcome, in: context)
        }
    }

    private func calling(
        _ body: () throws(ExecutionError) -> Void
    ) throws(ApplicationError) {
        do throws(ExecutionError) {
            try body()
        } catch {
            throw ApplicationError(ChainCode(error.codespace, error.code), log: error.log)
        }
    }
}

extension ExecutionContext {
    func emit(_ event: EmittedEvent) {
        events.append(
            ChainEvent(event.type, event.attributes.map { .init($0.key, $0.value) }))
    }
}

extension CityPayload {
    init(source packet: Packet, _ payload: Payload) {
        self.init(
            client: packet.sourceClient.text, sequence: packet.sequence,
            port: payload.sourcePort.text, version: payload.version.text,
            encoding: payload.encoding.text, value: payload.value)
    }

    init(destination packet: Packet, _ payload: Payload) {
        self.init(
            client: packet.destinationClient.text, sequence: packet.sequence,
            port: payload.destinationPort.text, version: payload.version.text,
            encoding: payload.encoding.text, value: payload.value)
    }
}
