// SPDX-License-Identifier: Apache-2.0

import LightClient

// What the handlers share.

extension PacketHandler {
    /// The packet that a send message makes, after every check of a send.
    static func makePacket<Host: PacketHost>(
        _ message: MsgSendPacket, on host: Host
    ) throws(PacketError) -> Packet {
        let client = message.sourceClient
        guard let counterparty = host.counterparty(ofClient: client) else {
            throw .noCounterparty(client: client)
        }
        let timeout = message.timeoutSeconds
        let now = host.blockTime.unixSeconds
        // The reference compares whole moments: a deadline within the block's own second is past.
        guard timeout > now else { throw .elapsedOnSend(now: now, timeout: timeout) }
        guard timeout <= now + maxTimeoutDelta else {
            throw .timeoutTooFar(timeout: timeout, latest: now + maxTimeoutDelta)
        }
        guard let sequence = host.nextSequenceSend(ofClient: client), sequence < .max else {
            throw .noSendSequence(client: client)
        }
        let packet = Packet(
            sequence: sequence, sourceClient: client, destinationClient: counterparty.clientID,
            timeoutSeconds: timeout, payloads: message.payloads)
        do throws(PacketFault) {
            try packet.validate()
        } catch { throw .constructed(error) }
        guard let status = host.status(ofClient: client), status == .active else {
            throw .notActive(client: client, host.status(ofClient: client))
        }
        let latest = try asking(client) { () throws(ClientViewError) in
            try host.latestTimestamp(ofClient: client)
        }
        guard !packet.hasElapsed(at: latest) else {
            throw .elapsed(now: latest.unixSeconds, timeout: timeout)
        }
        return packet
    }

    /// Runs the receiving applications in a layer of their own. Nil: the acknowledgement comes
    /// later.
    static func runApplications<Host: PacketHost>(
        _ packet: Packet, _ relayer: [UInt8], _ host: inout Host
    ) throws(PacketError) -> Acknowledgement? {
        var answers: [[UInt8]] = []
        host.beginLayer()
        for payload in packet.payloads {
            guard host.isRouted(payload.destinationPort) else {
                _ = host.dropLayer()
                throw .noRoute(port: payload.destinationPort)
            }
            switch host.onReceive(packet, payload, relayer: relayer) {
            case .success(let answer):
                guard answer != Acknowledgement.universalErrorBytes else {
                    _ = host.dropLayer()
                    throw .sentinelAsSuccess
                }
                answers.append(answer)
            case .failure:
                for event in host.dropLayer() { host.emit(event.renamedAsCallbackError) }
                return .universalError
            case .later:
                host.keepLayer()
                return nil
            }
        }
        host.keepLayer()
        return Acknowledgement(answers)
    }

    /// Writes the acknowledgement once, after the receipt.
    static func write<Host: PacketHost>(
        _ acknowledgement: Acknowledgement, for packet: Packet, on host: inout Host
    ) throws(PacketError) {
        let client = packet.destinationClient
        _ = try counterparty(client, isNamed: packet.sourceClient, host)
        guard host.packetValue(at: packet.acknowledgementKey) == nil else {
            throw .acknowledgementExists(client: client, sequence: packet.sequence)
        }
        guard host.packetValue(at: packet.receiptKey) != nil else {
            throw .noReceipt(client: client, sequence: packet.sequence)
        }
        host.setPacketValue(acknowledgement.commitment.bytes, at: packet.acknowledgementKey)
        host.emit(PacketEvent.acknowledgementWritten(packet, acknowledgement).emitted)
        host.emit(.channelModule)
    }

    /// Whether the packet's commitment is still there. Throws when another one is.
    static func isOpen<Host: PacketHost>(
        _ packet: Packet, _ host: Host
    ) throws(PacketError) -> Bool {
        guard let stored = host.packetValue(at: packet.commitmentKey) else { return false }
        let calculated = packet.commitment
        guard stored == calculated.bytes else {
            throw .commitmentMismatch(stored: stored, calculated: calculated)
        }
        return true
    }

    static func counterparty<Host: PacketHost>(
        _ client: WireText, isNamed other: WireText, _ host: Host
    ) throws(PacketError) -> CounterpartyInfo {
        guard let counterparty = host.counterparty(ofClient: client) else {
            throw .noCounterparty(client: client)
        }
        guard counterparty.clientID == other else {
            throw .wrongCounterparty(
                client: client, got: other, registered: counterparty.clientID)
        }
        return counterparty
    }

    static func path(
        _ key: [UInt8], _ counterparty: CounterpartyInfo
    ) throws(PacketError) -> [[UInt8]] {
        try checking { () throws(PacketFault) in
            try MerklePrefix(counterparty.merklePrefix).path(appending: key)
        }
    }

    /// The relayer's address, when the client's list lets it relay.
    static func relayer<Host: PacketHost>(
        _ signer: WireText, _ client: WireText, _ host: Host
    ) throws(PacketError) -> [UInt8] {
        let relayer = try address(signer, host.addressPrefix)
        guard host.config(ofClient: client).allows(relayer, prefix: host.addressPrefix) else {
            throw .unauthorizedRelayer(client: client, relayer: signer)
        }
        return relayer
    }

    static func address(_ signer: WireText, _ prefix: String) throws(PacketError) -> [UInt8] {
        do throws(Bech32Fault) {
            return try Bech32.address(signer, prefix: prefix)
        } catch { throw .fault(.signer(error)) }
    }

    /// Runs the body in a layer that is dropped when it throws.
    static func atomically<Host: PacketHost, Value>(
        _ host: inout Host, _ body: (inout Host) throws(PacketError) -> Value
    ) throws(PacketError) -> Value {
        host.beginLayer()
        do throws(PacketError) {
            let value = try body(&host)
            host.keepLayer()
            return value
        } catch {
            _ = host.dropLayer()
            throw error
        }
    }

    static func asking<Value>(
        _ client: WireText, _ body: () throws(ClientViewError) -> Value
    ) throws(PacketError) -> Value {
        do throws(ClientViewError) {
            return try body()
        } catch { throw .client(client, error) }
    }

    static func checking<Value>(
        _ body: () throws(PacketFault) -> Value
    ) throws(PacketError) -> Value {
        do throws(PacketFault) {
            return try body()
        } catch { throw .fault(error) }
    }

    static func wrapped(_ body: () throws(ApplicationError) -> Void) throws(PacketError) {
        do throws(ApplicationError) {
            try body()
        } catch { throw .application(error) }
    }
}
