// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI

/// The running relay as the place where member changes are handed in and seen.
enum MemberRelay {
    static let open = CommandOption(
        "open", value: "DIGEST",
        "Take what is open at the relay of --config or --relay, instead of --file and --manifest; "
            + "the first digits are enough.")
    static let listOpen = CommandOption(
        "open", "Show what is open or overtaken at the relay of --config or --relay.")
    /// How the relay is reached: by its configuration on its own machine, or from another one.
    static let options = [
        StoreAccess.config, RelayCaller.relay, RelayCaller.certificate, RelayCaller.key,
        RelayCaller.authorities,
    ]
    /// The same for a command whose `--key` is the authority's.
    static let signingOptions = options.map {
        $0 == RelayCaller.key ? RelayCaller.certificateKey : $0
    }

    /// The relay's API, as whoever the arguments name, or as the relay itself, which may look.
    static func caller(
        _ arguments: Arguments, _ files: ConfigurationFiles
    ) throws -> RelayCaller {
        if let remote = try RelayCaller(remote: arguments) { return remote }
        let path = arguments.value(StoreAccess.config) ?? "relay.yaml"
        let loaded = ConfigurationLoader.load(relay: path, files: files)
        guard let relay = loaded.relay else {
            let finding = loaded.findings.first { !$0.isWarning }
            throw MemberFault(
                "config/unreadable", finding.map { "\($0)" } ?? "\(path) cannot be used",
                "name the relay's own file with --config", status: .unavailable)
        }
        guard let caller = try RelayCaller(arguments, relay) else {
            throw MemberFault(
                "api/not-configured", "\(path) has no `api` section",
                "add one (see CONFIGURATION.md), or send the files by hand")
        }
        return caller
    }

    /// What is open under a digest, with the version that holds at the relay. The relay is not
    /// believed: its version must be ours where --manifest gives one, and the proposal is verified
    /// like any other.
    static func proposal(
        _ start: String, _ arguments: Arguments, _ files: ConfigurationFiles
    ) throws -> (proposal: MembershipProposal, current: SealedManifest?) {
        let relay = try caller(arguments, files)
        let list = try relay.get("/v1/member/requests", OpenProposals.self)
        let found = list.open.filter { $0.digest.hasPrefix(start.lowercased()) }
        if found.isEmpty, !start.isEmpty,
            let old = list.overtaken.first(where: { $0.digest.hasPrefix(start.lowercased()) })
        {
            throw MemberFault(
                "proposal/overtaken",
                "\(Screen.safe(old.note)) was overtaken by version \(old.overtakenBy)", old.next)
        }
        guard let one = found.first, found.count == 1, !start.isEmpty else {
            throw MemberFault(
                "proposal/unknown", "\(found.count) open proposals begin with \(start)",
                "`cityrelay member list --open` shows their digests")
        }
        let current: SealedManifest
        if arguments.value(MemberOptions.manifest) != nil {
            current = try MemberOptions.current(arguments).sealed
        } else {
            current = try manifest(relay)
        }
        guard let block = Armour.decode(one.paper) else {
            throw MemberFault("file/no-block", "the proposal is not whole", "try again")
        }
        if block.kind == .proposal {
            return (try MembershipProposal(reading: block.bytes, like: current), current)
        }
        let request = try RegistrationRequest(reading: block.bytes)
        return (MembershipProposal([request], after: current), current)
    }

    /// The version that holds at the relay, or an earlier one.
    static func manifest(_ relay: RelayCaller, version: UInt64? = nil) throws -> SealedManifest {
        let query = version.map { "?version=\($0)" } ?? ""
        let text = try relay.text("/v1/member/manifest\(query)")
        guard let block = Armour.decode(text), block.kind == .manifest else {
            throw MemberFault("file/no-block", "the relay's manifest is not whole", "try again")
        }
        return try SignedManifest(reading: block.bytes).sealed
    }

