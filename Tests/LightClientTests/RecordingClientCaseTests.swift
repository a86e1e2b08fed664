// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

/// Client messages that recorded chains accepted, refused or froze on: the same state, the same
/// time, the same verdict. And the updates that their relayer wrote, byte for byte.
@Suite struct RecordingClientCaseTests {
    private func cases() throws -> [JSON] {
        let folder = try Fixtures.recordings("ibc-go-v10")
        return try Corpus.lines("\(folder)/client-cases.jsonl")
    }

    private func bytes(_ json: JSON?) throws -> [UInt8] {
        try #require(json?.string.flatMap { Base64.decode($0) })
    }

    /// The client's store as the chain had it before the message. When the states were processed
    /// plays no part in these cases.
    private func store(_ line: JSON) throws -> MemoryClientStore {
        var store = MemoryClientStore()
        store.set(
            Array("clientState".utf8),
            to: ProtobufAny(
                typeURL: "/ibc.lightclients.tendermint.v1.ClientState",
                value: try bytes(line["client_state_before"])
            ).encoded)
        for entry in line["consensus_states_before"]?.array ?? [] {
            let text = try #require(entry["height"]?.string)
            let numbers = text.split(separator: "-").compactMap { UInt64($0) }
            let key = Array("consensusStates/\(text)".utf8)
            store.set(
                key,
                to: ProtobufAny(
                    typeURL: "/ibc.lightclients.tendermint.v1.ConsensusState",
                    value: try bytes(entry["state"])
                ).encoded)
            let order = numbers.flatMap { number in
                (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - 8 * $0)) }
            }
            store.set(Array("iterateConsensusStates".utf8) + order, to: key)
        }
        return store
    }

    @Test func `every case ends as on the chain`() throws {
        var signatures = SignatureVerifier()
        var judged = 0
        for line in try cases() {
            let label = line["label"]?.string ?? ""
            let type = line["client_message_type"]?.string ?? ""
            let code = line["code"]?.int64 ?? 0
            // Refused by the chain's list of relayers, and decided by governance: not by the
            // client.
            let isOther = line["codespace"]?.string == "ibc" || type.hasSuffix("MsgRecoverClient")
            if isOther { continue }
            judged += 1
            let message = try bytes(line["client_message"])
            var store = try store(line)
            let before = store
            let latest = try ICS07.ClientState(reading: bytes(line["client_state_before"]))
            let now =
                try line["block_time"].map { try RPCJSON.time($0) }
                ?? ICS07.Host.timestamp(at: latest.latestHeight, in: &store)
            let context = HostContext(now: now, height: Height(revision: 1, height: 1))
            do {
                if type.hasSuffix("Misbehaviour") {
                    _ = try ICS07.Host.submit(
                        ICS07.Misbehaviour(reading: message), in: &store, at: context,
                        signatures: &signatures)
                } else {
                    _ = try ICS07.Host.update(
                        ICS07.Header(reading: message), in: &store, at: context,
                        signatures: &signatures)
                }
                #expect(code == 0, "\(label)")
            } catch {
                #expect(code != 0, "\(label): \(error)")
                #expect(store == before, "\(label)")
            }
            let status = try ICS07.Host.status(in: &store, now: now)
            #expect(
                status?.rawValue == line["status_after"]?.string?.lowercased(), "\(label)")
            let after = try ProtobufAny(
                reading: #require(store.entries[Array("clientState".utf8)]))
            #expect(after.value == (try bytes(line["client_state_after"])), "\(label)")
        }
        #expect(judged >= 40)
    }

    /// The parts of MsgUpdateClient in a recorded transaction.
    private func updates(in transaction: [UInt8]) throws -> [ICS07.Header] {
        var raw = ProtobufReader(transaction)
        var found: [ICS07.Header] = []
        while let field = try raw.next() {
            guard field.number == 1 else {
                try raw.skip(field)
                continue
            }
            var body = try raw.message(field)
            while let inner = try body.next() {
                guard inner.number == 1 else {
                    try body.skip(inner)
                    continue
                }
                let message = try ProtobufAny(reading: body.bytes(inner))
                guard message.typeURL == "/ibc.core.client.v1.MsgUpdateClient" else { continue }
                found += try headers(in: message.value)
            }
        }
        return found
    }

    private func headers(in update: [UInt8]) throws -> [ICS07.Header] {
        var reader = ProtobufReader(update)
        var found: [ICS07.Header] = []
        while let field = try reader.next() {
            guard field.number == 2 else {
                try reader.skip(field)
                continue
            }
            let message = try ProtobufAny(reading: reader.bytes(field))
            guard message.typeURL == "/ibc.lightclients.tendermint.v1.Header" else { continue }
            let header = try ICS07.Header(reading: message.value)
            #expect(header.encoded == message.value)
            found.append(header)
        }
        return found
    }

    /// Only the relayer's own updates; what the misbehaviour cases send is forged on purpose.
    @Test func `updates are built byte for byte as the recorded relayer wrote them`() throws {
        let folder = try Fixtures.recordings("ibc-go-v10")
        let chains = try RecordedChain.all(in: folder)
        var built = 0
        for host in chains {
            for line in try Corpus.lines("\(folder)/chain-\(host.code)/txs.jsonl") {
                guard line["label"]?.string?.hasPrefix("update_client") == true else { continue }
                for header in try updates(in: try bytes(line["tx"])) {
                    let real = try #require(header.signedHeader?.header)
                    let chain = try #require(chains.first { $0.chainID == real.chainID })
                    // A tip's commit may have other signers than the recorded one: taken as it is.
                    let message = try CometBFT.clientMessage(
                        signedHeader: #require(header.signedHeader),
                        validators: chain.validators(real.height),
                        trustedHeight: header.trustedHeight,
                        trustedValidators: chain.validators(
                            Int64(header.trustedHeight.height) + 1))
                    #expect(try real.hash() == chain.header(real.height).hash())
                    #expect(message == header.encoded, "\(real.height)")
                    built += 1
                }
            }
        }
        #expect(built >= 100)
    }
}
