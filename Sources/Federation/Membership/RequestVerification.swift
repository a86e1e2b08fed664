// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why a request is not to be approved.
public enum RequestError: Error, Hashable, Sendable {
    case otherFederation(got: String, expected: String)
    /// Made from another version than the present one: what changed since may matter.
    case staleBasis(got: Digest, expected: Digest, version: UInt64)
    /// Its clock is ahead of ours by more than the limit.
    case clockAhead(seconds: Int64, limit: Int64)
    case tooOld(seconds: Int64, limit: Int64)
    case missingProof(KeyRole, pin: Digest)
    case badProof(KeyRole, pin: Digest)
    /// A proof by a key that the entry does not name.
    case strangeProof(KeyRole, pin: Digest)
    /// A new key of a type that this software cannot verify: nothing could show that it is held.
    case unprovableKey(KeyRole, MemberKey)
    case alreadyMember(MemberID)
    case notMember(MemberID)
    /// No present authority key of the member signed: whoever holds only its other keys cannot
    /// change its entry.
    case currentAuthorityMissing(MemberID)
    /// No authority key of the member that vouches for it signed.
    case voucherMissing(MemberID, parent: MemberID)
    case changesNothing(MemberID)
    /// A member that leaves changes nothing else.
    case leaveChangesEntry(MemberID)
}

extension RegistrationRequest {
    /// A machine's clock may be ahead by this much, seconds.
    public static let maxClockAheadSeconds: Int64 = 600
    /// A request that nobody approved for this long is to be made again, seconds.
    public static let maxAgeSeconds: Int64 = 90 * 86_400

    /// Verifies everything that a request proves by itself and against the present manifest; nil
    /// where a federation is being founded.
    public func verify(
        against current: SealedManifest?, now: Timestamp,
        signatures verifier: inout SignatureVerifier
    ) throws(RequestError) {
        if let current {
            guard federation == current.manifest.federation else {
                throw .otherFederation(got: federation, expected: current.manifest.federation)
            }
            guard basis == current.digest else {
                throw .staleBasis(
                    got: basis, expected: current.digest, version: current.manifest.version)
            }
        }
        try checkAge(now)
        try checkPlace(current?.manifest)
        try checkProofs(current?.manifest, &verifier)
    }

    private func checkAge(_ now: Timestamp) throws(RequestError) {
        let age = now.nanoseconds(since: createdAt) / 1_000_000_000
        if age < -RegistrationRequest.maxClockAheadSeconds {
            throw .clockAhead(seconds: -age, limit: RegistrationRequest.maxClockAheadSeconds)
        }
        if age > RegistrationRequest.maxAgeSeconds {
            throw .tooOld(seconds: age, limit: RegistrationRequest.maxAgeSeconds)
        }
    }

    private func checkPlace(_ current: Manifest?) throws(RequestError) {
        let present = current?.member(entry.id)
        switch purpose {
        case .join:
            if let present, present.status != .revoked { throw .alreadyMember(entry.id) }
        case .change:
            guard let present else { throw .notMember(entry.id) }
            if present == entry { throw .changesNothing(entry.id) }
        case .leave:
            guard var expected = present, expected.status != .revoked else {
                throw .notMember(entry.id)
            }
            // First nothing new is begun, then it is out: or out at once, where nothing is open.
            expected.status = entry.status == .suspended ? .suspended : .revoked
            if expected.status == present?.status { throw .changesNothing(entry.id) }
            expected.statusReason = entry.statusReason
            if expected != entry { throw .leaveChangesEntry(entry.id) }
        }
    }

    private func checkProofs(
        _ current: Manifest?, _ verifier: inout SignatureVerifier
    ) throws(RequestError) {
        var open: Set<ProvenKey> = []
        let present = current?.member(entry.id)
        if purpose != .leave {
            try checkTypes(present)
            open = RegistrationRequest.keys(of: entry)
        }
        let parent = entry.parent.flatMap { current?.member($0) }
        var needsPresent = purpose != .join
        var needsVoucher =
            purpose == .join && entry.parent != nil && current != nil
        let presentPins = Set((present?.authorityKeys ?? []).compactMap(\.pin))
        let parentPins = Set((parent?.authorityKeys ?? []).compactMap(\.pin))
        for proof in proofs {
            let known = open.remove(ProvenKey(role: proof.role, pin: proof.pin)) != nil
            let isPresent = proof.role == .authority && presentPins.contains(proof.pin)
            let isVoucher = proof.role == .authority && parentPins.contains(proof.pin)
            guard known || isPresent || isVoucher else {
                throw .strangeProof(proof.role, pin: proof.pin)
            }
            guard proof.isValid(signBytes, &verifier) else {
                throw .badProof(proof.role, pin: proof.pin)
            }
            if isPresent { needsPresent = false }
            if isVoucher { needsVoucher = false }
        }
        if let missing = open.min() { throw .missingProof(missing.role, pin: missing.pin) }
        if needsPresent { throw .currentAuthorityMissing(entry.id) }
        if needsVoucher, let parent = entry.parent {
            throw .voucherMissing(entry.id, parent: parent)
        }
    }

    /// A key that counted before this software knew its type is carried on; a new one is refused.
    private func checkTypes(_ present: ManifestMember?) throws(RequestError) {
        for key in entry.authorityKeys
        where key.type != .ed25519 && present?.authorityKeys.contains(key) != true {
            throw .unprovableKey(.authority, key)
        }
        for key in entry.evidenceKeys
        where key.type != .ed25519 && present?.evidenceKeys.contains(key) != true {
            throw .unprovableKey(.evidence, key)
        }
    }

