// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayTransport

/// `cityrelay member rotate`: a new key in two steps, so that no connection is ever without one.
enum MemberRotateCommand {
    static let role = CommandOperand(
        "ROLE", choices: KeyRole.allCases.map(\.rawValue), "The key to be changed.")
    static let finish = CommandOption(
        "finish", "The second step: the old key no longer counts.")

    static let command = Command(
        "member rotate", "Change one of a member's keys, with an overlap",
        discussion:
            "First step: makes ROLE.next.key (and relay.next.csr) in DIR and asks that it\n"
            + "count beside the present key. Once that version of the manifest is out, restart\n"
            + "with the new key where it is the relay's. Second step, with --finish: asks that\n"
            + "the old key no longer count, and gives the new one the old one's file name.\n"
            + "Both need the present authority key: the relay's key alone cannot ask.",
        operands: [role, MemberOptions.folder],
        options: [
            MemberOptions.manifest, finish, MemberInitCommand.relayKey,
            MemberInitCommand.plainRelay, MemberOptions.out, MemberKeyring.passphraseFile,
        ]
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            try run(arguments, &console)
        }
    }

    private static let suffix = ".next"

    private static func run(
        _ arguments: Arguments, _ console: inout Console
    ) throws -> ExitStatus {
        guard let role = KeyRole(rawValue: arguments.operands[0]) else { return .usage }
        let folder = arguments.operands.count > 1 ? arguments.operands[1] : "member"
        let current = try MemberOptions.current(arguments).sealed
        let signing = try MemberSigning(folder, arguments)
        let authority = try signing.memberKey(.authority)
        guard
            let present = current.manifest.members.first(where: {
                $0.authorityKeys.contains(authority)
            })
        else {
            throw MemberFault(
                "member/not-the-authority",
                "\(folder)/authority.key is no authority key of a member in this manifest",
                "use the folder and the manifest of one member")
        }
        guard present.keyRoles.contains(role) else {
            throw MemberFault(
                "member/supervising", "\(present.id) only supervises: it has no \(role) key",
                "rotate its authority key")
        }
        let isFinish = arguments.has(finish)
        if !isFinish { try makeNext(role, arguments, folder, present) }
        guard signing.has(role, suffix: suffix) else {
            throw MemberFault(
                "member/no-next-key", "there is no \(role.rawValue)\(suffix).key in \(folder)",
                "take the first step: the same command without --finish")
        }
        var entry = present
        try change(&entry, role, isFinish, signing)
        var request = RegistrationRequest(
            .change, federation: current.manifest.federation, basis: current.digest,
            createdAt: console.now, entry: entry)
        // Every key of the new entry signs, and the present authority as the member's own word.
        for other in entry.keyRoles where other != role { try signing.prove(&request, other) }
        try signing.prove(&request, role, suffix: suffix)
        if !isFinish { try signing.prove(&request, role) }
        let status = try MemberRequestCommand.finish(
            request, current, arguments, folder, &console)
        if isFinish { try takePlace(role, folder, &console) }
        return status
    }

    private static func makeNext(
        _ role: KeyRole, _ arguments: Arguments, _ folder: String, _ present: ManifestMember
    ) throws {
        let kind = arguments.value(MemberInitCommand.relayKey)
            .flatMap { PrivateKey.Algorithm(rawValue: $0) }
        let isPlain = role == .relay && arguments.has(MemberInitCommand.plainRelay)
        try MemberInitCommand.make(
            role, role == .relay ? kind ?? .p256 : .ed25519,
            isPlain ? nil : try MemberKeyring.passphrase(arguments, isNew: true), folder,
            present.id, present.relay.endpoints.map(\.host), suffix: suffix)
    }

    private static func change(
        _ entry: inout ManifestMember, _ role: KeyRole, _ isFinish: Bool, _ signing: MemberSigning
    ) throws {
        switch role {
        case .authority:
            let next = try signing.memberKey(role, suffix: suffix)
            entry.authorityKeys = isFinish ? [next] : entry.authorityKeys + [next]
        case .evidence:
            let next = try signing.memberKey(role, suffix: suffix)
            entry.evidenceKeys = isFinish ? [next] : entry.evidenceKeys + [next]
        case .relay:
            let next = try signing.pin(suffix: suffix)
            entry.relay.keyPins = isFinish ? [next] : entry.relay.keyPins + [next]
        }
    }

    /// The new key takes the old one's name; the old one stays beside it until somebody deletes it.
    private static func takePlace(
        _ role: KeyRole, _ folder: String, _ console: inout Console
    ) throws {
        let path = MemberKeyring.path(folder, role)
        try MemberFiles.move(path, to: MemberKeyring.path(folder, role, suffix: ".old"))
        try MemberFiles.move(MemberKeyring.path(folder, role, suffix: suffix), to: path)
        console.report(
            "\(path) is the new key now; delete \(role.rawValue).old.key once the version is out")
    }
}

/// `cityrelay member leave`: a member's own farewell.
enum MemberLeaveCommand {
    static let command = Command(
        "member leave", "Ask to leave the federation",
        discussion:
            "Writes DIR/request.txt, signed by the authority key. At quorum no new packet is\n"
            + "taken to or from this member; what is open ends by acknowledgement or time-out.\n"
            + "Wait until `cityrelay packet list` shows nothing open, then stop the relay.",
        operands: [MemberOptions.folder],
        options: [
            MemberOptions.manifest, MemberOptions.reason, MemberOptions.out,
            MemberKeyring.passphraseFile,
        ]
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            let folder = arguments.operands.first ?? "member"
            let current = try MemberOptions.current(arguments).sealed
            let signing = try MemberSigning(folder, arguments)
            let authority = try signing.memberKey(.authority)
            let members = current.manifest.members
            guard var entry = members.first(where: { $0.authorityKeys.contains(authority) }) else {
                throw MemberFault(
                    "member/not-the-authority",
                    "\(folder)/authority.key is no authority key of a member in this manifest",
                    "use the folder and the manifest of one member")
            }
            entry.status = .revoked
            entry.statusReason = try MemberOptions.reason(arguments)
            var request = RegistrationRequest(
                .leave, federation: current.manifest.federation, basis: current.digest,
                createdAt: console.now, entry: entry)
            try signing.prove(&request, .authority)
            return try MemberRequestCommand.finish(request, current, arguments, folder, &console)
        }
    }
}
