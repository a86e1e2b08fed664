// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Judges vectors/ibc-07-tendermint: updates and proofs of real Cosmos chains, by the index file
/// `cases.json`.
public struct ICS07Cases {
    public enum Failure: Error { case format(String) }

    private var signatures = SignatureVerifier()

    public init() {}

    /// Judges one entry of the index with the file it names.
    public mutating func judge(_ entry: JSON, _ file: JSON) throws -> Judgement {
        guard let kind = entry["kind"]?.string, let expected = entry["expected"]?.string else {
            throw Failure.format("kind or expected")
        }
        let client = try ICS07.ClientState(reading: try RPCJSON.hex(file["client_state_hex"]))
        let state = try ICS07.ConsensusState(
            reading: try RPCJSON.hex(file["consensus_state_hex"]))
        let outcome = decide(kind, entry, file, client, state)
        if outcome.accepted != (expected == "accept") {
            return .disagreed(outcome.accepted ? "accepted" : outcome.why)
        }
        return try judgeOtherRoot(kind, entry, file, client, state)
    }

    /// Some files carry the app hash that their proof is for, beside a state it does not fit.
    private mutating func judgeOtherRoot(
        _ kind: String, _ entry: JSON, _ file: JSON, _ client: ICS07.ClientState,
        _ state: ICS07.ConsensusState
    ) throws -> Judgement {
        guard let expected = entry["expected_with_app_hash_hex_as_root"]?.string else {
            return .agreed
        }
        var other = state
        other.root.hash = try RPCJSON.hex(file["app_hash_hex"])
        let outcome = decide(kind, entry, file, client, other)
        return outcome.accepted == (expected == "accept")
            ? .agreed : .disagreed("under app_hash_hex: \(outcome.why)")
    }

    private mutating func decide(
        _ kind: String, _ entry: JSON, _ file: JSON, _ client: ICS07.ClientState,
        _ state: ICS07.ConsensusState
    ) -> (accepted: Bool, why: String) {
        do {
            if kind == "update_client" {
                try update(entry, file, client, state)
            } else {
                try prove(kind, entry, file, client, state)
            }
            return (true, "accepted")
        } catch {
            return (false, "\(error)")
        }
    }

    private mutating func update(
        _ entry: JSON, _ file: JSON, _ client: ICS07.ClientState, _ state: ICS07.ConsensusState
    ) throws {
        let message = try RPCJSON.hex(file["update_client_message"]?["client_message_hex"])
        guard let now = entry["now_unix_ns"]?.int64 else { throw Failure.format("now_unix_ns") }
        try ICS07.Header(reading: message).checked().verify(
            chainID: client.chainID,
            options: TrustOptions(
                trustThreshold: client.trustLevel,
                trustingPeriodNanoseconds: client.trustingPeriodNanoseconds,
                clockDriftNanoseconds: client.maxClockDriftNanoseconds),
            trusted: state, now: Timestamp(unixNanoseconds: now), signatures: &signatures)
    }

    private func prove(
        _ kind: String, _ entry: JSON, _ file: JSON, _ client: ICS07.ClientState,
        _ state: ICS07.ConsensusState
    ) throws {
        let message = file["membership_msg"]
        let path = try (entry["path_hex"]?.array ?? []).map { try RPCJSON.hex($0) }
        let proof = try MerkleProof(reading: try RPCJSON.hex(message?["proof"]))
        if kind == "membership" {
            try proof.verifyMembership(
                specs: client.proofSpecs, root: state.root.hash, path: path,
                value: try RPCJSON.hex(message?["value"]))
        } else {
            try proof.verifyNonMembership(
                specs: client.proofSpecs, root: state.root.hash, path: path)
        }
    }
}
