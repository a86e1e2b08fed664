// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why a relay does not take a paper.
public enum ProposalError: Error, Hashable, Sendable {
    /// An authority would refuse it: the same reasons.
    case manifest(ManifestError)
    /// An approval or rejection of something that is not open here.
    case unknown(Digest)
    case full(limit: Int)
    case tooManyOf(String, limit: Int)
    /// A paper of another kind than is handed in here.
    case misplaced(MemberPaper.Kind)

    /// Stable name of the case.
    public var code: String {
        switch self {
        case .manifest(let error): error.code
        case .unknown: "proposal/unknown"
        case .full: "proposal/too-many-open"
        case .tooManyOf: "proposal/too-many-of-one"
        case .misplaced: "proposal/other-kind"
        }
    }

    /// One sentence of fact, for people.
    public var problem: String {
        switch self {
        case .manifest(let error): error.problem
        case .unknown(let digest): "nothing with the digest \(digest) is open here"
        case .full(let limit): "\(limit) proposals are open already"
        case .tooManyOf(let source, let limit): "\(limit) of \(source) are open already"
        case .misplaced(let kind): "a \(kind) is not handed in here"
        }
    }

    /// What to do about it.
    public var remedy: String {
        switch self {
        case .manifest(let error): error.remedy
        case .unknown:
            "hand in what it is about first; it may be overtaken by a later version: compare "
                + "`cityrelay member list --open`"
        case .full, .tooManyOf: "have the open ones decided on first"
        case .misplaced: "hand each kind in where it belongs: `cityrelay member submit` does"
        }
    }

    /// Whether a later version holds than the one that it was made from.
    public var isOvertaken: Bool {
        switch self {
        case .manifest(.overtaken), .manifest(.request(.staleBasis, of: _)): true
        default: false
        }
    }

    /// Whether whoever passed it on should have known better. A version that the two do not share
    /// yet, a full board or a clock are nobody's fault.
    public var isBlameworthy: Bool {
        switch self {
        case .manifest(.badSignature), .manifest(.wire),
            .manifest(.request(.badProof, of: _)):
            true
        default: false
        }
    }
}
