// SPDX-License-Identifier: Apache-2.0

import CityChain
import Federation
import LightClient
import RelayConnectors
import RelayTransport
import TestSupport
import Testing

/// Client updates as the relayer of the recording built them, from the same nodes' answers.
@Suite struct `Header source on recorded nodes` {
    /// One recorded update: the chain it is about, and the message.
    private struct Update {
        let chainID: String
        let bytes: [UInt8]
        let header: ICS07.Header
    }

    private func updates() throws -> [Update] {
        var updates: [Update] = []
        for folder in try RecordedCall.folders() {
            for line in try RecordedCall.lines("\(folder)/txs.jsonl") {
                guard let tx = line["tx"]?.string.flatMap({ Base64.decode($0) }),
                    let raw = try? TxRaw(reading: tx),
                    let body = try? TxBody(reading: raw.bodyBytes)
                else { continue }
                for any in body.messages where any.typeURL.text == MsgUpdateClient.typeURL {
                    let message = try MsgUpdateClient(reading: any.value)
                    guard let carried = message.clientMessage, carried.typeURL == ICS07.headerURL,
                        let header = try? ICS07.Header(reading: carried.value),
                        let chainID = header.signedHeader?.header?.chainID
                    else { continue }
                    updates.append(
                        Update(
                            chainID: chainID.description, bytes: carried.value,
                            header: header))
                }
            }
        }
        return updates
    }

    /// Priorities of a set kept by its hash are those of another height, and are not hashed.
    private func withoutPriorities(_ bytes: [UInt8]) throws -> ICS07.Header {
        var header = try ICS07.Header(reading: bytes)
        for path in [\ICS07.Header.validatorSet, \ICS07.Header.trustedValidators] {
            guard var set = header[keyPath: path] else { continue }
            for index in set.validators.indices { set.validators[index].proposerPriority = 0 }
            set.proposer?.proposerPriority = 0
            header[keyPath: path] = set
        }
        return header
    }

    @Test func `updates equal the recorded ones where the inputs are equal`() async throws {
        let updates = try updates()
        try #require(!updates.isEmpty)
        var equal = 0
        var compared = 0
        for folder in try RecordedCall.folders() {
            var calls: [RecordedCall] = []
            for name in ["commits", "validators"] {
                calls += try RecordedCall.lines("\(folder)/\(name).jsonl").map {
                    RecordedCall(line: $0)
                }
            }
            let commits = try calls.filter { $0.method == "commit" }.compactMap { call in
                try call.decoded(as: RPCCommitAnswer.self).get().signed_header.header
            }
            guard let chainID = commits.first?.chain_id else { continue }
            let node = try RecordedNode(calls)
            let loop = try RelayTransport.EventLoop(name: "headers")
            defer {
                loop.stop()
                node.node.close()
            }
            for update in updates where update.chainID == chainID {
                let built = try await build(update, node, loop)
                // A commit taken at the tip, a forged header or a base without overlap: other
                // inputs.
                guard built.count == 1,
                    let made = try? ICS07.Header(reading: built[0]),
                    made.signedHeader == update.header.signedHeader,
                    made.trustedHeight == update.header.trustedHeight,
                    update.header.validatorSet?.validators.count
                        == made.validatorSet?.validators.count,
                    try withoutPriorities(update.bytes).trustedValidators
                        == (try withoutPriorities(built[0])).trustedValidators
                else { continue }
                compared += 1
                #expect(try withoutPriorities(built[0]) == withoutPriorities(update.bytes))
                if built[0] == update.bytes { equal += 1 }
            }
        }
        #expect(compared > updates.count / 2, "\(compared) of \(updates.count) compared")
        #expect(equal > 0, "\(equal) of \(compared) equal to the byte")
    }

    private func build(
        _ update: Update, _ node: RecordedNode, _ loop: RelayTransport.EventLoop
    ) async throws -> [[UInt8]] {
        let height = UInt64(clamping: update.header.signedHeader?.header?.height ?? 0)
        let trusted = update.header.trustedHeight
        let result: Result<[[UInt8]], RelayConnectors.NodeError> =
            await withCheckedContinuation { continuation in
                let isPosted = loop.post {
                    guard let rpc = try? NodeRPC(loop: loop, addresses: [node.address]) else {
                        return continuation.resume(returning: .success([]))
                    }
                    let source = HeaderSource(
                        rpc: rpc, revision: trusted.revision, threshold: .oneThird)
                    source.update(from: trusted.height, to: height) {
                        rpc.close()
                        continuation.resume(returning: $0)
                    }
                }
                if !isPosted { continuation.resume(returning: .success([])) }
            }
        return (try? result.get()) ?? []
    }
}
