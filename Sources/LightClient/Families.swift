// SPDX-License-Identifier: Apache-2.0

/// The relay's own light clients, whatever the family. Verifier threads call what is dear here, on
/// a snapshot; the decider calls `judge` and `status` on the current state.
public enum Families {
    /// The one switch: a new `FamilyID` makes the compiler ask for its family here.
    static func family(_ id: FamilyID) -> any ChainFamily.Type {
        switch id {
        case .cometBFT: CometBFT.self
        }
    }

    /// Most client updates of one job: more would keep a verifier from its other work for too long.
    public static let maxUpdatesPerJob = 64

    /// Verifies client updates in order; each builds on a trusted header of the snapshot or on an
    /// earlier update of the same list. All or nothing: the first refused one is thrown.
    ///
    /// A header that is trusted already, by its hash, is returned as it is trusted, whatever the
    /// message builds on: another client of the chain may stand on heights that this one does not
    /// hold.
    public static func verifyUpdates(
        _ messages: [[UInt8]], snapshot: ClientSnapshot, now: Timestamp,
        signatures: inout SignatureVerifier
    ) throws(ClientError) -> [TrustedHeader] {
        try verifyUpdates(
            family(snapshot.family), messages, snapshot: snapshot, now: now,
            signatures: &signatures)
    }

    private static func verifyUpdates<Family: ChainFamily>(
        _ family: Family.Type, _ messages: [[UInt8]], snapshot: ClientSnapshot, now: Timestamp,
        signatures: inout SignatureVerifier
    ) throws(ClientError) -> [TrustedHeader] {
        guard messages.count <= maxUpdatesPerJob else {
            throw .tooMany(got: messages.count, limit: maxUpdatesPerJob)
        }
        let status = snapshot.status(now: now)
        guard status == .active else { throw .notActive(status) }
        var verified: [TrustedHeader] = []
        for bytes in messages {
            let message = try Family.decode(message: bytes)
            let summary = Family.summary(of: message)
            let base = summary.trustedHeight
            guard
                let trusted = verified.last(where: { $0.height == base })
                    ?? snapshot.trusted[base]
            else {
                if let held = snapshot.trusted[summary.height],
                    held.headerHash == summary.headerHash
                {
                    verified.append(held)
                    continue
                }
                throw .noTrustedState(base)
            }
            verified.append(
                try Family.verify(
                    message, parameters: snapshot.parameters, trusted: trusted, now: now,
                    signatures: &signatures))
        }
        return verified
    }

    /// The first trusted header of a client, from the message that carries it and the hash that the
    /// operator wrote down.
    public static func verifyAnchor(
        _ message: [UInt8], family id: FamilyID, parameters: ClientParameters, hash: Digest,
        signatures: inout SignatureVerifier
    ) throws(ClientError) -> TrustedHeader {
        try verifyAnchor(
            family(id), message, parameters: parameters, hash: hash, signatures: &signatures)
    }

    private static func verifyAnchor<Family: ChainFamily>(
        _ family: Family.Type, _ message: [UInt8], parameters: ClientParameters, hash: Digest,
        signatures: inout SignatureVerifier
    ) throws(ClientError) -> TrustedHeader {
        try Family.verifyAnchor(
            Family.decode(message: message), parameters: parameters, hash: hash,
            signatures: &signatures)
    }

    /// What a verified header does to the client as it stands now. Cheap: no signature, no hash.
    public static func judge(
        _ header: TrustedHeader, against current: ClientSnapshot, now: Timestamp
    ) -> UpdateVerdict {
        let status = current.status(now: now)
        guard status == .active else { return .inactive(status) }
        if let stored = current.trusted[header.height] {
            return stored.agrees(with: header)
                ? .alreadyKnown
                : .misbehaviour(.twoHeaders(stored: stored, received: header))
        }
        var below: TrustedHeader?
        var above: TrustedHeader?
        for stored in current.trusted.values {
            if stored.height < header.height {
                if below.map({ $0.height < stored.height }) ?? true { below = stored }
            } else if above.map({ stored.height < $0.height }) ?? true {
                above = stored
            }
        }
        if let below, below.timestamp >= header.timestamp {
            return .misbehaviour(.timeOutOfOrder(lower: below, higher: header))
        }
        if let above, above.timestamp <= header.timestamp {
            return .misbehaviour(.timeOutOfOrder(lower: header, higher: above))
        }
        return .apply
    }

    public static func status(of snapshot: ClientSnapshot, now: Timestamp) -> ClientStatus {
        snapshot.status(now: now)
    }

    /// Reads what a client message says of itself. Verifies nothing.
    public static func inspect(
        _ message: [UInt8], family id: FamilyID
    ) throws(ClientError) -> ClientMessageSummary {
        try inspect(family(id), message)
    }

    private static func inspect<Family: ChainFamily>(
        _ family: Family.Type, _ message: [UInt8]
    ) throws(ClientError) -> ClientMessageSummary {
        Family.summary(of: try Family.decode(message: message))
    }

    /// Throws unless the state under the header holds `value` at `path` (root to leaf).
    public static func verifyMembership(
        family id: FamilyID, proof: [UInt8], path: [[UInt8]], value: [UInt8],
        at header: TrustedHeader
    ) throws(ClientError) {
        var cache = ProofCache()
        try verifyMembership(
            family: id, proof: proof, path: path, value: value, at: header, cache: &cache)
    }

    /// The same for one of a batch of proofs, which share `cache`.
    public static func verifyMembership(
        family id: FamilyID, proof: [UInt8], path: [[UInt8]], value: [UInt8],
        at header: TrustedHeader, cache: inout ProofCache
    ) throws(ClientError) {
        try family(id).verifyMembership(
            proof: proof, path: path, value: value, at: header, cache: &cache)
    }

    /// Throws unless the state under the header has nothing at `path` (root to leaf).
    public static func verifyNonMembership(
        family id: FamilyID, proof: [UInt8], path: [[UInt8]], at header: TrustedHeader
    ) throws(ClientError) {
        var cache = ProofCache()
        try verifyNonMembership(
            family: id, proof: proof, path: path, at: header, cache: &cache)
    }

    /// The same for one of a batch of proofs, which share `cache`.
    public static func verifyNonMembership(
        family id: FamilyID, proof: [UInt8], path: [[UInt8]], at header: TrustedHeader,
        cache: inout ProofCache
    ) throws(ClientError) {
        try family(id).verifyNonMembership(
            proof: proof, path: path, at: header, cache: &cache)
    }
}
