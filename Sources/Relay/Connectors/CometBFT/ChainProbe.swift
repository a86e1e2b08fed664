// SPDX-License-Identifier: Apache-2.0

package import LightClient
import RelayTransport

/// Asks one chain's node and waits for each answer: for commands that look at a chain before a
/// relay runs there. Builds the same client updates and proofs that the relay sends.
///
/// `@unchecked Sendable`, because `headers` and `proofs` are touched on the loop's thread alone.
package final class ChainProbe: @unchecked Sendable {
    private let loop: EventLoop
    private let rpc: NodeRPC
    private let headers: HeaderSource
    private let proofs: ProofSource

    package init(
        address: String, parameters: ClientParameters, authorityFile: String? = nil
    ) throws {
        loop = try EventLoop(name: "probe")
        rpc = try NodeRPC(
            loop: loop, addresses: [address], chainID: parameters.chainID,
            authorityFile: authorityFile)
        let revision = (try? parameters.chainID.revision()) ?? 0
        headers = HeaderSource(
            rpc: rpc, revision: revision, threshold: parameters.trustThreshold)
        proofs = ProofSource(rpc: rpc)
    }

    package func stop() {
        rpc.close()
        loop.stop()
    }

    package func status() throws -> RPCStatus {
        try ask { probe, then in
            probe.rpc.call(RPCCall("status"), as: RPCStatus.self, then: then)
        }
    }

    /// The header at a height as the message that a trust anchor is judged by.
    package func anchor(at height: UInt64) throws -> [UInt8] {
        let messages = try ask { probe, then in probe.headers.anchor(at: height, then: then) }
        guard let message = messages.first else {
            throw NodeError(
                .wrongAnswer, node: rpc.currentAddress, method: "commit",
                detail: "no header at \(height)")
        }
        return message
    }

    /// Client updates that lead from one height to another.
    package func updates(from trusted: UInt64, to target: UInt64) throws -> [[UInt8]] {
        try ask { probe, then in probe.headers.update(from: trusted, to: target, then: then) }
    }

    /// Values and proofs of keys in the state after a block.
    package func prove(
        _ keys: [[UInt8]], store: String, state: UInt64
    ) throws -> [StoreProof] {
        try ask { probe, then in
            probe.proofs.prove(keys, store: store, state: state, then: then)
        }
    }

    private func ask<Value: Sendable>(
        _ work:
            @escaping @Sendable (ChainProbe, @escaping (Result<Value, NodeError>) -> Void) ->
            Void
    ) throws -> Value {
        let answer = LoopAnswer<Value>()
        let posted = loop.postAlways {
            work(self) { result in answer.put(result.mapError { $0 as any Error }) }
        }
        guard posted else {
            throw NodeError(
                .unreachable, node: rpc.currentAddress, method: "-", detail: "the loop has ended")
        }
        return try answer.wait().get()
    }
}
