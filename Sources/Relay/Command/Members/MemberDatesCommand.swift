// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// `cityrelay member dates`: an authority proposes new dates, and the others approve.
enum MemberDatesCommand {
    static let soft = CommandOption(
        "soft", value: "DAYS", "Days from today to the date from which relays warn; 365.")
    static let hard = CommandOption(
        "hard", value: "DAYS", "Days from today to the date from which no new work is taken; 730.")

    static let command = Command(
        "member dates", "Propose new dates for the manifest",
        discussion:
            "Nothing but the dates changes. Works before and after both dates: an expired\n"
            + "manifest stops relays from new work, and no authority from signing the next.\n"
            + "Writes a proposal and this authority's approval of it: send both to the others.",
        options: [soft, hard] + MemberOptions.proposing
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            let reason = try MemberOptions.reason(arguments)
            let current = try MemberOptions.current(arguments).sealed
            let longest = Int(ManifestLimits.lifetimeSeconds / 86_400)
            let softDays = try arguments.number(soft, in: 1...longest) ?? 365
            let hardDays =
                try arguments.number(hard, in: 1...longest)
                ?? min(longest, max(730, 2 * softDays))
            let proposal = MembershipProposal(
                after: current, at: console.now, note: "dates: \(reason)"
            ) { manifest in
                manifest.softExpiry = manifest.issuedAt.adding(nanoseconds: Int64(softDays) * day)
                manifest.hardExpiry = manifest.issuedAt.adding(nanoseconds: Int64(hardDays) * day)
            }
            return try MemberStatusCommand.propose(proposal, after: current, arguments, &console)
        }
    }

    private static let day: Int64 = 86_400_000_000_000
}