    static func list(_ arguments: Arguments, _ console: inout Console) throws -> ExitStatus {
        let list = try caller(arguments, console.files).get(
            "/v1/member/requests", OpenProposals.self)
        if arguments.isJSON {
            console.print(json: list)
            return .success
        }
        console.print("version \(list.version) holds, digest \(list.digest)")
        if list.open.isEmpty { console.print("nothing is open") }
        for proposal in list.open {
            console.print("")
            console.print("\(proposal.digest.prefix(12))  \(Screen.safe(proposal.note))")
            for line in proposal.changes { console.print("  \(Screen.safe(line))") }
            for warning in proposal.warnings { console.print("  warning: \(Screen.safe(warning))") }
            console.print(
                "  \(proposal.approvedBy.count) of \(proposal.needed) approvals, since "
                    + "\(proposal.receivedAt) by \(Screen.safe(proposal.source))")
            for member in proposal.approvedBy { console.print("  approved  \(member)") }
            for refusal in proposal.refusedBy {
                console.print("  refused   \(refusal.member): \(Screen.safe(refusal.reason))")
            }
            for member in proposal.silent { console.print("  silent    \(member)") }
        }
        tell(list.overtaken, &console)
        return .success
    }

    /// What was overtaken, each with the way on.
    static func tell(_ overtaken: [OpenProposals.Overtaken], _ console: inout Console) {
        for old in overtaken {
            console.print("")
            console.print("\(old.digest.prefix(12))  \(Screen.safe(old.note))")
            let lost =
                switch old.approvals {
                case 0: "nobody had approved it"
                case 1: "its 1 approval counts no more"
                default: "its \(old.approvals) approvals count no more"
                }
            console.print("  overtaken by version \(old.overtakenBy); \(lost)")
            for line in Screen.wrap(old.next, first: "  next: ", rest: "        ") {
                console.print(line)
            }
        }
    }
}

/// `cityrelay member submit`: files as they are, given to one relay, which tells all others.
enum MemberSubmitCommand {
    static let command = Command(
        "member submit", "Hand papers of a change to a running relay",
        discussion:
            "The relay verifies each file, keeps it, and tells all other relays. It is the\n"
            + "one of --config, or, from a machine that has no relay, the one at --relay.\n"
            + "With the last approval of a quorum the relays put the next version together by\n"
            + "themselves. Needs the certificate of an operator; a newcomer gives its request\n"
            + "to the operator of any member. Files are read in the order given.",
        options: [MemberOptions.files] + MemberRelay.options
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            let paths = arguments.values(MemberOptions.files)
            guard !paths.isEmpty else { throw ArgumentError.missingValue("--file") }
            let relay = try MemberRelay.caller(arguments, console.files)
            var results: [PaperResult] = []
            for path in paths {
                let block = try MemberFiles.block(path, Array(doors.keys))
                let answer = try relay.post(
                    doors[block.kind] ?? "", text: Armour.encode(block.kind, block.bytes),
                    [String: [PaperResult]].self)
                for result in answer["results"] ?? [] {
                    results.append(result)
                    if !arguments.isJSON { console.print("\(path): \(words(result))") }
                }
            }
            if arguments.isJSON { console.print(json: ["results": results]) }
            return .success
        }
    }

    private static let doors: [Armour.Kind: String] = [
        .request: "/v1/member/requests", .proposal: "/v1/member/requests",
        .approval: "/v1/member/approvals", .rejection: "/v1/member/approvals",
        .manifest: "/v1/member/manifests",
    ]

    private static func words(_ result: PaperResult) -> String {
        switch (result.outcome, result.version) {
        case ("assembled", let version?):
            "the \(result.kind) makes the quorum: version \(version) goes to every relay"
        case ("known", _): "the relay has this \(result.kind) already"
        case ("taken", let version?): "version \(version) is taken, and goes to every relay"
        default: "the \(result.kind) is taken, and goes to every relay"
        }
    }
}
