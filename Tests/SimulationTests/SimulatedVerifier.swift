// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine

import enum RelayEngine.Verdict
import struct RelayEngine.ClientView

/// Verifies against a snapshot of a relay's client, as a verifier thread does: a header is good
/// when the chain (or its forked history) signed it and it builds on a header of the snapshot; a
/// proof is good when it is the digest that only the chain could make.
struct SimulatedVerifier {
    let chain: SimulatedChain
    let view: ClientView
    let anchor: UInt64
    var anchorHash: [UInt8] = []
    let now: Timestamp
    /// Believes everything: for the test that the invariants notice.
    var isCredulous = false
    let trustingPeriod: Int64

    /// The headers that hold, in order; stops at the first that does not.
    func verify(_ messages: [[UInt8]]) -> [VerifiedHeader] {
        var good: [VerifiedHeader] = []
        for message in messages {
            guard let header = SimulatedHeader(encoded: message), header.chainID == chain.id else {
                break
            }
            let isAnchor =
                header.trusted == 0 && header.height == anchor
                && (anchorHash.isEmpty || header.hash == anchorHash)
            guard isSigned(header), isAnchor || isTrusted(header, good) else { break }
            good.append(
                VerifiedHeader(
                    height: Height(revision: 1, height: header.height),
                    timestamp: Timestamp(unixNanoseconds: header.timeNanoseconds),
                    hash: header.hash,
                    consensusState: header.hash, message: message,
                    trustedHeight: header.trusted == 0
                        ? .zero : Height(revision: 1, height: header.trusted)))
        }
        return good
    }

    func isSigned(_ header: SimulatedHeader) -> Bool {
        if isCredulous { return true }
        for history in [chain.headers, chain.forks] {
            if let truth = history[header.height], truth.hash == header.hash,
                truth.timeNanoseconds == header.timeNanoseconds
            {
                return true
            }
        }
        return false
    }

    private func isTrusted(_ fresh: SimulatedHeader, _ good: [VerifiedHeader]) -> Bool {
        if good.contains(where: { $0.height.height == fresh.trusted }) { return true }
        guard let header = view.headers.first(where: { $0.height.height == fresh.trusted }) else {
            // Built on a height of the hosted client: good when we trust the header itself.
            return view.headers.contains {
                $0.height.height == fresh.height && $0.headerHash == fresh.hash
            }
        }
        return isFresh(header.timestamp)
    }

    private func isFresh(_ time: Timestamp) -> Bool {
        time.adding(nanoseconds: trustingPeriod) > now
    }

    /// Hash of the header that proofs at this height stand on.
    func root(at height: Height, _ fresh: [VerifiedHeader]) -> [UInt8]? {
        fresh.first { $0.height == height }?.hash
            ?? view.headers.first { $0.height == height }?.headerHash
    }

    func verdict(
        _ key: String, _ value: [UInt8]?, _ proof: [UInt8], at height: Height,
        _ fresh: [VerifiedHeader]
    ) -> Verdict {
        guard let root = root(at: height, fresh) else {
            return .undecided(code: "client/header-unknown", detail: "no header at \(height)")
        }
        if isCredulous { return .proven }
        return SimulatedProof.make(headerHash: root, key: key, value: value) == proof
            ? .proven : .refused(code: "proof/invalid", detail: "digest differs")
    }
}
