// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Judges the lines of verdicts/cometbft/raw.jsonl: wire bytes, and what the decoded value says
/// when it is written again and judged.
public enum CometBFTRaw {
    /// What we make of one message.
    public struct Reading: Sendable {
        /// The value written anew; nil where the line does not ask (`CosmosTx`).
        public var encoded: [UInt8]?
        /// Whether the second-level checks pass; nil where the line does not ask.
        public var isValid: Bool?
        /// Other results, under the line's names: `hash`, `roots`, `messages`.
        public var results: [String: JSON]
        /// A documented decision to refuse what the reference calls valid.
        public var stricter: String?

        public init(
            encoded: [UInt8]?, isValid: Bool?, results: [String: JSON] = [:],
            stricter: String? = nil
        ) {
            self.encoded = encoded
            self.isValid = isValid
            self.results = results
            self.stricter = stricter
        }
    }

    /// One reader a kind of message. Throws when the bytes are not one.
    public typealias Reader = @Sendable (_ bytes: [UInt8]) throws -> Reading

    /// The kinds of this file. Other modules' kinds are given to `judge` beside them.
    public static let readers: [String: Reader] = [
        "Header": { bytes in
            let header = try Header(reading: bytes)
            let isValid = (try? header.validate()) != nil
            return Reading(
                encoded: header.encoded, isValid: isValid,
                results: hash(isValid ? try? header.hash() : nil, orEmpty: isValid))
        },
        "SignedHeader": { bytes in
            let signed = try SignedHeader(reading: bytes)
            let chainID = signed.header?.chainID ?? ChainID(bytes: [])
            let checked = try? signed.checked(chainID: chainID)
            return Reading(
                encoded: signed.encoded, isValid: checked != nil, results: hash(checked?.hash))
        },
        "Commit": { bytes in
            let commit = try Commit(reading: bytes)
            let isValid = (try? commit.validate()) != nil
            return Reading(
                encoded: commit.encoded, isValid: isValid,
                results: hash(isValid ? commit.hash() : nil))
        },
        "ValidatorSet": { bytes in
            let set = try ValidatorSet(reading: bytes)
            let checked = try? set.checked()
            return Reading(
                encoded: set.encoded, isValid: checked != nil, results: hash(checked?.hash()))
        },
        "TmHeader": { bytes in
            let header = try ICS07.Header(reading: bytes)
            let checked = try? header.checked()
            return Reading(
                encoded: header.encoded, isValid: checked != nil,
                results: hash(checked?.signed.hash))
        },
        "TmMisbehaviour": { bytes in
            let misbehaviour = try ICS07.Misbehaviour(reading: bytes)
            var signatures = SignatureVerifier()
            let checked = try? misbehaviour.checked(signatures: &signatures)
            return Reading(encoded: misbehaviour.encoded, isValid: checked != nil)
        },
        "TmClientState": { bytes in
            let state = try ICS07.ClientState(reading: bytes)
            return Reading(encoded: state.encoded, isValid: (try? state.validate()) != nil)
        },
        "TmConsensusState": { bytes in
            let state = try ICS07.ConsensusState(reading: bytes)
            return Reading(encoded: state.encoded, isValid: (try? state.validate()) != nil)
        },
    ]

    /// A valid header without validators_hash has the empty hash.
    private static func hash(_ digest: Digest?, orEmpty: Bool = false) -> [String: JSON] {
        guard let text = digest?.description ?? (orEmpty ? "" : nil) else { return [:] }
        return ["hash": .string(text)]
    }

    /// Nil when no reader knows the line's kind.
    public static func judge(
        _ json: JSON, readers: [String: Reader] = CometBFTRaw.readers
    ) throws -> Judgement? {
        let line = try VerdictLine(json)
        guard let reader = readers[line.kind] else { return nil }
        let bytes = try line.bytes("bytes")
        do {
            let reading = try reader(bytes)
            guard line.isAccepted else {
                return .disagreed("accepted; reference: \(line.reason)")
            }
            return compare(reading, bytes, json["out"]?.object ?? [:])
        } catch {
            return line.judge(nil, refusal: "\(error)")
        }
    }

    private static func compare(
        _ reading: Reading, _ bytes: [UInt8], _ expected: [String: JSON]
    ) -> Judgement {
        if let encoded = reading.encoded {
            let reference = expected["reencoded"]?.string.flatMap { Base64.decode($0) } ?? bytes
            guard encoded == reference else {
                return .disagreed("written anew as \(Hex.encode(encoded))")
            }
        }
        if let isValid = reading.isValid, let reference = expected["valid"]?.bool,
            isValid != reference
        {
            if reference, let decision = reading.stricter { return .stricter(decision) }
            return .disagreed(
                "valid: \(isValid); reference: \(expected["valid_err"]?.string ?? "valid")")
        }
        for (name, value) in expected
        where !["same", "reencoded", "valid", "valid_err"].contains(name) {
            guard reading.results[name] == value else {
                return .disagreed(
                    "\(name) is \(String(describing: reading.results[name])), not \(value)")
            }
        }
        return .agreed
    }
}
