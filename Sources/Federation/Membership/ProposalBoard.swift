// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What is asked of the version that holds, and how far the authorities are with it: one relay's
/// view, put together from papers that vouch for themselves. When enough approvals of a proposal
/// are here, it hands out the next version.
///
/// A value owned by one thread.
public struct ProposalBoard: Sendable {
    /// A next version that is being decided on.
    public struct Open: Sendable {
        public let proposal: MembershipProposal
        /// The request or the proposal, as it came.
        public let paper: MemberPaper
        /// Who brought it: chain id of a peer, or a caller of the relay's own member.
        public let source: String
        public let receivedAt: Timestamp
        public fileprivate(set) var approvals: [MemberID: Approval] = [:]
        public fileprivate(set) var rejections: [MemberID: Rejection] = [:]
        /// All of it, the proposal first: a relay takes an approval of what it has.
        public fileprivate(set) var papers: [MemberPaper]

        public var digest: Digest { proposal.next.digest }
    }

    /// What a paper did.
    public enum Outcome: Sendable {
        case taken
        /// It is here already.
        case known
        /// It made the quorum: this is the next version.
        case assembled(SignedManifest)
    }

    /// Proposals open at a time: more than a federation of 491 members decides on in a month.
    public static let maxOpen = 64
    /// Of them by one source, so that no single relay fills the board.
    public static let maxOpenBySource = 16
    /// Bytes of all papers: each proposal may carry a whole manifest.
    public static let maxBytes = 32 << 20

    public private(set) var current: SealedManifest
    private var electorate: Electorate
    /// In the order in which they came.
    public private(set) var open: [Open] = []
    private var digests: Set<Digest> = []
    private var bytes = 0

    public init(_ current: SealedManifest) {
        self.current = current
        electorate = Electorate(current)
    }

    /// Signatures that the next version needs.
    public var needed: Int { electorate.needed }

    /// Every paper that is here, each proposal before what was said to it.
    public var papers: [MemberPaper] { open.flatMap(\.papers) }

    public func holds(_ digest: Digest) -> Bool { digests.contains(digest) }

    /// The voters that have said nothing to a proposal, in order.
    public func silent(on open: Open) -> [MemberID] {
        electorate.missing(Array(open.approvals.keys) + Array(open.rejections.keys))
    }

    /// A later version holds: what was asked of the one before is overtaken, and is made again from
    /// this one. Returns what was open.
    public mutating func rebase(onto next: SealedManifest) -> [Open] {
        guard next.digest != current.digest else { return [] }
        let overtaken = open
        self = ProposalBoard(next)
        return overtaken
    }

    /// Judges a paper as an authority would, and takes it. Evidence is `ManifestChain`'s to judge.
    public mutating func take(
        _ paper: MemberPaper, from source: String, now: Timestamp,
        signatures verifier: inout SignatureVerifier
    ) throws(ProposalError) -> Outcome {
        guard !digests.contains(paper.digest) else { return .known }
        switch paper.kind {
        case .request, .proposal:
            return try begin(paper, source, now, &verifier)
        case .approval: return try approve(paper, now, &verifier)
        case .rejection: return try reject(paper, &verifier)
        case .equivocation: throw .misplaced(paper.kind)
        }
    }

    private mutating func begin(
        _ paper: MemberPaper, _ source: String, _ now: Timestamp,
        _ verifier: inout SignatureVerifier
    ) throws(ProposalError) -> Outcome {
        let proposal: MembershipProposal
        do throws(ManifestError) {
            if paper.kind == .request {
                proposal = MembershipProposal(
                    [try RegistrationRequest(reading: paper.bytes)], after: current)
            } else {
                proposal = try MembershipProposal(reading: paper.bytes, like: current)
            }
            try proposal.verify(after: current, now: now, signatures: &verifier)
        } catch {
            throw .manifest(error)
        }
        guard place(of: proposal.next.digest) == nil else { return .known }
        guard open.count < ProposalBoard.maxOpen else { throw .full(limit: ProposalBoard.maxOpen) }
        guard open.count(where: { $0.source == source }) < ProposalBoard.maxOpenBySource else {
            throw .tooManyOf(source, limit: ProposalBoard.maxOpenBySource)
        }
        guard bytes + paper.bytes.count <= ProposalBoard.maxBytes else {
            throw .full(limit: open.count)
        }
        note(paper)
        open.append(
            Open(
                proposal: proposal, paper: paper, source: source, receivedAt: now,
                papers: [paper]))
        return .taken
    }

    private mutating func approve(
        _ paper: MemberPaper, _ now: Timestamp, _ verifier: inout SignatureVerifier
    ) throws(ProposalError) -> Outcome {
        let approval: Approval
        do throws(WireError) {
            approval = try Approval(reading: paper.bytes)
        } catch {
            throw .manifest(.wire(error))
        }
        guard let index = place(of: approval.digest) else { throw .unknown(approval.digest) }
        do throws(ManifestError) {
            let voter: MemberID
            do throws(ManifestError) {
                voter = try electorate.voter(approval.signature.key)
            } catch {
                throw current.manifest.refined(error)
            }
            guard open[index].approvals[voter] == nil else { return .known }
            guard let key = approval.signature.key.publicKey else {
                throw .unsupportedKey(voter, approval.signature.key.type)
            }
            let message = SealedManifest.signBytes(approval.digest)
            guard verifier.isValid(approval.signature.signature, of: message, by: key) else {
                throw .badSignature(voter)
            }
            note(paper)
            open[index].approvals[voter] = approval
            open[index].papers.append(paper)
            guard open[index].approvals.count >= electorate.needed else { return .taken }
            // Time has gone by since it was asked for: it is judged once more.
            try open[index].proposal.verify(after: current, now: now, signatures: &verifier)
            return .assembled(
                try open[index].proposal.assembled(
                    open[index].approvals.sorted { $0.key < $1.key }.map(\.value),
                    by: electorate, of: current.manifest, signatures: &verifier))
        } catch {
            throw .manifest(error)
        }
    }

    private mutating func reject(
        _ paper: MemberPaper, _ verifier: inout SignatureVerifier
    ) throws(ProposalError) -> Outcome {
        let rejection: Rejection
        do throws(WireError) {
            rejection = try Rejection(reading: paper.bytes)
        } catch {
            throw .manifest(.wire(error))
        }
        guard let index = place(of: rejection.digest) else { throw .unknown(rejection.digest) }
        let voter: MemberID
        do throws(ManifestError) {
            voter = try rejection.verify(electorate: electorate, signatures: &verifier)
        } catch {
            throw .manifest(current.manifest.refined(error))
        }
        guard open[index].rejections[voter] == nil else { return .known }
        note(paper)
        open[index].rejections[voter] = rejection
        open[index].papers.append(paper)
        return .taken
    }

    private func place(of digest: Digest) -> Int? { open.firstIndex { $0.digest == digest } }

    /// What authorities say is small, and there is one of each voter.
    private mutating func note(_ paper: MemberPaper) {
        bytes += paper.bytes.count
        digests.insert(paper.digest)
    }
}
