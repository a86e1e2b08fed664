// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// `cityrelay member approve`: an authority's yes, made on its own machine.
enum MemberApproveCommand {
    static let command = Command(
        "member approve", "Approve a request or proposal with an authority key",
        discussion:
            "Shows the difference, verifies it as `member review` does, signs the next\n"
            + "version and writes the approval. With the others' approvals (--with) that make a\n"
            + "quorum, writes the next signed manifest. An approval fits one manifest only.",
        options: [
            MemberOptions.files, MemberOptions.manifest, MemberOptions.found, MemberOptions.quorum,
            MemberOptions.key, MemberOptions.with, MemberOptions.out, MemberOptions.next,
            ApprovalMemory.supersede, MemberKeyring.passphraseFile, MemberRelay.open,
        ] + MemberRelay.signingOptions
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            let (proposal, current) = try MemberOptions.proposal(arguments, console.files)
            if !arguments.isJSON {
                MemberReviewCommand.tell(proposal, current, arguments, &console)
            }
            var verifier = SignatureVerifier()
            try proposal.verify(after: current, now: console.now, signatures: &verifier)
            let path = arguments.value(MemberOptions.key) ?? "member/authority.key"
            let key = try MemberKeyring.signingKey(path) {
                try MemberKeyring.passphrase(arguments)
            }
            try MemberAssembly.checkVoter(key, proposal, current)
            try ApprovalMemory.take(proposal.next, key: path, arguments)
            guard let approval = Approval(of: proposal.next, with: key) else {
                throw MemberFault(
                    "key/type", "\(path) is no Ed25519 key", "give the authority key")
            }
            let out = arguments.value(MemberOptions.out) ?? "approval.txt"
            try MemberFiles.write(out, Armour.encode(.approval, approval.encoded))
            let approvals = [approval] + (try MemberAssembly.approvals(arguments))
            return try MemberAssembly.finish(
                proposal, current, approvals, arguments, out, &console)
        }
    }
}

/// `cityrelay member assemble`: the approvals of others as the next version; signs nothing.
enum MemberAssembleCommand {
    static let command = Command(
        "member assemble", "Put approvals together into the next signed manifest",
        discussion:
            "Needs no key: anyone can do it, the candidate too. Status 1 while approvals are\n"
            + "missing, and says whose.",
        options: [
            MemberOptions.files, MemberOptions.manifest, MemberOptions.found, MemberOptions.quorum,
            MemberOptions.with, MemberOptions.next,
        ]
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            let (proposal, current) = try MemberOptions.proposal(arguments, console.files)
            let approvals = try MemberAssembly.approvals(arguments)
            var verifier = SignatureVerifier()
            try proposal.verify(after: current, now: console.now, signatures: &verifier)
            let status = try MemberAssembly.finish(
                proposal, current, approvals, arguments, nil, &console)
            return status
        }
    }
}

/// From approvals to a signed manifest.
enum MemberAssembly {
    static func approvals(_ arguments: Arguments) throws -> [Approval] {
        try arguments.values(MemberOptions.with).map { path in
            let bytes = try MemberFiles.block(path, [.approval]).bytes
            do throws(WireError) {
                return try Approval(reading: bytes)
            } catch {
                throw MemberFault(ManifestError.wire(error))
            }
        }
    }

    /// Refuses a key that has no vote before it signs anything.
    static func checkVoter(
        _ key: SigningKey, _ proposal: MembershipProposal, _ current: SealedManifest?
    ) throws {
        // A founding version is signed by its own members.
        let judge = current ?? proposal.next
        guard let memberKey = MemberKey(key.publicKey) else { return }
        _ = try voter(memberKey, Electorate(judge), judge.manifest)
    }

    /// The member that votes with a key; of a key that does not, what it is for.
    private static func voter(
        _ key: MemberKey, _ electorate: Electorate, _ manifest: Manifest
    ) throws(ManifestError) -> MemberID {
        do throws(ManifestError) {
            return try electorate.voter(key)
        } catch {
            guard case .unknownSigner = error, let owner = manifest.role(of: key) else {
                throw error
            }
            throw .wrongRole(owner.member, owner.role)
        }
    }

