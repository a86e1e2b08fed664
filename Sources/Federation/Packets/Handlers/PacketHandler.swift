// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// The four steps of a packet's life on a chain, as transitions of a host. Each either does all of
/// its work, or throws and leaves nothing. Source: ibc-go channel/v2 keeper; specs/cometbft-ibc.md
/// §4.5.
///
/// The messages must have passed `validate`.
public enum PacketHandler {
    /// How far ahead of the block a deadline may lie, seconds: it bounds how long receipts decide.
    public static let maxTimeoutDelta: UInt64 = 24 * 60 * 60

    /// Takes a packet from an application. Returns its sequence.
    public static func send<Host: PacketHost>(
        _ message: MsgSendPacket, on host: inout Host
    ) throws(PacketError) -> UInt64 {
        let signer = try address(message.signer, host.addressPrefix)
        return try atomically(&host) { host throws(PacketError) in
            let packet = try makePacket(message, on: host)
            host.setPacketValue(
                PacketKey.bigEndian(packet.sequence + 1),
                at: PacketKey.nextSequenceSend(packet.sourceClient))
            host.setPacketValue(packet.commitment.bytes, at: packet.commitmentKey)
            host.emit(PacketEvent.sent(packet).emitted)
            host.emit(.channelModule)
            for payload in packet.payloads {
                guard host.isRouted(payload.sourcePort) else {
                    throw .noRoute(port: payload.sourcePort)
                }
                try wrapped { () throws(ApplicationError) in
                    try host.onSend(packet, payload, signer: signer)
                }
            }
            return packet.sequence
        }
    }

    /// Delivers a packet: at most once, before its deadline, and only with a proof of its
    /// commitment.
    public static func receive<Host: PacketHost>(
        _ message: MsgRecvPacket, on host: inout Host
    ) throws(PacketError) -> HandlerResult {
        let packet = message.packet
        let client = packet.destinationClient
        let relayer = try relayer(message.signer, client, host)
        return try atomically(&host) { host throws(PacketError) in
            let counterparty = try counterparty(client, isNamed: packet.sourceClient, host)
            guard !packet.hasElapsed(at: host.blockTime) else {
                throw .elapsed(now: host.blockTime.unixSeconds, timeout: packet.timeoutSeconds)
            }
            guard host.packetValue(at: packet.receiptKey) == nil else { return .noop }
            let path = try path(packet.commitmentKey, counterparty)
            try asking(client) { () throws(ClientViewError) in
                try host.verifyMembership(
                    ofClient: client, at: message.proofHeight, proof: message.proofCommitment,
                    path: path, value: packet.commitment.bytes)
            }
            host.setPacketValue(PacketKey.receiptValue, at: packet.receiptKey)
            host.emit(PacketEvent.received(packet).emitted)
            host.emit(.channelModule)
            if let acknowledgement = try runApplications(packet, relayer, &host) {
                try write(acknowledgement, for: packet, on: &host)
            } else {
                host.setPacketValue(
                    packet.encoded, at: PacketKey.asyncPacket(client, packet.sequence))
            }
            return .success
        }
    }

    /// Ends a packet with the other side's answer.
    public static func acknowledge<Host: PacketHost>(
        _ message: MsgAcknowledgement, on host: inout Host
    ) throws(PacketError) -> HandlerResult {
        let packet = message.packet
        let client = packet.sourceClient
        let relayer = try relayer(message.signer, client, host)
        return try atomically(&host) { host throws(PacketError) in
            let counterparty = try counterparty(client, isNamed: packet.destinationClient, host)
            guard try isOpen(packet, host) else { return .noop }
            let path = try path(packet.acknowledgementKey, counterparty)
            try asking(client) { () throws(ClientViewError) in
                try host.verifyMembership(
                    ofClient: client, at: message.proofHeight, proof: message.proofAcked,
                    path: path, value: message.acknowledgement.commitment.bytes)
            }
            // First the commitment, then the callback: a callback that comes back finds nothing.
            host.removePacketValue(at: packet.commitmentKey)
            host.emit(PacketEvent.acknowledged(packet).emitted)
            host.emit(.channelModule)
            for (index, payload) in packet.payloads.enumerated() {
                guard host.isRouted(payload.sourcePort) else {
                    throw .noRoute(port: payload.sourcePort)
                }
                let answers = message.acknowledgement.appAcknowledgements
                let isAnswered = message.acknowledgement.isSuccess && index < answers.count
                let answer =
                    isAnswered ? answers[index] : Acknowledgement.universalErrorBytes
                try wrapped { () throws(ApplicationError) in
                    try host.onAcknowledgement(
                        packet, payload, acknowledgement: answer, relayer: relayer)
                }
            }
            return .success
        }
    }

    /// Ends a packet that was not received before its deadline and never can be.
    public static func timeout<Host: PacketHost>(
        _ message: MsgTimeout, on host: inout Host
    ) throws(PacketError) -> HandlerResult {
        let packet = message.packet
        let client = packet.sourceClient
        let relayer = try relayer(message.signer, client, host)
        return try atomically(&host) { host throws(PacketError) in
            let counterparty = try counterparty(client, isNamed: packet.destinationClient, host)
            let time = try asking(client) { () throws(ClientViewError) in
                try host.timestamp(ofClient: client, at: message.proofHeight)
            }
            guard packet.hasElapsed(at: time) else {
                throw .notReached(proofTime: time.unixSeconds, timeout: packet.timeoutSeconds)
            }
            guard try isOpen(packet, host) else { return .noop }
            let path = try path(packet.receiptKey, counterparty)
            try asking(client) { () throws(ClientViewError) in
                try host.verifyNonMembership(
                    ofClient: client, at: message.proofHeight, proof: message.proofUnreceived,
                    path: path)
            }
            host.removePacketValue(at: packet.commitmentKey)
            host.emit(PacketEvent.timedOut(packet).emitted)
            host.emit(.channelModule)
            for payload in packet.payloads {
                guard host.isRouted(payload.sourcePort) else {
                    throw .noRoute(port: payload.sourcePort)
                }
                try wrapped { () throws(ApplicationError) in
                    try host.onTimeout(packet, payload, relayer: relayer)
                }
            }
            return .success
        }
    }

    /// An application writes the acknowledgement that it owed since `ReceiveResult.later`.
    public static func writeAcknowledgement<Host: PacketHost>(
        _ acknowledgement: Acknowledgement, client: WireText, sequence: UInt64,
        on host: inout Host
    ) throws(PacketError) {
        try checking { () throws(PacketFault) in try acknowledgement.validate() }
        let key = PacketKey.asyncPacket(client, sequence)
        guard let bytes = host.packetValue(at: key), let packet = try? Packet(reading: bytes)
        else { throw .noAsyncPacket(client: client, sequence: sequence) }
        try atomically(&host) { host throws(PacketError) in
            try write(acknowledgement, for: packet, on: &host)
            host.removePacketValue(at: key)
        }
    }
}
