// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayTransport

/// `cityrelay member request`: the draft and the keys as a request that proves them.
enum MemberRequestCommand {
    static let federation = CommandOption(
        "federation", value: "NAME",
        "The federation that is to be founded, where there is no manifest yet.")
    static let voucher = CommandOption(
        "voucher", value: "FILE",
        "The authority key of the city that vouches for this district, on the city's machine.")

    static let command = Command(
        "member request", "Sign a request to come in, or to change one's entry",
        discussion:
            "Checks member.yaml against the present manifest (chain id, addresses, keys,\n"
            + "anchor), signs with every key of DIR, and writes DIR/request.txt. Shows the\n"
            + "trust anchor as words: read them to another member over the telephone. For a\n"
            + "member that is in already, the request asks for the changes in member.yaml.",
        operands: [MemberOptions.folder],
        options: [
            MemberOptions.manifest, federation, voucher, MemberOptions.out,
            MemberKeyring.passphraseFile,
        ]
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            try run(arguments, &console)
        }
    }

    private static func run(
        _ arguments: Arguments, _ console: inout Console
    ) throws -> ExitStatus {
        let folder = arguments.operands.first ?? "member"
        let draft = try MemberDraft.read("\(folder)/member.yaml", console.files, &console)
        let current =
            arguments.value(MemberOptions.manifest) == nil
            ? nil : try MemberOptions.current(arguments).sealed
        guard let name = current?.manifest.federation ?? arguments.value(federation) else {
            throw ArgumentError.missingValue("--manifest or --federation")
        }
        let signing = try MemberSigning(folder, arguments)
        let present = current?.manifest.member(draft.id).flatMap {
            $0.status == .revoked ? nil : $0
        }
        let isSupervising = draft.isSupervising
        var entry = draft.entry(
            authority: [try signing.memberKey(.authority)],
            evidence: isSupervising ? [] : [try signing.memberKey(.evidence)],
            pins: isSupervising ? [] : [try signing.pin()])
        if let present {
            // Keys change by `member rotate` only; status and side chains are not the draft's.
            entry.authorityKeys = present.authorityKeys
            entry.evidenceKeys = present.evidenceKeys
            entry.relay.keyPins = present.relay.keyPins
            entry.status = present.status
            entry.statusReason = present.statusReason
            entry.chains += present.chains.dropFirst()
        }
        var request = RegistrationRequest(
            present == nil ? .join : .change, federation: name, basis: current?.digest ?? .zero,
            createdAt: console.now, entry: entry)
        try signing.prove(&request, present: present)
        if let path = arguments.value(voucher) {
            let key = try MemberKeyring.read(path) { try MemberKeyring.passphrase(arguments) }
            try MemberSigning.prove(&request, .authority, key, path)
        }
        try check(request, current, &console)
        return try finish(request, current, arguments, folder, &console)
    }

    /// Judges a request as the others will, before anything is written.
    static func check(
        _ request: RegistrationRequest, _ current: SealedManifest?, _ console: inout Console
    ) throws {
        var verifier = SignatureVerifier()
        if let current {
            try MembershipProposal([request], after: current)
                .verify(after: current, now: console.now, signatures: &verifier)
        } else {
            try request.verify(against: nil, now: console.now, signatures: &verifier)
            let alone = Manifest(
                federation: request.federation, version: 1, previous: .zero,
                issuedAt: request.createdAt, softExpiry: request.createdAt,
                hardExpiry: request.createdAt.adding(nanoseconds: 1),
                quorum: QuorumRule(.all),
                routes: .allPairs(maxPacketLifetimeSeconds: Route.longestLifetimeSeconds),
                members: [request.entry])
            let errors = alone.findings().filter {
                !$0.fault.isWarning && $0.fault != .tooFewMembers(1)
            }
            guard errors.isEmpty else { throw ManifestError.unsound(errors) }
        }
        if let current {
            let next = MembershipProposal([request], after: current).next.manifest
            for likeness in next.likenesses(since: current.manifest) {
                console.report("warning: \(likeness.sentence)")
            }
        }
    }

    /// Writes a request that was found right, and says what to do with it.
    static func finish(
        _ request: RegistrationRequest, _ current: SealedManifest?, _ arguments: Arguments,
        _ folder: String, _ console: inout Console
    ) throws -> ExitStatus {
        let path = arguments.value(MemberOptions.out) ?? "\(folder)/request.txt"
        try MemberFiles.write(path, Armour.encode(.request, request.encoded))
        tell(request, path, arguments, &console)
        return .success
    }

    private static func tell(
        _ request: RegistrationRequest, _ path: String, _ arguments: Arguments,
        _ console: inout Console
    ) {
        let anchor = request.entry.chains.first?.anchor
        if arguments.isJSON {
            console.print(
                .object([
                    ("file", .string(path)), ("purpose", .string("\(request.purpose)")),
                    ("member", .string(request.entry.id.description)),
                    ("digest", .string(request.digest.description)),
                    (
                        "words",
                        .array(FingerprintWords(request.digest).rows.map { .string($0) })
                    ),
                    (
                        "anchor_words",
                        .array(
                            (anchor.map { FingerprintWords($0.headerHash).rows } ?? [])
                                .map { .string($0) })
                    ),
                ]))
            return
        }
        console.print("\(request.purpose) \(request.entry.title): \(path)")
        let count = request.proofs.count
        console.print(count == 1 ? "1 key has signed it" : "\(count) keys have signed it")
        if request.purpose != .leave, let chain = request.entry.chains.first, let anchor {
            console.print("")
            let what = "trust anchor of \(chain.id), height \(anchor.height)"
            for line in MemberOptions.words(anchor.headerHash, what) { console.print(line) }
        }
        console.print("")
        for line in MemberOptions.words(request.digest, "the whole request") {
            console.print(line)
        }
        console.print("")
        console.print("send \(path) to every voting member, and call one of them: the words that")
        console.print(
            "`cityrelay member review` shows there must be these. Never send a .key file.")
    }
}
