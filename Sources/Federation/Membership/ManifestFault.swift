// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What is wrong with a manifest's content, or doubtful in it.
public enum ManifestFault: Error, Hashable, Sendable {
    case emptyFederation
    case zeroVersion
    case previousMissing
    case previousOfFirst
    case tooFewMembers(Int)
    case tooMany(String, count: Int, limit: Int)
    case tooLong(String, bytes: Int, limit: Int)
    /// A text that holds what hides, moves or ends other text, or a name beyond ASCII.
    case textForm(String)
    case expiryOrder
    case lifetime(seconds: Int64, limit: Int64)
    case issuedBeforePrevious

    case noVoter
    case quorumNotMajority(needed: Int, voters: Int)
    case quorumUnreachable(needed: Int, voters: Int)
    case councilUnknown(MemberID)
    case councilTwice(MemberID)

    case duplicateChain(ChainID, MemberID, MemberID)
    case duplicateEndpoint(Endpoint, MemberID, MemberID)
    case duplicateKeyPin(Digest, MemberID, MemberID)
    case duplicateKey(MemberKey, MemberID, MemberID)
    case keyInTwoRoles(MemberID, KeyRole, KeyRole)

    case noName(MemberID)
    case noOwner(MemberID)
    case noOperator(MemberID)
    case organisationCode(MemberID, InstitutionCodeError)
    case noAuthorityKey(MemberID)
    case noEvidenceKey(MemberID)
    case keyLength(MemberID, KeyType, Int)
    case keyUnsupported(MemberID, KeyType)
    case noChain(MemberID)
    case reasonMissing(MemberID)
    case reasonOfActive(MemberID)
    /// A rule that a topology's members and routes obey too.
    case topology(MemberID?, TopologyFault)

    case parentUnknown(MemberID, parent: MemberID)
    case parentIsItself(MemberID)
    case parentNotAbove(MemberID, parent: MemberID)
    case vouchersTooDeep(MemberID)

    /// An entry may go only after it was revoked: nobody vanishes without a word.
    case vanished(MemberID)
    /// A key that was revoked with its member stands in a new entry.
    case revokedKeyReturns(MemberID, MemberKey)
    /// As above, a relay's key.
    case revokedPinReturns(MemberID, Digest)
    /// The version before knew that this key was revoked; this one no longer does.
    case revokedKeyForgotten(Digest)

    /// Whether a relay may work with the manifest in spite of it.
    public var isWarning: Bool {
        switch self {
        case .keyUnsupported: true
        case .topology(_, .noKeyPin): false
        case .topology(_, let fault): fault.isWarning
        default: false
        }
    }
}

/// A fault and the place where it shows: `members[330100/330100000000000].chains[0].id`.
public struct ManifestFinding: Hashable, Sendable {
    public let path: String
    public let fault: ManifestFault

    public init(path: String, fault: ManifestFault) {
        self.path = path
        self.fault = fault
    }
}
