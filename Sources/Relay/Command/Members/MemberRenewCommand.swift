// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI

/// `cityrelay member renew`: what a later version overtook, made again from the present one.
enum MemberRenewCommand {
    static let was = CommandOption(
        "was", value: "FILE",
        "The signed manifest that it was made from; a relay that is asked has it.")
    static let open = CommandOption(
        "open", value: "DIGEST",
        "Take what the relay of --config or --relay names as overtaken, instead of --file; the "
            + "first digits are enough.")

    static let command = Command(
        "member renew", "Make again what a later version overtook",
        discussion:
            "Takes an old request or proposal, puts what it wished to change onto the present\n"
            + "version, and signs it anew: a request with the keys of DIR, a proposal with\n"
            + "--key. Nothing is typed again. Refused where the same thing was changed\n"
            + "otherwise meanwhile. Approvals of the old one count no more: authorities\n"
            + "approve anew.",
        operands: [MemberOptions.folder],
        options: [
            MemberOptions.files, MemberOptions.manifest, was, open, MemberRequestCommand.voucher,
            MemberOptions.key, MemberOptions.out, ApprovalMemory.supersede,
            MemberKeyring.passphraseFile,
        ] + MemberRelay.signingOptions
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in try run(arguments, &console) }
    }

    /// The old paper, the version it was made from where that is known, and the present one.
    private struct Source {
        let block: (kind: Armour.Kind, bytes: [UInt8])
        let old: SealedManifest?
        let current: SealedManifest
    }

    private static func run(
        _ arguments: Arguments, _ console: inout Console
    ) throws -> ExitStatus {
        let source = try source(arguments, console.files)
        if source.block.kind == .proposal {
            let proposal = try MembershipProposal(
                reading: source.block.bytes, like: source.current
            ).renewed(from: source.old, onto: source.current, at: console.now)
            // A number that today's voters do not allow is refused, not put right in silence.
            if proposal.next.manifest.quorum != source.current.manifest.quorum {
                try source.current.manifest.check(proposal.next.manifest.quorum.rule)
            }
            return try MemberStatusCommand.propose(
                proposal, after: source.current, arguments, &console)
        }
        let folder = arguments.operands.first ?? "member"
        var request = try RegistrationRequest(reading: source.block.bytes)
            .renewed(from: source.old, onto: source.current, at: console.now)
        let signing = try MemberSigning(folder, arguments)
        try signing.prove(
            &request, present: source.current.manifest.member(request.entry.id))
        if let path = arguments.value(MemberRequestCommand.voucher) {
            let key = try MemberKeyring.read(path) { try MemberKeyring.passphrase(arguments) }
            try MemberSigning.prove(&request, .authority, key, path)
        }
        if !arguments.isJSON {
            let proposal = MembershipProposal([request], after: source.current)
            MemberReviewCommand.tellChanges(proposal, source.current, &console)
            console.print("")
        }
        return try MemberRequestCommand.finish(
            request, source.current, arguments, folder, &console)
    }

    private static func source(
        _ arguments: Arguments, _ files: ConfigurationFiles
    ) throws -> Source {
        var old = try arguments.value(was).map { try MemberFiles.manifest($0).sealed }
        guard let start = arguments.value(open) else {
            let paths = arguments.values(MemberOptions.files)
            guard let path = paths.first, paths.count == 1 else {
                throw ArgumentError.missingValue("--file (one) or --open")
            }
            return Source(
                block: try MemberFiles.block(path, [.request, .proposal]), old: old,
                current: try MemberOptions.current(arguments).sealed)
        }
        let relay = try MemberRelay.caller(arguments, files)
        let list = try relay.get("/v1/member/requests", OpenProposals.self)
        let found = list.overtaken.filter { $0.digest.hasPrefix(start.lowercased()) }
        guard let one = found.first, found.count == 1, !start.isEmpty else {
            throw MemberFault(
                "proposal/unknown", "\(found.count) overtaken proposals begin with \(start)",
                "`cityrelay member list --open` shows their digests; give the old file with --file")
        }
        guard let block = Armour.decode(one.paper) else {
            throw MemberFault("file/no-block", "the old paper is not whole", "give it with --file")
        }
        if old == nil, one.version > 1 {
            // A relay that came later does not have it: a newcomer's request needs none.
            old = try? MemberRelay.manifest(relay, version: one.version - 1)
        }
        return Source(
            block: block, old: old,
            current: arguments.value(MemberOptions.manifest) == nil
                ? try MemberRelay.manifest(relay) : try MemberOptions.current(arguments).sealed)
    }
}
