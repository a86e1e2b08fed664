// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

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
            let present = try signing.member(in: current.manifest)
            var entry = present
            entry.status = .revoked
            entry.statusReason = try MemberOptions.reason(arguments)
            var request = RegistrationRequest(
                .leave, federation: current.manifest.federation, basis: current.digest,
                createdAt: console.now, entry: entry)
            try signing.prove(&request, present: present)
            try MemberRequestCommand.check(request, current, &console)
            return try MemberRequestCommand.finish(request, current, arguments, folder, &console)
        }
    }
}
