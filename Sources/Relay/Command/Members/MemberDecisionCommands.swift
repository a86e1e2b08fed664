// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// `cityrelay member reject`: an authority's no, with its reason.
enum MemberRejectCommand {
    static let command = Command(
        "member reject", "Refuse a request or a proposal, with a reason",
        discussion: "Writes a signed rejection for the member that asked, and for the others.",
        options: [
            MemberOptions.files, MemberOptions.manifest, MemberOptions.found, MemberOptions.quorum,
            MemberOptions.reason, MemberOptions.key, MemberOptions.out,
            MemberKeyring.passphraseFile, MemberRelay.open,
        ] + MemberRelay.signingOptions
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            let reason = try MemberOptions.reason(arguments)
            let (proposal, current) = try MemberOptions.proposal(arguments, console.files)
            let path = arguments.value(MemberOptions.key) ?? "member/authority.key"
            let key = try MemberKeyring.signingKey(path) {
                try MemberKeyring.passphrase(arguments)
            }
            try MemberAssembly.checkVoter(key, proposal, current)
            guard
                let rejection = Rejection(
                    of: proposal.next.digest, reason: reason, at: console.now, with: key)
            else { return .negative }
            let out = arguments.value(MemberOptions.out) ?? "rejection.txt"
            try MemberFiles.write(out, Armour.encode(.rejection, rejection.encoded))
            if arguments.isJSON {
                console.print(
                    .object([
                        ("rejection", .string(out)),
                        ("digest", .string(proposal.next.digest.description)),
                        ("reason", .string(reason)),
                    ]))
            } else {
                console.print("refused: \(out)")
                console.print("send it to the member that asked, and to the other members")
            }
            return .success
        }
    }
}

/// `cityrelay member suspend | resume | revoke`: an authority proposes, the others approve.
enum MemberStatusCommand {
    static let member = CommandOperand("MEMBER", "Division and institution with a slash between.")

    static let suspend = make(
        "suspend", .suspended, "Propose that a member pause",
        "At quorum no new packet or disclosure is taken to or from the member. Its relay\n"
            + "stays connected, and what was sent before finishes; what is sent later waits\n"
            + "or is refunded. A city's districts pause with it; `member resume` ends it.")
    static let resume = make(
        "resume", .active, "Propose that a suspended member go on",
        "Its keys and its chain's anchor are as they were.")
    static let revoke = make(
        "revoke", .revoked, "Propose that a member be put out",
        "At quorum its connections are dropped at once, and its keys never count again.")

    private static func make(
        _ name: String, _ status: MemberStatus, _ summary: String, _ text: String
    ) -> Command {
        Command(
            "member \(name)", summary,
            discussion: text
                + "\nWrites a proposal and this authority's approval of it: send both to the others.",
            operands: [member],
            options: MemberOptions.proposing
        ) { arguments, console in
            try MemberAnswer.run(arguments, &console) { console in
                try run(name, status, arguments, &console)
            }
        }
    }

    private static func run(
        _ name: String, _ status: MemberStatus, _ arguments: Arguments, _ console: inout Console
    ) throws -> ExitStatus {
        let id = try MemberOptions.id(arguments.operands[0])
        let reason = try MemberOptions.reason(arguments)
        let current = try MemberOptions.current(arguments).sealed
        guard var entry = current.manifest.member(id) else {
            throw MemberFault(RequestError.notMember(id))
        }
        guard entry.status != .revoked, entry.status != status else {
            throw MemberFault(
                "member/status", "\(id) is \(entry.status) already",
                "`cityrelay member show \(id)` shows its entry")
        }
        entry.status = status
        entry.statusReason = status == .active ? "" : reason
        let proposal = MembershipProposal(
            after: current, at: console.now, note: "\(name) \(id): \(reason)"
        ) { $0.set(entry) }
        return try propose(proposal, after: current, arguments, &console)
    }

    /// Signs a proposal as the authority whose key is given, and writes it with its first approval.
    static func propose(
        _ proposal: MembershipProposal, after current: SealedManifest, _ arguments: Arguments,
        _ console: inout Console
    ) throws -> ExitStatus {
        var verifier = SignatureVerifier()
        try proposal.verify(after: current, now: console.now, signatures: &verifier)
        let path = arguments.value(MemberOptions.key) ?? "member/authority.key"
        let key = try MemberKeyring.signingKey(path) { try MemberKeyring.passphrase(arguments) }
        try MemberAssembly.checkVoter(key, proposal, current)
        try ApprovalMemory.take(proposal.next, key: path, arguments)
        guard let approval = Approval(of: proposal.next, with: key) else { return .negative }
        let out = arguments.value(MemberOptions.out) ?? "proposal.txt"
        try MemberFiles.write(out, Armour.encode(.proposal, proposal.encoded))
        let second = out + ".approval"
        try MemberFiles.write(second, Armour.encode(.approval, approval.encoded))
        MemberReviewCommand.tell(proposal, current, arguments, &console)
        if !arguments.isJSON {
            console.print("")
            console.print("proposed: \(out); approved by this authority: \(second)")
        }
        return .success
    }
}
