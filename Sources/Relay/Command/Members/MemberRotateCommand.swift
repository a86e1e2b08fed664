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
    static let back = CommandOption(
        "back", "Instead of the second step: the new key no longer counts; where it was lost.")

    static let command = Command(
        "member rotate", "Change one of a member's keys, with an overlap",
        discussion:
            "First step: makes ROLE.next.key (and relay.next.csr) in DIR and asks that it\n"
            + "count beside the present key. Once that version is out, use the new key: the\n"
            + "relay's with its own certificate, then SIGHUP, which cuts no stream.\n"
            + "Second step, --finish: asks that the old key no longer count. Given again with\n"
            + "the version in which it does not, --finish gives the new key its file name.\n"
            + "Each step can be repeated, also one that was broken off. All need the present\n"
            + "authority key: the relay's key alone cannot ask.",
        operands: [role, MemberOptions.folder],
        options: [
            MemberOptions.manifest, finish, back, MemberInitCommand.relayKey,
            MemberInitCommand.plainRelay, MemberInitCommand.plainEvidence, MemberOptions.out,
            MemberKeyring.passphraseFile,
        ]
    ) { arguments, console in
        try MemberAnswer.run(arguments, &console) { console in
            try run(arguments, &console)
        }
    }

    static let suffix = ".next"

    private static func run(
        _ arguments: Arguments, _ console: inout Console
    ) throws -> ExitStatus {
        guard let role = KeyRole(rawValue: arguments.operands[0]) else { return .usage }
        let folder = arguments.operands.count > 1 ? arguments.operands[1] : "member"
        let current = try MemberOptions.current(arguments).sealed
        let signing = try MemberSigning(folder, arguments)
        let present = try signing.member(in: current.manifest)
        guard present.status != .revoked else {
            throw MemberFault(ManifestError.signerRevoked(present.id))
        }
        guard present.keyRoles.contains(role) else {
            throw MemberFault(
                "member/supervising", "\(present.id) only supervises: it has no \(role) key",
                "rotate its authority key")
        }
        let step = Step(
            role: role, folder: folder, current: current, present: present, signing: signing)
        switch (arguments.has(finish), arguments.has(back)) {
        case (true, true): return .usage
        case (true, false): return try step.finish(arguments, &console)
        case (false, true): return try step.goBack(arguments, &console)
        case (false, false): return try step.begin(arguments, &console)
        }
    }

    /// One run of the command: what it works on.
    private struct Step {
        let role: KeyRole
        let folder: String
        let current: SealedManifest
        let present: ManifestMember
        let signing: MemberSigning

        var path: String { MemberKeyring.path(folder, role) }
        var nextPath: String { MemberKeyring.path(folder, role, suffix: suffix) }
        var version: UInt64 { current.manifest.version }

        // MARK: First step

        /// Asks that a new key count beside the present one. The key is written after everything
        /// was found right; one that an earlier run left is taken again.
        func begin(_ arguments: Arguments, _ console: inout Console) throws -> ExitStatus {
            if signing.has(role, suffix: suffix) {
                let pin = try signing.pin(role, suffix: suffix)
                guard !present.pins(role).contains(pin) else {
                    throw MemberFault(
                        "member/rotation-open",
                        "\(nextPath) counts already by version \(version)",
                        "use it, then take the second step: the same command with --finish")
                }
                return try ask(signing.key(role, suffix: suffix), arguments, &console)
            }
            let kind = arguments.value(MemberInitCommand.relayKey)
                .flatMap { PrivateKey.Algorithm(rawValue: $0) }
            let key: PrivateKey
            do throws(PrivateKeyFault) {
                key = try PrivateKey.make(role == .relay ? kind ?? .p256 : .ed25519)
            } catch {
                throw MemberKeyring.fault(error, nextPath)
            }
            return try ask(key, arguments, &console)
        }

        private func ask(
            _ key: PrivateKey, _ arguments: Arguments, _ console: inout Console
        ) throws -> ExitStatus {
            var entry = present
            switch role {
            case .authority: entry.authorityKeys.append(try MemberSigning.memberKey(key, nextPath))
            case .evidence: entry.evidenceKeys.append(try MemberSigning.memberKey(key, nextPath))
            case .relay: entry.relay.keyPins.append(try MemberSigning.pin(key, nextPath))
            }
            let named = MemberSigning.Named(role: role, pin: try MemberSigning.pin(key, nextPath))
            var request = request(entry, &console)
            try signing.prove(&request, present: present, made: [named: key])
            try MemberRequestCommand.check(request, current, &console)
            if !signing.has(role, suffix: suffix) {
                let isPlain =
                    (role == .relay && arguments.has(MemberInitCommand.plainRelay))
                    || (role == .evidence && arguments.has(MemberInitCommand.plainEvidence))
                let words =
                    isPlain ? nil : try MemberKeyring.passphrase(arguments, isNew: true)
                try MemberInitCommand.write(
                    key, role, words, folder, present.id, present.relay.endpoints.map(\.host),
                    suffix: suffix)
            }
            let status = try MemberRequestCommand.finish(
                request, current, arguments, folder, &console)
            for line in afterFirst { console.report(line) }
            return status
        }

        private var afterFirst: [String] {
            switch role {
            case .relay:
                [
                    "once that version is out: get a certificate for \(folder)/relay.next.csr, put",
                    "it and \(nextPath) where relay.yaml says, and send the relay SIGHUP.",
                    "Only then --finish: from there on the old key opens no connection.",
                ]
            case .evidence:
                [
                    "once that version is out: put \(nextPath) where relay.yaml says and restart",
                    "the relay; then --finish",
                ]
            case .authority: ["once that version is out: --finish"]
            }
        }

        // MARK: Second step

        /// Asks that the new key alone count; where the version says so already, gives it its name.
        func finish(_ arguments: Arguments, _ console: inout Console) throws -> ExitStatus {
            let pins = present.pins(role)
            guard signing.has(role, suffix: suffix) else {
                guard pins == [try signing.pin(role)] else {
                    throw MemberFault(
                        "member/no-next-key", "there is no \(nextPath)",
                        "take the first step: the same command without --finish; is the new key "
                            + "lost, the same command with --back")
                }
                try moveRequest()
                throw MemberFault(
                    "member/rotation-done",
                    "\(path) is the one \(role.rawValue) key that counts, and no other waits",
                    "nothing: the change is finished")
            }
            let next = try signing.pin(role, suffix: suffix)
            if pins == [next] { return try takePlace(arguments, &console) }
            guard pins.contains(next) else {
                throw MemberFault(
                    "member/no-overlap", "\(nextPath) does not count by version \(version)",
                    "give the version that followed the first step; was that refused or "
                        + "overtaken, take it again: the same command without --finish")
            }
            let status = try keepOnly(next, arguments, &console)
            if role == .relay {
                console.report(
                    "before anyone approves: does the relay show the new key? If not, every "
                        + "connection of it ends with that version")
            }
            console.report(
                "no file has moved: once that version is out, give it with --manifest to the same "
                    + "command, and \(nextPath) gets its place")
            return status
        }

        /// Asks that one key of the role alone count.
        private func keepOnly(
            _ pin: Digest, _ arguments: Arguments, _ console: inout Console
        ) throws -> ExitStatus {
            var entry = present
            switch role {
            case .authority: entry.authorityKeys.removeAll { $0.pin != pin }
            case .evidence: entry.evidenceKeys.removeAll { $0.pin != pin }
            case .relay: entry.relay.keyPins = [pin]
            }
            var request = request(entry, &console)
            try signing.prove(&request, present: present)
            try MemberRequestCommand.check(request, current, &console)
            return try MemberRequestCommand.finish(request, current, arguments, folder, &console)
        }

        /// Asks that the present key alone count, as before the first step.
        func goBack(_ arguments: Arguments, _ console: inout Console) throws -> ExitStatus {
            let (pins, pin) = (present.pins(role), try signing.pin(role))
            guard pins.contains(pin) else {
                throw MemberFault(
                    "member/no-overlap", "\(path) does not count by version \(version)",
                    "take the second step: the same command with --finish")
            }
            guard pins.count > 1 else {
                throw MemberFault(
                    "member/no-overlap", "\(path) alone counts by version \(version)",
                    "nothing: there is no change to take back")
            }
            let status = try keepOnly(pin, arguments, &console)
            console.report(
                "before anyone approves: whatever uses the new key already must show \(path) again")
            return status
        }

        /// The new key takes the old one's name; the old one stays beside it until somebody deletes
        /// it. Broken off between two moves, it goes on where it stopped.
        private func takePlace(
            _ arguments: Arguments, _ console: inout Console
        ) throws -> ExitStatus {
            let old = MemberKeyring.path(folder, role, suffix: ".old")
            if MemberFiles.exists(path) { try MemberFiles.move(path, to: old) }
            try MemberFiles.move(nextPath, to: path)
            try moveRequest()
            if arguments.isJSON {
                console.print(
                    .object([
                        ("member", .string(present.id.description)), ("key", .string(path)),
                        ("old", .string(old)), ("version", .unsigned(version)),
                    ]))
                return .success
            }
            console.print("\(path) is the new key now, the only one by version \(version)")
            console.print("delete \(old): it counts for nothing")
            return .success
        }

        private func moveRequest() throws {
            guard role == .relay, MemberFiles.exists("\(folder)/relay.next.csr") else { return }
            try MemberFiles.move("\(folder)/relay.next.csr", to: "\(folder)/relay.csr")
        }

        private func request(
            _ entry: ManifestMember, _ console: inout Console
        ) -> RegistrationRequest {
            RegistrationRequest(
                .change, federation: current.manifest.federation, basis: current.digest,
                createdAt: console.now, entry: entry)
        }
    }
}
