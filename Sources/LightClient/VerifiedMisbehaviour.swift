// SPDX-License-Identifier: Apache-2.0

/// Two headers of one chain that contradict each other, both verified.
public struct VerifiedMisbehaviour: Hashable, Sendable {
    /// Not below `second`.
    public let first: TrustedHeader
    public let second: TrustedHeader
    /// The family's misbehaviour message, on heights that were trusted here.
    public let message: [UInt8]

    init(first: TrustedHeader, second: TrustedHeader, message: [UInt8]) {
        self.first = first
        self.second = second
        self.message = message
    }

    public var evidence: MisbehaviourEvidence {
        first.height == second.height
            ? .twoHeaders(stored: second, received: first)
            : .timeOutOfOrder(lower: second, higher: first)
    }
}

extension ClientError {
    /// Whether the message itself is wrong, whoever judges it. False: somebody who trusts other
    /// headers, or looks at another time, may find otherwise.
    public var isFalsehood: Bool {
        switch self {
        case .noTrustedState, .notActive, .unknownClient, .tooMany,
            .misbehaviour(.expiredTrust):
            false
        default: true
        }
    }
}

extension Families {
    /// Headers that may support misbehaviour. More would let one report keep a verifier busy.
    public static let maxSupport = 16

    /// The family's misbehaviour message from two client messages, in either order.
    public static func misbehaviour(
        _ one: [UInt8], _ other: [UInt8], family id: FamilyID
    ) throws(ClientError) -> [UInt8] {
        try family(id).misbehaviour(one, other)
    }

    /// The two client messages that a misbehaviour message accuses.
    public static func accused(
        _ misbehaviour: [UInt8], family id: FamilyID
    ) throws(ClientError) -> (first: [UInt8], second: [UInt8]) {
        try family(id).accused(misbehaviour)
    }

    /// The same misbehaviour for a client that stores `bases`, none of them too old. Throws
    /// `noTrustedState` when it stores none that fits. Verifies nothing.
    public static func rebaseMisbehaviour(
        _ misbehaviour: [UInt8], family id: FamilyID, parameters: ClientParameters,
        bases: [TrustedHeader]
    ) throws(ClientError) -> [UInt8] {
        try family(id).rebaseMisbehaviour(misbehaviour, parameters: parameters, bases: bases)
    }

    /// Verifies misbehaviour against the snapshot. Whoever reports it may trust other heights than
    /// we do: an accused header is judged on any of our headers that announces the same set, or on
    /// one of `support`, headers that lead there and are verified first.
    ///
    /// Errors that say `isFalsehood` are the reporter's; the others leave the matter open.
    public static func verifyMisbehaviour(
        _ misbehaviour: [UInt8], support: [[UInt8]], snapshot: ClientSnapshot, now: Timestamp,
        signatures: inout SignatureVerifier
    ) throws(ClientError) -> VerifiedMisbehaviour {
        try verifyMisbehaviour(
            family(snapshot.family), misbehaviour, support: support, snapshot: snapshot, now: now,
            signatures: &signatures)
    }

    private static func verifyMisbehaviour<Family: ChainFamily>(
        _ family: Family.Type, _ misbehaviour: [UInt8], support: [[UInt8]],
        snapshot: ClientSnapshot, now: Timestamp, signatures: inout SignatureVerifier
    ) throws(ClientError) -> VerifiedMisbehaviour {
        guard support.count <= maxSupport else {
            throw .tooMany(got: support.count, limit: maxSupport)
        }
        let status = snapshot.status(now: now)
        guard status == .active else { throw .notActive(status) }
        var bases = Array(snapshot.trusted.values)
        var claimed: [Height: Digest] = [:]
        for bytes in support {
            guard let message = try? Family.decode(message: bytes) else { continue }
            let summary = Family.summary(of: message)
            claimed[summary.height] = summary.headerHash
            if snapshot.trusted[summary.height]?.headerHash == summary.headerHash { continue }
            // One that does not hold supports nothing; the accusation stands by itself or falls.
            for base in bases where base.height == summary.trustedHeight {
                let verified = try? Family.verify(
                    message, parameters: snapshot.parameters, trusted: base, now: now,
                    signatures: &signatures)
                guard let verified else { continue }
                bases.append(verified)
                break
            }
        }
        do throws(ClientError) {
            return try Family.verifyMisbehaviour(
                misbehaviour, parameters: snapshot.parameters, bases: bases, now: now,
                signatures: &signatures)
        } catch .trustedValidatorsMismatch(let got, let expected) {
            // The reporter may stand on another history than ours, and cannot show it here.
            let isOtherHistory = claimed.contains { height, hash in
                snapshot.trusted[height].map { $0.headerHash != hash } ?? false
            }
            if isOtherHistory, let height = claimed.keys.max() { throw .noTrustedState(height) }
            throw .trustedValidatorsMismatch(got: got, expected: expected)
        }
    }
}
