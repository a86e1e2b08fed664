// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why a manifest, a signature of one or a step between two was refused.
public enum ManifestError: Error, Hashable, Sendable {
    case wire(WireError)
    case unknownFormat(UInt32)
    case division(DivisionCodeError)
    case institution(InstitutionCodeError)
    case endpoint(MemberID, String)
    case unknownFamily(MemberID, String)
    case notCanonical(MemberID)
    case notCanonicalManifest
    case membersOutOfOrder(MemberID)

    /// The version at hand is not the one whose digest was agreed on.
    case wrongAnchor(got: Digest, expected: Digest)
    case otherFederation(got: String, expected: String)
    /// Versions between are missing.
    /// A next version of one that holds no more: another took its number.
    case overtaken(version: UInt64, by: UInt64)
    case gap(expected: UInt64, got: UInt64)
    /// An older version than the first that is known: nothing here can judge it.
    case beforeAnchor(got: UInt64, anchor: UInt64)
    case previousMismatch(version: UInt64, got: Digest, expected: Digest)
    /// Errors in the content, by which no relay could work.
    case unsound([ManifestFinding])
    /// Two versions of one number, both signed by a quorum.
    case equivocation(ManifestEquivocation)
    /// The two statements do not contradict each other.
    case noEquivocation

    case unknownSigner(MemberKey)
    /// The key belongs to the member, but not for signing manifests.
    case wrongRole(MemberID, KeyRole)
    case signerWithoutVote(MemberID)
    case signerSuspended(MemberID)
    case signerRevoked(MemberID)
    case keySignedTwice(MemberID, MemberKey)
    case memberSignedTwice(MemberID)
    case unsupportedKey(MemberID, KeyType)
    case badSignature(MemberID)
    case notEnoughSignatures(got: Int, needed: Int, voters: Int)
    case tooManySignatures(Int, limit: Int)
    /// An approval of another version than the one that is put together.
    case approvalOfOther(got: Digest, expected: Digest)
    /// Keys or addresses of a member change without its own signed request.
    case changeWithoutRequest(MemberID)
    /// A member's request is not to be approved.
    case request(RequestError, of: MemberID)
}

/// What a member's key is for.
public enum KeyRole: String, Hashable, Sendable, CaseIterable {
    /// Signs manifests: who is in the federation.
    case authority
    /// Signs requests, releases and log checkpoints.
    case evidence
    /// Runs the relay's TLS. Who holds it can start a node, and sign nothing.
    case relay
}

extension Manifest {
    /// Whose key it is, and what for; nil when no member has it.
    public func role(of key: MemberKey) -> (member: MemberID, role: KeyRole)? {
        let pin = key.pin
        for member in members {
            if member.authorityKeys.contains(key) { return (member.id, .authority) }
            if member.evidenceKeys.contains(key) { return (member.id, .evidence) }
            if let pin, member.relay.keyPins.contains(pin) { return (member.id, .relay) }
        }
        return nil
    }

    /// Says more of a signer that is unknown as an authority.
    func refined(_ error: ManifestError) -> ManifestError {
        guard case .unknownSigner(let key) = error, let owner = role(of: key) else { return error }
        return .wrongRole(owner.member, owner.role)
    }
}
