// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import Testing

/// What a send may ask for, and who may relay.
@Suite struct PacketSendTests {
    private func code(_ body: () throws -> Void) -> ChainCode? {
        do {
            try body()
            return nil
        } catch { return (error as? PacketError)?.chainCode }
    }

    @Test func `a deadline lies after the block and at most 24 hours ahead`() throws {
        var pair = PacketTestPair(now: 1_000)
        #expect(code { _ = try pair.send(timeout: 1_000) } == .channel(9))
        #expect(code { _ = try pair.send(timeout: 1_000 + 86_401) } == .channel(8))
        // Nanoseconds and milliseconds are far in the future.
        #expect(code { _ = try pair.send(timeout: 2_000_000_000_000) } == .channel(8))
        #expect(code { _ = try pair.send(timeout: .max) } == .channel(8))
        #expect(try pair.send(timeout: 1_001).sequence == 1)
        #expect(try pair.send(timeout: 1_000 + 86_400).sequence == 2)
    }

    @Test func `a deadline that the other chain has passed is refused`() throws {
        var pair = PacketTestPair(now: 1_000)
        pair.destination.blockTime = try #require(Timestamp(seconds: 1_050))
        pair.update(2)
        #expect(code { _ = try pair.send(timeout: 1_050) } == .channel(9))
        #expect(code { _ = try pair.send(timeout: 1_051) } == nil)
    }

    @Test func `a client without counterparty sends nothing`() {
        var pair = PacketTestPair()
        pair.source.values[PacketKey.counterparty(PacketTestPair.sourceClient)] = nil
        #expect(code { _ = try pair.send() } == .clientV2(35))
    }

    @Test func `a port that nobody is bound to stops the send and the receive`() throws {
        var pair = PacketTestPair()
        var payload = PacketSample.p1Payload
        payload.sourcePort = "residence"
        let message = MsgSendPacket(
            sourceClient: PacketTestPair.sourceClient, timeoutSeconds: 100, payloads: [payload],
            signer: PacketTestPair.relayer)
        let before = pair.source.values
        #expect(
            code { _ = try PacketHandler.send(message, on: &pair.source) } == .panicked)
        #expect(pair.source.values == before)

        payload = PacketSample.p1Payload
        payload.destinationPort = "residence"
        let sent = MsgSendPacket(
            sourceClient: PacketTestPair.sourceClient, timeoutSeconds: 100, payloads: [payload],
            signer: PacketTestPair.relayer)
        _ = try PacketHandler.send(sent, on: &pair.source)
        pair.update(2)
        var packet = PacketSample.p1
        packet.payloads = [payload]
        let untouched = pair.destination.values
        #expect(code { _ = try pair.receive(packet, at: 2) } == .panicked)
        #expect(pair.destination.values == untouched)
    }

    @Test func `a refusing application undoes the send`() {
        var pair = PacketTestPair()
        pair.source.refusal = ApplicationError(ChainCode("cityapp", 4), log: "no")
        let before = pair.source.values
        #expect(code { _ = try pair.send() } == ChainCode("cityapp", 4))
        #expect(pair.source.values == before)
        #expect(pair.source.events.isEmpty)
    }

    @Test func `only relayers on the list relay, when there is a list`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        pair.update(2)
        let other = WireText(Bech32.encode(prefix: "cosmos", [UInt8](repeating: 8, count: 20)))
        let client = packet.destinationClient
        pair.destination.setConfig(ClientConfig(allowedRelayers: [other]), ofClient: client)
        #expect(code { _ = try pair.receive(packet, at: 2) } == .ibc(2))
        pair.destination.setConfig(
            ClientConfig(allowedRelayers: [other, PacketTestPair.relayer]), ofClient: client)
        #expect(try pair.receive(packet, at: 2) == .success)
        pair.destination.setConfig(ClientConfig(), ofClient: client)
        #expect(pair.destination.config(ofClient: client) == ClientConfig())
    }

    @Test func `every refusal has words for a log`() {
        let errors: [PacketError] = [
            .fault(.zeroSequence), .constructed(.zeroTimeout), .noCounterparty(client: "a"),
            .elapsed(now: 2, timeout: 1), .noRoute(port: "x"), .sentinelAsSuccess,
            .client("a", .noConsensusState(.zero)),
        ]
        for error in errors { #expect(!error.log.isEmpty) }
        #expect(
            PacketError.elapsed(now: 2, timeout: 1).log
                == "current timestamp: 2, timeout timestamp: 1: timeout elapsed")
    }
}
