// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// `cityrelay member leave`: a member's own farewell.
enum MemberLeaveCommand {
    static let finish = CommandOption(
        "finish", "The last step, once nothing is open: out for good.")

    static let command = Command(
        "member leave", "Ask to leave the federation",
        discussion:
            "Writes DIR/request.txt, signed by the authority key. At quorum nothing new is\n"
            + "begun with this member; its relay stays connected, and what was sent before ends\n"
            + "by acknowledgement or time-out, within a day. Once `cityrelay packet list` shows\n"
            + "nothing open, --finish asks for the last step: out for good, and no key of the\n"
            + "entry ever counts again. Then stop the relay.",
        operands: [MemberOptions.folder],
        options: [
            MemberOptions.manifest, finish, MemberOptions.reason, MemberOptions.out,
            MemberKeyring.passphraseFile,
        ]
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            let folder = arguments.operands.first ?? "member"
            let current = try MemberOptions.current(arguments).sealed
            let signing = try MemberSigning(folder, arguments)
            let present = try signing.member(in: current.manifest)
            var entry = present
            entry.status = try next(present, isFinish: arguments.has(finish))
            entry.statusReason = try MemberOptions.reason(arguments)
            var request = RegistrationRequest(
                .leave, federation: current.manifest.federation, basis: current.digest,
                createdAt: console.now, entry: entry)
            try signing.prove(&request, present: present)
            try MemberRequestCommand.check(request, current, &console)
            return try MemberRequestCommand.finish(request, current, arguments, folder, &console)
        }
    }

    /// First suspended, so that what is open can end; then out.
    private static func next(
        _ present: ManifestMember, isFinish: Bool
    ) throws -> MemberStatus {
        switch (present.status, isFinish) {
        case (.active, false): return .suspended
        case (.suspended, true): return .revoked
        case (.suspended, false):
            throw MemberFault(
                "member/leaving",
                "\(present.id) is suspended: nothing new is begun with it already",
                "wait until nothing is open, then the same command with --finish")
        case (.active, true):
            throw MemberFault(
                "member/not-drained", "\(present.id) is active: packets may be open",
                "take the first step, the same command without --finish, and wait")
        case (.revoked, _):
            throw MemberFault(
                "member/status", "\(present.id) is out already", "stop its relay: nothing is open")
        }
    }
}
