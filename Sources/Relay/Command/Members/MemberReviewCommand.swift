// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// `cityrelay member review`: what a request or a proposal would change, in plain words.
enum MemberReviewCommand {
    static let command = Command(
        "member review", "Show what a request or a proposal changes",
        discussion:
            "Verifies the proofs of every key, checks the result against all other members,\n"
            + "and shows the difference to the present manifest. Signs nothing. Status 1: it is\n"
            + "not to be approved, with the reason and the way out.",
        options: [
            MemberOptions.files, MemberOptions.manifest, MemberOptions.found, MemberOptions.quorum,
            MemberReportReview.option, MemberRelay.open,
        ] + MemberRelay.options
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            if let report = arguments.value(MemberReportReview.option) {
                return try MemberReportReview.run(report, arguments, &console)
            }
            let (proposal, current) = try MemberOptions.proposal(arguments, console.files)
            tell(proposal, current, arguments, &console)
            var verifier = SignatureVerifier()
            try proposal.verify(after: current, now: console.now, signatures: &verifier)
            if !arguments.isJSON {
                console.print("")
                console.print("every key is proven and nothing collides; call the member, compare")
                console.print("the words, then `cityrelay member approve` or `reject`")
            }
            return .success
        }
    }

    /// The version's difference, and its words.
    static func tell(
        _ proposal: MembershipProposal, _ current: SealedManifest?, _ arguments: Arguments,
        _ console: inout Console
    ) {
        let next = proposal.next.manifest
        let lines = sentences(next, current?.manifest)
        if arguments.isJSON {
            console.print(
                .object([
                    ("federation", .string(next.federation)), ("version", .unsigned(next.version)),
                    ("digest", .string(proposal.next.digest.description)),
                    ("changes", .array(lines.map { .string($0) })),
                    ("warnings", .array(warnings(proposal, current).map { .string($0) })),
                    (
                        "words",
                        .array(FingerprintWords(proposal.next.digest).rows.map { .string($0) })
                    ),
                    (
                        "requests",
                        .array(proposal.requests.map { .string($0.digest.description) })
                    ),
                ]))
            return
        }
        tellChanges(proposal, current, &console)
        for request in proposal.requests {
            console.print("")
            let what = "the request of \(request.entry.title)"
            for line in MemberOptions.words(request.digest, what) { console.print(line) }
        }
        console.print("")
        for line in MemberOptions.words(proposal.next.digest, "version \(next.version)") {
            console.print(line)
        }
    }

    /// What the version changes, and what whoever approves must know besides.
    static func tellChanges(
        _ proposal: MembershipProposal, _ current: SealedManifest?, _ console: inout Console
    ) {
        let next = proposal.next.manifest
        console.print("\(next.federation), version \(next.version)")
        for line in sentences(next, current?.manifest) { console.print("  \(line)") }
        let warnings = warnings(proposal, current)
        if !warnings.isEmpty { console.print("") }
        for warning in warnings {
            for line in Screen.wrap(warning, first: "warning: ", rest: "         ") {
                console.print(line)
            }
        }
    }

    private static func warnings(
        _ proposal: MembershipProposal, _ current: SealedManifest?
    ) -> [String] {
        proposal.next.manifest.likenesses(since: current?.manifest).map(\.sentence)
    }

    /// What another rule means with the members that vote.
    private static func quorum(_ next: Manifest, _ current: Manifest) -> [String] {
        guard next.quorum.rule != current.quorum.rule else { return [] }
        return [
            "  before: \(current.quorumSentence)", "  from then on: \(next.quorumSentence)",
        ]
    }

    private static func sentences(_ next: Manifest, _ current: Manifest?) -> [String] {
        if let current {
            let changes = next.changes(since: current)
            let isTimesOnly = changes.allSatisfy {
                switch $0 {
                case .head, .note: true
                default: false
                }
            }
            let lost = current.voters.count - next.voters.count
            return (isTimesOnly ? ["no member, key, chain, route or rule changes"] : [])
                + changes.flatMap(\.sentences) + quorum(next, current)
                + (lost > 0 ? ["\(next.voters.count) members vote from then on"] : [])
        }
        return next.members.map { ManifestChange.joined($0) }.flatMap(\.sentences) + [
            "the next version needs \(next.quorum.text)",
            "packets: \(next.routes.text)",
            "it holds until \(next.softExpiry.utcText); no new work from \(next.hardExpiry.utcText)",
        ]
    }
}
