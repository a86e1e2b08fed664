// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI

/// `cityrelay member list`: who is in, by a signed manifest.
enum MemberListCommand {
    static let command = Command(
        "member list", "Show the members of a manifest, or what is open",
        discussion:
            "With --open: the requests and proposals that the relay of --config or --relay\n"
            + "knows, with who has approved, who has refused, and who has said nothing; and\n"
            + "those that a later version overtook, with how to make them again.",
        options: [MemberOptions.manifest, MemberRelay.listOpen] + MemberRelay.options
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            guard !arguments.has(MemberRelay.listOpen) else {
                return try MemberRelay.list(arguments, &console)
            }
            let signed = try MemberOptions.current(arguments)
            let manifest = signed.manifest
            if arguments.isJSON {
                console.print(json(signed, console.now))
                return .success
            }
            console.print("\(manifest.federation), version \(manifest.version)")
            console.print("digest \(signed.digest)")
            console.print(age(manifest, console.now))
            console.print(
                "the next version needs \(manifest.quorum.text): \(manifest.quorumSentence)")
            console.print("")
            var table = TextTable(["MEMBER", "NAME", "STATUS", "CHAIN", "RELAY", "VOTE"])
            let voters = Set(manifest.voters)
            for member in manifest.members {
                table.add([
                    member.id.description, member.name,
                    word(manifest.standing(of: member.id)),
                    member.chains.first?.id.description ?? "-",
                    member.relay.endpoints.first?.description ?? "-",
                    voters.contains(member.id) ? "yes" : "no",
                ])
            }
            for line in table.lines { console.print(line) }
            return .success
        }
    }

    static func word(_ standing: Standing) -> String {
        switch standing {
        case .active: "active"
        case .suspended: "suspended"
        case .revoked: "revoked"
        case .unknown: "unknown"
        }
    }

    static func age(_ manifest: Manifest, _ now: Timestamp) -> String {
        switch manifest.freshness(at: now) {
        case .fresh:
            let days = manifest.softExpiry.nanoseconds(since: now) / 86_400_000_000_000
            return "good for \(days) more days"
        case .softExpired(let since):
            return "a new version is due since \(since.utcText); no new work from "
                + "\(manifest.hardExpiry.utcText): `cityrelay member dates`"
        case .hardExpired(let since):
            return "expired at \(since.utcText): no new work is taken; `cityrelay member dates`"
        }
    }

    private static func json(_ signed: SignedManifest, _ now: Timestamp) -> JSONText {
        let manifest = signed.manifest
        let voters = Set(manifest.voters)
        return .object([
            ("federation", .string(manifest.federation)), ("version", .unsigned(manifest.version)),
            ("digest", .string(signed.digest.description)),
            ("words", .array(FingerprintWords(signed.digest).rows.map { .string($0) })),
            ("allows_new_work", .bool(manifest.freshness(at: now).allowsNewWork)),
            ("soft_expiry", .string(manifest.softExpiry.utcText)),
            ("hard_expiry", .string(manifest.hardExpiry.utcText)),
            ("signatures", .integer(Int64(signed.signatures.count))),
            (
                "members",
                .array(
                    manifest.members.map { member in
                        .object([
                            ("member", .string(member.id.description)),
                            ("name", .string(member.name)),
                            ("status", .string(word(manifest.standing(of: member.id)))),
                            ("chain", .optional(member.chains.first?.id.description)),
                            ("votes", .bool(voters.contains(member.id))),
                        ])
                    })
            ),
        ])
    }
}

/// `cityrelay member show`: one member's entry in plain words.
enum MemberShowCommand {
    static let command = Command(
        "member show", "Show what the federation says of one member",
        discussion:
            "From a manifest's file, or with --config or --relay from a running relay, which\n"
            + "also knows what is open about the member and what a later version overtook.",
        operands: [MemberStatusCommand.member],
        options: [MemberOptions.manifest] + MemberRelay.options
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            let id = try MemberOptions.id(arguments.operands[0])
            let asksRelay =
                arguments.value(StoreAccess.config) != nil
                || arguments.value(RelayCaller.relay) != nil
            let relay = asksRelay ? try MemberRelay.caller(arguments, console.files) : nil
            let manifest =
                if let relay, arguments.value(MemberOptions.manifest) == nil {
                    try MemberRelay.manifest(relay).manifest
                } else {
                    try MemberOptions.current(arguments).manifest
                }
            let changes = try relay?.get("/v1/member/requests", OpenProposals.self)
            let open = (changes?.open ?? []).filter { $0.members.contains(id.description) }
            let overtaken = (changes?.overtaken ?? []).filter {
                $0.members.contains(id.description)
            }
            guard let member = manifest.member(id) else {
                throw MemberFault(
                    "member/unknown", "\(id) is no member of \(manifest.federation)",
                    "`cityrelay member list` shows all")
            }
            let standing = manifest.standing(of: id)
            var lines = ManifestChange.joined(member).sentences
            lines[0] = "\(member.title) is \(MemberListCommand.word(standing))"
            switch standing {
            case .suspended(let by, let reason), .revoked(let by, let reason):
                lines[0] += (by == id ? "" : " with \(by)") + ": \(reason)"
            case .active, .unknown: break
            }
            if arguments.isJSON {
                console.print(
                    .object([
                        ("member", .string(id.description)),
                        ("standing", .string(MemberListCommand.word(standing))),
                        ("votes", .bool(manifest.voters.contains(id))),
                        ("facts", .array(lines.map { .string($0) })),
                        ("open", .array(open.map { .string($0.digest) })),
                        ("overtaken", .array(overtaken.map { .string($0.digest) })),
                    ]))
            } else {
                for line in lines { console.print(line) }
                for proposal in open {
                    console.print(
                        "open: \(Screen.safe(proposal.note)), \(proposal.approvedBy.count) of "
                            + "\(proposal.needed) approvals (\(proposal.digest.prefix(12)))")
                }
                MemberRelay.tell(overtaken, &console)
            }
            return .success
        }
    }
}
