// SPDX-License-Identifier: Apache-2.0

import LightClient
import RelayEngine

import struct RelayEngine.HostedUpdate

/// What each message does, and with which code it is refused: the rules of ibc-go v10, without its
/// bytes.
extension SimulatedChain {
    /// Executes one message; false for a no-op.
    func perform(
        _ message: SimulatedMessage, _ state: inout ChainState, time: Int64
    ) throws(TransactionFailure) -> Bool {
        switch message {
        case .update(let client, let bytes): try update(client, bytes, &state, time: time)
        case .receive(let packet, let proof, let height):
            try receive(packet, proof, height, &state, time: time)
        case .acknowledge(let packet, let acknowledgement, let proof, let height):
            try acknowledge(packet, acknowledgement, proof, height, &state)
        case .timeout(let packet, let proof, let height):
            try timeOut(packet, proof, height, &state)
        case .createClient(let chainID, let height, let hash, let headerTime):
            createClient(chainID, height, hash, headerTime, &state)
        case .register(let client, let remote): try register(client, remote, &state)
        case .misbehave(let client, let first, let second):
            try misbehave(client, first, second, &state)
        }
    }

    private func update(
        _ id: String, _ bytes: [UInt8], _ state: inout ChainState, time: Int64
    ) throws(TransactionFailure) -> Bool {
        guard let client = state.clients[id], let header = SimulatedHeader(encoded: bytes) else {
            throw TransactionFailure("sdk", 18, "invalid request")
        }
        let newest = client.states[client.latest]?.time ?? 0
        guard !client.isFrozen, newest + client.trustingPeriod > time else {
            throw TransactionFailure("client", 29, "client not active")
        }
        guard let trusted = client.states[header.trusted],
            trusted.time + client.trustingPeriod > time
        else { throw TransactionFailure("07-tendermint", 5, "no trusted state") }
        guard let truth = others[client.chainID]?.headers[header.height], truth.hash == header.hash
        else { throw TransactionFailure("undefined", 1, "invalid signature") }
        if client.states[header.height] == nil {
            state.clients[id]?.states[header.height] = (truth.hash, truth.timeNanoseconds)
        }
        updates.append(
            HostedUpdate(client: id, height: Height(revision: 1, height: header.height)))
        return true
    }

    private func misbehave(
        _ id: String, _ first: [UInt8], _ second: [UInt8], _ state: inout ChainState
    ) throws(TransactionFailure) -> Bool {
        guard let client = state.clients[id], !client.isFrozen else {
            throw TransactionFailure("client", 29, "client not active")
        }
        guard let one = SimulatedHeader(encoded: first),
            let other = SimulatedHeader(encoded: second), let chain = others[client.chainID],
            one.height == other.height, one.hash != other.hash,
            [one, other].allSatisfy({ header in
                [chain.headers, chain.forks].contains { $0[header.height]?.hash == header.hash }
            })
        else { throw TransactionFailure("client", 13, "invalid misbehaviour") }
        state.clients[id]?.isFrozen = true
        return true
    }

    private func check(
        _ client: ChainState.Client, _ key: String, _ value: [UInt8]?, _ proof: [UInt8],
        _ height: UInt64
    ) throws(TransactionFailure) -> (hash: [UInt8], time: Int64) {
        guard let consensus = client.states[height] else {
            throw TransactionFailure("client", 7, "no consensus state at \(height)")
        }
        guard SimulatedProof.make(headerHash: consensus.hash, key: key, value: value) == proof
        else { throw TransactionFailure("commitment", 2, "invalid proof") }
        return consensus
    }

    private func packet(_ bytes: [UInt8]) throws(TransactionFailure) -> SimulatedPacket {
        guard let packet = SimulatedPacket(encoded: bytes) else {
            throw TransactionFailure("channelv2", 2, "invalid packet")
        }
        return packet
    }