    /// Writes the next version at quorum; says who is missing before it.
    static func finish(
        _ proposal: MembershipProposal, _ current: SealedManifest?, _ approvals: [Approval],
        _ arguments: Arguments, _ written: String?, _ console: inout Console
    ) throws -> ExitStatus {
        let judge = current ?? proposal.next
        let electorate = Electorate(judge)
        let isFounding = current == nil
        var verifier = SignatureVerifier()
        var signers: [MemberID] = []
        for approval in approvals {
            signers.append(try voter(approval.signature.key, electorate, judge.manifest))
        }
        let version = proposal.next.manifest.version
        let path = arguments.value(MemberOptions.next) ?? "manifest-\(version).txt"
        let signed: SignedManifest?
        do throws(ManifestError) {
            signed = try proposal.assembled(
                approvals, by: electorate, of: judge.manifest, signatures: &verifier)
        } catch {
            guard case .notEnoughSignatures = error, isFounding || written != nil else {
                throw refusal(error, judge.manifest, electorate.missing(signers))
            }
            // Two cities found a federation from two files: each makes the same bytes, and the
            // words read over the telephone vouch for them.
            signed =
                isFounding
                ? SignedManifest(proposal.next, signatures: approvals.map(\.signature)) : nil
        }
        if let signed {
            try MemberFiles.write(path, Armour.encode(.manifest, signed.encoded))
        }
        tell(
            Outcome(
                proposal: proposal, isFounding: isFounding, missing: electorate.missing(signers),
                needed: electorate.needed, count: approvals.count, approval: written,
                manifest: signed == nil ? nil : path), arguments, &console)
        return .success
    }

    /// One approval too few: whose are still open.
    private static func refusal(
        _ error: ManifestError, _ manifest: Manifest, _ missing: [MemberID]
    ) -> any Error {
        guard case .notEnoughSignatures = error else { return error }
        let names = missing.map { id in manifest.member(id).map(\.title) ?? id.description }
        return MemberFault(
            error.code, error.problem + "; still open: " + names.joined(separator: ", "),
            "have one of these approve the same file, and give its approval with --with")
    }

    private struct Outcome {
        let proposal: MembershipProposal
        let isFounding: Bool
        let missing: [MemberID]
        let needed: Int
        let count: Int
        let approval: String?
        let manifest: String?
    }

    private static func tell(
        _ outcome: Outcome, _ arguments: Arguments, _ console: inout Console
    ) {
        let digest = outcome.proposal.next.digest
        if arguments.isJSON {
            console.print(
                .object([
                    ("version", .unsigned(outcome.proposal.next.manifest.version)),
                    ("digest", .string(digest.description)),
                    ("words", .array(FingerprintWords(digest).rows.map { .string($0) })),
                    ("approval", .optional(outcome.approval)),
                    ("manifest", .optional(outcome.manifest)),
                    ("approvals", .integer(Int64(outcome.count))),
                    ("needed", .integer(Int64(outcome.needed))),
                    ("missing", .array(outcome.missing.map { .string($0.description) })),
                ]))
            return
        }
        console.print("")
        if let approval = outcome.approval { console.print("approved: \(approval)") }
        if let manifest = outcome.manifest {
            console.print("the next version is \(manifest), digest \(digest)")
            if outcome.isFounding {
                console.print("read its words to every other founder before anyone trusts it:")
                for row in FingerprintWords(digest).rows { console.print("    \(row)") }
            } else {
                console.print("give it to any relay of the federation: they pass it on")
            }
            return
        }
        console.print("\(outcome.count) of \(outcome.needed) approvals; still open:")
        for id in outcome.missing { console.print("  \(id)") }
        console.print("send the approval to whoever puts them together (`--with FILE`)")
    }
}
