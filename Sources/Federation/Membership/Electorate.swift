// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Who may sign the version after one: its voting members' authority keys, and how many are
/// needed. Small beside the manifest, so that many versions' electorates can be kept.
public struct Electorate: Hashable, Sendable {
    /// What the holder of an authority key may do.
    enum Seat: Hashable, Sendable {
        case voter(MemberID)
        case withoutVote(MemberID)
        case suspended(MemberID)
        case revoked(MemberID)
    }

    /// A table of keys that electorates share while nothing in it changes.
    private let seats: [MemberKey: Seat]
    public let federation: String
    public let version: UInt64
    public let digest: Digest
    public let voterCount: Int
    /// Signatures needed.
    public let needed: Int

    public init(_ sealed: SealedManifest) { self.init(sealed, like: nil) }

    /// Takes the table of keys from the version before where nothing in it has changed.
    init(_ sealed: SealedManifest, like previous: (SealedManifest, Electorate)?) {
        let manifest = sealed.manifest
        federation = manifest.federation
        version = manifest.version
        digest = sealed.digest
        if let (old, electorate) = previous, Electorate.isUnchanged(old.manifest, manifest) {
            seats = electorate.seats
            voterCount = electorate.voterCount
        } else {
            let voters = Set(manifest.voters)
            voterCount = voters.count
            seats = Electorate.seats(manifest, voters)
        }
        needed = manifest.quorum.needed(of: voterCount)
    }

    private static func isUnchanged(_ old: Manifest, _ new: Manifest) -> Bool {
        guard old.members.count == new.members.count, old.quorum == new.quorum else { return false }
        for index in old.members.indices {
            let (one, other) = (old.members[index], new.members[index])
            guard one.authorityKeys == other.authorityKeys, one.status == other.status,
                one.id == other.id, one.parent == other.parent
            else { return false }
        }
        return true
    }

    private static func seats(_ manifest: Manifest, _ voters: Set<MemberID>) -> [MemberKey: Seat] {
        var seats: [MemberKey: Seat] = [:]
        for member in manifest.members {
            let seat: Seat =
                switch manifest.standing(of: member.id) {
                case .active:
                    voters.contains(member.id) ? .voter(member.id) : .withoutVote(member.id)
                case .suspended: .suspended(member.id)
                case .revoked, .unknown: .revoked(member.id)
                }
            for key in member.authorityKeys {
                // Whatever another entry says: a revoked key never counts again.
                if case .revoked = seats[key] { continue }
                seats[key] = seat
            }
        }
        return seats
    }

    /// The members that vote and are not among these, in order: whose approvals are still open.
    public func missing(_ signers: [MemberID]) -> [MemberID] {
        var voters: Set<MemberID> = []
        for case .voter(let id) in seats.values { voters.insert(id) }
        return voters.subtracting(signers).sorted()
    }

    /// The voting member whose authority key this is. Throws what is wrong with the key.
    public func voter(_ key: MemberKey) throws(ManifestError) -> MemberID {
        switch seats[key] {
        case .voter(let id): return id
        case .withoutVote(let id): throw .signerWithoutVote(id)
        case .suspended(let id): throw .signerSuspended(id)
        case .revoked(let id): throw .signerRevoked(id)
        case nil: throw .unknownSigner(key)
        }
    }

    /// Verifies that enough voters signed a digest, each once. Returns them. Cheap rules first: a
    /// list that cannot be a quorum costs no curve arithmetic.
    public func verify(
        _ signatures: [ManifestSignature], of digest: Digest,
        with verifier: inout SignatureVerifier
    ) throws(ManifestError) -> [MemberID] {
        guard signatures.count <= ManifestLimits.signatures else {
            throw .tooManySignatures(signatures.count, limit: ManifestLimits.signatures)
        }
        var signers: [MemberID] = []
        var keys: Set<MemberKey> = []
        var seen: Set<MemberID> = []
        var claims: [SignedClaim] = []
        let message = SealedManifest.signBytes(digest)
        for signature in signatures {
            let voter = try voter(signature.key)
            guard keys.insert(signature.key).inserted else {
                throw .keySignedTwice(voter, signature.key)
            }
            guard seen.insert(voter).inserted else { throw .memberSignedTwice(voter) }
            guard let key = signature.key.publicKey else {
                throw .unsupportedKey(voter, signature.key.type)
            }
            signers.append(voter)
            claims.append(
                SignedClaim(key: key, message: message, signature: signature.signature))
        }
        guard signers.count >= needed else {
            throw .notEnoughSignatures(got: signers.count, needed: needed, voters: voterCount)
        }
        let verdicts = verifier.areValid(claims)
        for index in verdicts.indices where !verdicts[index] {
            throw .badSignature(signers[index])
        }
        return signers
    }
}
