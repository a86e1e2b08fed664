// SPDX-License-Identifier: Apache-2.0

public import LightClient

extension Manifest {
    /// The fewest signatures that can decide: more than half of today's voters, so that any two
    /// quorums share a voter and no two halves sign two versions.
    public var smallestQuorum: Int { Set(voters).count / 2 + 1 }

    /// Throws why a rule would not do with today's voters: no majority, or more than there are.
    public func check(_ rule: QuorumRule.Rule) throws(ManifestError) {
        let voters = Set(voters).count
        let needed = QuorumRule(rule).needed(of: voters)
        let fault: ManifestFault
        if voters == 0 {
            fault = .noVoter
        } else if needed > voters {
            fault = .quorumUnreachable(needed: needed, voters: voters)
        } else if needed < smallestQuorum {
            fault = .quorumNotMajority(needed: needed, voters: voters)
        } else {
            return
        }
        throw .unsound([ManifestFinding(path: "quorum", fault: fault)])
    }
}

extension MembershipProposal {
    /// The next version with another number of signatures for those after it. The number is the one
    /// that was chosen, or an error: never one near it. The version itself is signed by the present
    /// rule.
    public init(
        _ rule: QuorumRule.Rule, after current: SealedManifest, at now: Timestamp, note: String
    ) throws(ManifestError) {
        try current.manifest.check(rule)
        self.init(after: current, at: now, note: note) { $0.quorum.rule = rule }
    }
}

extension Manifest {
    /// What the rule means with this version's voters: "3 of 4 must sign; any 1 may be absent".
    public var quorumSentence: String {
        let count = Set(voters).count
        let needed = quorum.needed(of: count)
        let absent = count - needed
        return "\(needed) of \(count) must sign; "
            + (absent > 0 ? "any \(absent) may be absent" : "nobody may be absent")
    }
}