    private func receive(
        _ bytes: [UInt8], _ proof: [UInt8], _ height: UInt64, _ state: inout ChainState, time: Int64
    ) throws(TransactionFailure) -> Bool {
        let packet = try packet(bytes)
        guard let client = state.clients[packet.destination], client.counterparty == packet.source
        else { throw TransactionFailure("clientv2", 34, "wrong counterparty") }
        guard UInt64(time / World.second) < packet.timeoutSeconds else {
            throw TransactionFailure("channelv2", 9, "elapsed")
        }
        let receipt = Key.receipt(packet.destination, packet.sequence)
        if state.values[receipt] != nil && keepsReceipts { return false }
        _ = try check(
            client, Key.commitment(packet.source, packet.sequence), packet.commitment, proof, height
        )
        guard packet.port != SimulatedPacket.nobody else {
            throw TransactionFailure("undefined", 111_222, "panic: no route")
        }
        if state.values[receipt] == nil { state.receiptHeights[receipt] = self.height }
        state.set(receipt, [2], height: self.height)
        state.received[receipt] = packet
        events.append(PacketEvent(kind: .receive, packet: packet.summary))
        if packet.port == SimulatedPacket.refusing {
            write(UniversalError.encoded, for: packet, &state)
            return true
        }
        if packet.port == SimulatedPacket.letters {
            write(hear(packet, from: client.chainID, &state), for: packet, &state)
            return true
        }
        state.balances[packet.receiver, default: 0] += packet.amount
        state.credits["\(client.chainID)/\(packet.source)/\(packet.sequence)", default: 0] += 1
        if packet.port == SimulatedPacket.late {
            state.late.append((packet, self.height + UInt64(packet.sequence % 7) + 1))
        } else {
            write(SimulatedChain.success, for: packet, &state)
        }
        return true
    }

    private func acknowledge(
        _ bytes: [UInt8], _ acknowledgement: [UInt8], _ proof: [UInt8], _ height: UInt64,
        _ state: inout ChainState
    ) throws(TransactionFailure) -> Bool {
        let packet = try packet(bytes)
        guard let client = state.clients[packet.source], client.counterparty == packet.destination
        else { throw TransactionFailure("clientv2", 34, "wrong counterparty") }
        let key = Key.commitment(packet.source, packet.sequence)
        guard let commitment = state.values[key] else { return false }
        guard commitment == packet.commitment else {
            throw TransactionFailure("channelv2", 2, "other packet")
        }
        _ = try check(
            client, Key.acknowledgement(packet.destination, packet.sequence),
            SHA256.hash(acknowledgement).bytes, proof, height)
        close(packet, key, refunds: acknowledgement == UniversalError.encoded, &state)
        finish(packet, acknowledgement, &state)
        state.endings[key] = .acknowledged(acknowledgement)
        events.append(PacketEvent(kind: .acknowledge, packet: packet.summary))
        return true
    }

    private func timeOut(
        _ bytes: [UInt8], _ proof: [UInt8], _ height: UInt64, _ state: inout ChainState
    ) throws(TransactionFailure) -> Bool {
        let packet = try packet(bytes)
        guard let client = state.clients[packet.source], client.counterparty == packet.destination
        else { throw TransactionFailure("clientv2", 34, "wrong counterparty") }
        let key = Key.commitment(packet.source, packet.sequence)
        guard let commitment = state.values[key] else { return false }
        guard commitment == packet.commitment else {
            throw TransactionFailure("channelv2", 2, "other packet")
        }
        let consensus = try check(
            client, Key.receipt(packet.destination, packet.sequence), nil, proof, height)
        guard UInt64(consensus.time / World.second) >= packet.timeoutSeconds else {
            throw TransactionFailure("channelv2", 10, "not reached")
        }
        close(packet, key, refunds: true, &state)
        finish(packet, nil, &state)
        state.endings[key] = .timedOut
        events.append(PacketEvent(kind: .timeout, packet: packet.summary))
        return true
    }

    /// Releases the locked amount: back to the sender, or out of this chain's books.
    private func close(
        _ packet: SimulatedPacket, _ key: String, refunds: Bool, _ state: inout ChainState
    ) {
        state.set(key, nil, height: height)
        for user in 0..<4 {
            guard let locked = state.balances.removeValue(forKey: "escrow/user-\(user)/\(key)")
            else { continue }
            if refunds {
                state.balances["user-\(user)", default: 0] += locked
                state.refunds[key, default: 0] += 1
            }
        }
    }

    private func createClient(
        _ chainID: String, _ height: UInt64, _ hash: [UInt8], _ time: Int64,
        _ state: inout ChainState
    ) -> Bool {
        let id = "07-simulated-\(state.clients.count)"
        state.clients[id] = ChainState.Client(
            chainID: chainID, states: [height: (hash, time)], trustingPeriod: trustingPeriod)
        return true
    }

    private func register(
        _ client: String, _ remote: String, _ state: inout ChainState
    ) throws(TransactionFailure) -> Bool {
        guard let known = state.clients[client] else {
            throw TransactionFailure("sdk", 18, "invalid request")
        }
        guard known.counterparty.isEmpty else {
            throw TransactionFailure("ibc", 8, "registered twice")
        }
        state.clients[client]?.counterparty = remote
        return true
    }
}
