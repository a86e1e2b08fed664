// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// `cityrelay member quorum`: how many signatures later versions need. An authority proposes, the
/// others approve.
enum MemberQuorumCommand {
    static let number = CommandOperand(
        "N", "Signatures that each later version needs, or `all`: every voter's, however many.")

    static let command = Command(
        "member quorum", "Propose how many must sign each later version",
        discussion:
            "N must be more than half of today's voters, so that no two halves sign two\n"
            + "versions, and not more than there are. The change itself is signed by the\n"
            + "present rule. The number stays as voters come and go, and moves only where it\n"
            + "would be no majority, or more than there are; `all` moves with them.\n"
            + "Writes a proposal and this authority's approval of it: send both to the others.",
        operands: [number],
        options: MemberOptions.proposing
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            let word = arguments.operands[0]
            let rule = try rule(word)
            let reason = try MemberOptions.reason(arguments)
            let current = try MemberOptions.current(arguments).sealed
            guard current.manifest.quorum.rule != rule else {
                throw MemberFault(
                    "member/quorum-unchanged",
                    "version \(current.manifest.version) asks for this already: "
                        + current.manifest.quorumSentence,
                    "`cityrelay member list` shows the rule")
            }
            let proposal = try MembershipProposal(
                rule, after: current, at: console.now, note: "quorum \(word): \(reason)")
            return try MemberStatusCommand.propose(
                proposal, after: current, arguments, &console)
        }
    }

    private static func rule(_ word: String) throws -> QuorumRule.Rule {
        if word == "all" { return .all }
        guard let number = UInt32(word), number > 0, number <= ManifestLimits.members else {
            throw MemberFault(
                "member/quorum", "\"\(word)\" is no number of signatures",
                "give a number above half of the voters and not above all of them, or `all`")
        }
        return .atLeast(number)
    }
}
