// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// A packet's life, and items 29 and 30 of the specification's list: replays and races.
@Suite struct PacketHandlerTests {
    private func code(_ body: () throws -> Void) -> ChainCode? {
        do {
            try body()
            return nil
        } catch { return (error as? PacketError)?.chainCode }
    }

    @Test func `a packet is sent, received and acknowledged once`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        #expect(packet.sequence == 1)
        #expect(pair.source.values[packet.commitmentKey] == packet.commitment.bytes)
        #expect(pair.source.nextSequenceSend(ofClient: packet.sourceClient) == 2)
        #expect(pair.source.calls == ["send 1 open"])
        pair.update(2)
        #expect(try pair.receive(packet, at: 2) == .success)
        #expect(pair.destination.values[packet.receiptKey] == [2])
        #expect(
            pair.destination.values[packet.acknowledgementKey]
                == Acknowledgement([[1]]).commitment.bytes)
        pair.update(3)
        #expect(try pair.acknowledge(packet, Acknowledgement([[1]]), at: 3) == .success)
        #expect(pair.source.values[packet.commitmentKey] == nil)
        // The callback ran after the commitment was gone.
        #expect(pair.source.calls.last == "acknowledged 1")
        #expect(pair.source.layers.isEmpty && pair.destination.layers.isEmpty)
    }

    @Test func `the events of a life, in ibc-go's order`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        #expect(pair.source.events.map(\.type) == ["send_packet", "message"])
        pair.update(2)
        _ = try pair.receive(packet, at: 2)
        #expect(
            pair.destination.events.map(\.type)
                == ["recv_packet", "message", "record", "write_acknowledgement", "message"])
        #expect(try PacketEvent(pair.destination.events[0]) == .received(packet))
        #expect(
            try PacketEvent(pair.destination.events[3])
                == .acknowledgementWritten(packet, Acknowledgement([[1]])))
    }

    @Test func `received twice: nothing happens, and the application is not called`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        pair.update(2)
        _ = try pair.receive(packet, at: 2)
        let (values, calls) = (pair.destination.values, pair.destination.calls)
        #expect(try pair.receive(packet, at: 2) == .noop)
        #expect(pair.destination.values == values)
        #expect(pair.destination.calls == calls)
    }

    @Test func `received at second 99, refused at second 100`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send(timeout: 100)
        pair.update(2)
        pair.setTime(100)
        #expect(code { _ = try pair.receive(packet, at: 2) } == .channel(9))
        pair.setTime(99, nanoseconds: 999_999_999)
        #expect(try pair.receive(packet, at: 2) == .success)
    }

    @Test func `a received packet offered again after its timeout is an error`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send(timeout: 100)
        pair.update(2)
        _ = try pair.receive(packet, at: 2)
        pair.setTime(100)
        #expect(code { _ = try pair.receive(packet, at: 2) } == .channel(9))
    }

    @Test func `timed out at 100.0 s of the proof's header, not at 99.999999999`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send(timeout: 100)
        pair.setTime(99, nanoseconds: 999_999_999)
        pair.update(2)
        #expect(code { _ = try pair.timeout(packet, at: 2) } == .channel(10))
        pair.setTime(100)
        pair.update(3)
        #expect(try pair.timeout(packet, at: 3) == .success)
        #expect(pair.source.calls.last == "timeout 1")
        #expect(pair.source.values[packet.commitmentKey] == nil)
        #expect(try pair.timeout(packet, at: 3) == .noop)
        #expect(try pair.acknowledge(packet, Acknowledgement([[1]]), at: 3) == .noop)
    }

    @Test func `a received packet cannot time out`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send(timeout: 100)
        pair.update(2)
        _ = try pair.receive(packet, at: 2)
        pair.setTime(101)
        pair.update(3)
        #expect(code { _ = try pair.timeout(packet, at: 3) } == .commitment(2))
        #expect(pair.source.values[packet.commitmentKey] != nil)
    }

    @Test func `acknowledged twice: the second changes nothing`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        pair.update(2)
        _ = try pair.receive(packet, at: 2)
        pair.update(3)
        _ = try pair.acknowledge(packet, Acknowledgement([[1]]), at: 3)
        let calls = pair.source.calls
        #expect(try pair.acknowledge(packet, Acknowledgement([[1]]), at: 3) == .noop)
        #expect(pair.source.calls == calls)
    }

    @Test func `another acknowledgement than the proven one is refused`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        pair.update(2)
        _ = try pair.receive(packet, at: 2)
        pair.update(3)
        #expect(
            code { _ = try pair.acknowledge(packet, Acknowledgement([[2]]), at: 3) }
                == .commitment(2))
    }

    @Test func `a refusing application gives the universal error and leaves nothing`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        pair.update(2)
        pair.destination.answer = .failure
        #expect(try pair.receive(packet, at: 2) == .success)
        #expect(pair.destination.values[Array("app/1".utf8)] == nil)
        #expect(
            pair.destination.values[packet.acknowledgementKey]
                == Acknowledgement.universalError.commitment.bytes)
        #expect(pair.destination.events.contains { $0.type == "ibccallbackerror-record" })
        #expect(!pair.destination.events.contains { $0.type == "record" })
        pair.update(3)
        _ = try pair.acknowledge(packet, .universalError, at: 3)
        #expect(pair.source.calls.last == "refused 1")
    }

    @Test func `the universal error as a success is refused, and nothing stays`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        pair.update(2)
        pair.destination.answer = .success(Acknowledgement.universalErrorBytes)
        let before = pair.destination.values
        #expect(code { _ = try pair.receive(packet, at: 2) } == .channel(5))
        #expect(pair.destination.values == before)
        #expect(pair.destination.events.isEmpty)
    }

    @Test func `an acknowledgement that comes later is written once`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        pair.update(2)
        pair.destination.answer = .later
        #expect(try pair.receive(packet, at: 2) == .success)
        #expect(pair.destination.values[packet.acknowledgementKey] == nil)
        let client = packet.destinationClient
        let key = PacketKey.asyncPacket(client, 1)
        #expect(pair.destination.values[key] == packet.encoded)
        try PacketHandler.writeAcknowledgement(
            Acknowledgement([[9]]), client: client, sequence: 1, on: &pair.destination)
        #expect(pair.destination.values[key] == nil)
        #expect(
            code {
                try PacketHandler.writeAcknowledgement(
                    Acknowledgement([[8]]), client: client, sequence: 1, on: &pair.destination)
            } == .channel(5))
        // Even with the packet put back, the acknowledgement is there already.
        pair.destination.values[key] = packet.encoded
        #expect(
            code {
                try PacketHandler.writeAcknowledgement(
                    Acknowledgement([[8]]), client: client, sequence: 1, on: &pair.destination)
            } == .channel(11))
        pair.destination.values[packet.acknowledgementKey] = nil
        pair.destination.values[packet.receiptKey] = nil
        #expect(
            code {
                try PacketHandler.writeAcknowledgement(
                    Acknowledgement([[8]]), client: client, sequence: 1, on: &pair.destination)
            } == .channel(2))
    }

    @Test func `a failing callback undoes the acknowledgement and the timeout`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send(timeout: 100)
        let refusal = ApplicationError(ChainCode("cityapp", 4), log: "no")
        pair.update(2)
        _ = try pair.receive(packet, at: 2)
        pair.update(3)
        pair.source.refusal = refusal
        #expect(
            code { _ = try pair.acknowledge(packet, Acknowledgement([[1]]), at: 3) }
                == ChainCode("cityapp", 4))
        #expect(pair.source.values[packet.commitmentKey] == packet.commitment.bytes)
        #expect(pair.source.layers.isEmpty)
    }

    // Item 29.

    @Test func `a changed packet is refused by its proof`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        pair.update(2)
        var changed = packet
        changed.payloads[0].value[0] ^= 1
        #expect(code { _ = try pair.receive(changed, at: 2) } == .commitment(2))
        changed = packet
        changed.sequence = 2
        #expect(code { _ = try pair.receive(changed, at: 2) } == .commitment(2))
        changed = packet
        changed.timeoutSeconds = 200
        #expect(code { _ = try pair.receive(changed, at: 2) } == .commitment(2))
    }

    @Test func `a packet from or to another client than the registered one is refused`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        pair.update(2)
        var changed = packet
        changed.sourceClient = "07-tendermint-5"
        #expect(code { _ = try pair.receive(changed, at: 2) } == .clientV2(34))
        changed = packet
        changed.destinationClient = "07-tendermint-7"
        #expect(code { _ = try pair.receive(changed, at: 2) } == .clientV2(35))
    }

    @Test func `an acknowledged packet must be the one that was sent`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        pair.update(2)
        _ = try pair.receive(packet, at: 2)
        pair.update(3)
        var changed = packet
        changed.payloads[0].value[0] ^= 1
        #expect(
            code { _ = try pair.acknowledge(changed, Acknowledgement([[1]]), at: 3) }
                == .channel(2))
        pair.setTime(100)
        pair.update(4)
        #expect(code { _ = try pair.timeout(changed, at: 4) } == .channel(2))
    }

    @Test func `a proof above the client's height or at one it does not know is refused`() throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        pair.update(5)
        #expect(code { _ = try pair.receive(packet, at: 6) } == .ibc(9))
        #expect(code { _ = try pair.receive(packet, at: 3) } == .client(7))
        #expect(code { _ = try pair.receive(packet, at: 1) } == .commitment(2))
    }

    // Item 18.

    @Test(arguments: [ClientStatus.frozen, .expired])
    func `nothing moves over a client that is not active`(status: ClientStatus) throws {
        var pair = PacketTestPair()
        let packet = try pair.send()
        pair.update(2)
        pair.destination.clients[packet.destinationClient]?.status = status
        pair.source.clients[packet.sourceClient]?.status = status
        #expect(code { _ = try pair.receive(packet, at: 2) } == .client(29))
        #expect(code { _ = try pair.send() } == .client(29))
        #expect(
            code { _ = try pair.acknowledge(packet, Acknowledgement([[1]]), at: 2) }
                == .client(29))
    }
}
