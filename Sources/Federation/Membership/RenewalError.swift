// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why what a later version overtook cannot be made again by itself.
public enum RenewalError: Error, Hashable, Sendable {
    /// It is about the version that holds.
    case notOvertaken(version: UInt64)
    /// The present version says already what was asked for.
    case holdsAlready(version: UInt64)
    /// A change can be carried over only beside the version that it was made from.
    case earlierVersionNeeded(Digest)
    case otherEarlierVersion(got: Digest, expected: Digest)
    /// What was wished otherwise was changed meanwhile by somebody else, too.
    case changedMeanwhile(MemberID, part: String)
    case quorumChangedMeanwhile
    case memberGone(MemberID)
    /// It was put together from requests: those are made again.
    case madeOfRequests

    /// Stable name of the case.
    public var code: String {
        switch self {
        case .notOvertaken: "renew/not-overtaken"
        case .holdsAlready: "renew/holds-already"
        case .earlierVersionNeeded: "renew/earlier-version-needed"
        case .otherEarlierVersion: "renew/other-earlier-version"
        case .changedMeanwhile, .quorumChangedMeanwhile: "renew/changed-meanwhile"
        case .memberGone: "renew/member-gone"
        case .madeOfRequests: "renew/made-of-requests"
        }
    }

    /// One sentence of fact, for people.
    public var problem: String {
        switch self {
        case .notOvertaken(let version):
            "it was made from version \(version), which still holds: nothing overtook it"
        case .holdsAlready(let version): "version \(version) says already what was asked for"
        case .earlierVersionNeeded(let digest):
            "it was made from the version with the digest \(digest), which is not here: what it "
                + "wished to change cannot be told from what changed since"
        case .otherEarlierVersion(let got, let expected):
            "the earlier version given is \(got), it was made from \(expected)"
        case .changedMeanwhile(let id, let part):
            "the \(part) of \(id) was to be changed, and a later version changed it otherwise"
        case .quorumChangedMeanwhile:
            "the quorum was to be changed, and a later version changed it otherwise"
        case .memberGone(let id): "\(id) has no entry any more, or a new one under the same id"
        case .madeOfRequests: "the proposal was put together from requests of members"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .notOvertaken: "hand it in, or gather its approvals, as it is"
        case .holdsAlready: "nothing: `cityrelay member show` shows it"
        case .earlierVersionNeeded, .otherEarlierVersion:
            "give that version's file with --was; a relay of the federation has it too: --open "
                + "with --config or --relay"
        case .changedMeanwhile, .quorumChangedMeanwhile:
            "look at the present version (`cityrelay member show`), decide anew, and make it with "
                + "the command that it was made with"
        case .memberGone: "look at the present version with `cityrelay member list`"
        case .madeOfRequests: "have each member renew its request"
        }
    }
}