    /// The keys that an entry names, as their proofs name them.
    static func keys(of entry: ManifestMember) -> Set<ProvenKey> {
        var keys: Set<ProvenKey> = []
        for key in entry.authorityKeys {
            if let pin = key.pin { keys.insert(ProvenKey(role: .authority, pin: pin)) }
        }
        for key in entry.evidenceKeys {
            if let pin = key.pin { keys.insert(ProvenKey(role: .evidence, pin: pin)) }
        }
        for pin in entry.relay.keyPins { keys.insert(ProvenKey(role: .relay, pin: pin)) }
        return keys
    }
}

/// A key as a proof names it.
struct ProvenKey: Hashable, Comparable {
    let role: KeyRole
    let pin: Digest

    static func < (left: ProvenKey, right: ProvenKey) -> Bool {
        (left.role.rawValue, left.pin) < (right.role.rawValue, right.pin)
    }
}

extension KeyProof {
    /// Whether the key signed the message: Ed25519 by our own rules, others by OpenSSL's.
    func isValid(_ message: [UInt8], _ verifier: inout SignatureVerifier) -> Bool {
        if let key = MemberKey(info: info)?.publicKey {
            return verifier.isValid(signature, of: message, by: key)
        }
        // Authorities and evidence sign with keys that every member verifies alike.
        return role == .relay
            && SubjectPublicKey.isValid(signature, of: message, by: info)
    }
}

extension RequestError {
    /// Stable name of the case.
    public var code: String {
        switch self {
        case .otherFederation: "request/other-federation"
        case .staleBasis: "request/stale"
        case .clockAhead: "request/clock-ahead"
        case .tooOld: "request/too-old"
        case .missingProof: "request/key-not-proven"
        case .badProof: "request/bad-proof"
        case .strangeProof: "request/strange-proof"
        case .unprovableKey: "request/unprovable-key"
        case .alreadyMember: "request/already-member"
        case .notMember: "request/not-a-member"
        case .currentAuthorityMissing: "request/authority-missing"
        case .voucherMissing: "request/voucher-missing"
        case .changesNothing: "request/changes-nothing"
        case .leaveChangesEntry: "request/leave-changes-entry"
        }
    }

    /// One sentence of fact, for people.
    public var problem: String {
        switch self {
        case .otherFederation(let got, let expected):
            "the request is for the federation \"\(got)\", not \"\(expected)\""
        case .staleBasis(let got, let expected, let version):
            "the request was made from the manifest with the digest \(got), and this is version "
                + "\(version) with \(expected): one of the two is overtaken"
        case .clockAhead(let seconds, let limit):
            "the request is dated \(seconds) s ahead of this machine's clock; \(limit) s may pass"
        case .tooOld(let seconds, _): "the request is \(seconds / 86_400) days old"
        case .missingProof(let role, let pin):
            "the \(role.rawValue) key sha256:\(pin) did not sign: nothing shows that it is held"
        case .badProof(let role, let pin):
            "the signature of the \(role.rawValue) key sha256:\(pin) does not hold"
        case .strangeProof(let role, let pin):
            "the \(role.rawValue) key sha256:\(pin) signed and is not in the entry"
        case .unprovableKey(let role, let key):
            "the \(role.rawValue) key \(key) is of a type that cannot be verified yet: nothing "
                + "shows that it is held"
        case .alreadyMember(let id): "\(id) is a member already"
        case .notMember(let id): "\(id) is no member"
        case .currentAuthorityMissing(let id):
            "no present authority key of \(id) signed; its relay and evidence keys cannot change it"
        case .voucherMissing(let id, let parent): "\(parent) did not sign that it vouches for \(id)"
        case .changesNothing(let id): "the request changes nothing of \(id)"
        case .leaveChangesEntry(let id): "\(id) asks to leave and changes its entry besides"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .otherFederation: "use the files of one federation"
        case .staleBasis:
            "compare the version with another member's (`cityrelay member list`); if the request "
                + "is the older, its member makes it again with `cityrelay member renew`"
        case .clockAhead:
            "compare `date -u` on both machines with a third one and set the wrong clock; if it "
                + "was the requester's, the request is made again"
        case .tooOld: "make the request again"
        case .missingProof, .badProof:
            "run `cityrelay member request` where all the keys of `member init` are"
        case .strangeProof: "run `cityrelay member request` again: it signs with the entry's keys"
        case .unprovableKey: "give an Ed25519 key, as `cityrelay member init` makes it"
        case .alreadyMember: "use `cityrelay member rotate` for new keys or addresses"
        case .notMember:
            "compare the codes with `cityrelay member list`; whoever wants to come in uses "
                + "`cityrelay member request`"
        case .currentAuthorityMissing: "sign it on the machine that holds the authority key"
        case .voucherMissing: "have the city sign it: `cityrelay member request --voucher`"
        case .changesNothing: "say what is to be changed"
        case .leaveChangesEntry: "run `cityrelay member leave`, which changes nothing else"
        }
    }
}

extension RequestError: CustomStringConvertible {
    /// Code, fact and way out, as commands print it.
    public var description: String { "\(code): \(problem). Next: \(remedy)." }
}
