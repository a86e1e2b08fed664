// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayTransport

/// `cityrelay member init`: the keys of a new member, and what else a registration takes.
enum MemberInitCommand {
    static let division = CommandOption("division", value: "CODE", "GB/T 2260, six digits.")
    static let institution = CommandOption(
        "institution", value: "CODE", "A code of 9, 15 or 18 characters.")
    static let name = CommandOption("name", value: "NAME", "Short name in Latin letters.")
    static let localName = CommandOption(
        "local-name", value: "NAME", "The name in its own script.")
    static let owner = CommandOption(
        "owner", value: "NAME", "Who answers for the chain; the member's name where none.")
    static let runner = CommandOption(
        "operator", value: "NAME", "Who runs chain and relay; the owner where none is given.")
    static let endpoint = CommandOption(
        "endpoint", value: "HOST:PORT", isRepeatable: true, "Where peers reach the relay.")
    static let relayKey = CommandOption(
        "relay-key", value: "TYPE", choices: PrivateKey.Algorithm.allCases.map(\.rawValue),
        "The relay's TLS key; p256 where none is given.")
    static let plainRelay = CommandOption(
        "plain-relay-key",
        "Leave the relay's key without passphrase, so that the relay starts without a person.")
    static let plainEvidence = CommandOption(
        "plain-evidence-key",
        "Leave the evidence key without passphrase: the relay's `evidence_key_file` may name it.")
    static let supervising = CommandOption(
        "supervising",
        "A province or the ministry: an authority key and a vote, no chain and no relay.")

    static let command = Command(
        "member init", "Make a new member's keys and its request's draft",
        discussion:
            "Makes three keys in DIR, each for one thing, mode 0600 and encrypted:\n"
            + "  authority.key  signs who is in the federation; belongs to the owner, offline\n"
            + "  evidence.key   signs requests, releases and the access log\n"
            + "  relay.key      runs the relay's connections; the operator may hold it\n"
            + "and relay.csr (certificate request) and member.yaml (the draft).",
        operands: [MemberOptions.folder],
        options: [
            division, institution, name, localName, owner, runner, endpoint, supervising, relayKey,
            plainRelay, plainEvidence, MemberKeyring.passphraseFile,
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
        guard let code = arguments.value(division), let body = arguments.value(institution),
            let short = arguments.value(name)
        else { throw ArgumentError.missingValue("--division, --institution or --name") }
        let id = try MemberOptions.id(division: code, institution: body)
        var endpoints: [Endpoint] = []
        for text in arguments.values(endpoint) {
            guard let endpoint = Endpoint(text) else {
                throw MemberFault(
                    "member/endpoint", "\"\(text)\" is no host and port",
                    "write relay.example:27100")
            }
            endpoints.append(endpoint)
        }
        let isSupervising = arguments.has(supervising)
        guard isSupervising || !endpoints.isEmpty else {
            throw ArgumentError.missingValue("--endpoint or --supervising")
        }
        guard !isSupervising || endpoints.isEmpty else {
            throw MemberFault(
                "member/supervising", "a member that only supervises has no relay to reach",
                "leave --endpoint or --supervising away")
        }
        let roles: [KeyRole] = isSupervising ? [.authority] : KeyRole.allCases
        for role in roles where MemberFiles.exists(MemberKeyring.path(folder, role)) {
            throw MemberFault(
                "file/exists", "\(MemberKeyring.path(folder, role)) is there already",
                "keep it, or name another folder")
        }
        let passphrase = try MemberKeyring.passphrase(arguments, isNew: true)
        try MemberFiles.makeFolder(folder)
        try makeKeys(arguments, folder, passphrase, id, endpoints, roles)
        let ownerName = arguments.value(owner) ?? arguments.value(localName) ?? short
        try MemberFiles.write(
            "\(folder)/member.yaml",
            MemberDraft.template(
                id, name: short, localName: arguments.value(localName) ?? "", owner: ownerName,
                operator: arguments.value(runner) ?? ownerName, endpoints: endpoints))
        tell(arguments, folder, id, roles, &console)
        return .success
    }

    private static func makeKeys(
        _ arguments: Arguments, _ folder: String, _ passphrase: [UInt8], _ id: MemberID,
        _ endpoints: [Endpoint], _ roles: [KeyRole]
    ) throws {
        let kind = arguments.value(relayKey).flatMap { PrivateKey.Algorithm(rawValue: $0) }
        for role in roles {
            let isPlain =
                (role == .relay && arguments.has(plainRelay))
                || (role == .evidence && arguments.has(plainEvidence))
            try make(
                role, role == .relay ? kind ?? .p256 : .ed25519, isPlain ? nil : passphrase,
                folder, id, endpoints.map(\.host))
        }
    }

    /// Makes one key, and a certificate request beside a relay's.
    static func make(
        _ role: KeyRole, _ algorithm: PrivateKey.Algorithm, _ passphrase: [UInt8]?,
        _ folder: String, _ id: MemberID, _ hosts: [String], suffix: String = ""
    ) throws {
        let key: PrivateKey
        do throws(PrivateKeyFault) {
            key = try PrivateKey.make(algorithm)
        } catch {
            throw MemberKeyring.fault(error, MemberKeyring.path(folder, role, suffix: suffix))
        }
        try write(key, role, passphrase, folder, id, hosts, suffix: suffix)
    }

    /// Writes a key to its file, and a certificate request beside a relay's.
    static func write(
        _ key: PrivateKey, _ role: KeyRole, _ passphrase: [UInt8]?, _ folder: String,
        _ id: MemberID, _ hosts: [String], suffix: String
    ) throws {
        let path = MemberKeyring.path(folder, role, suffix: suffix)
        let (pem, request): ([UInt8], [UInt8])
        do throws(PrivateKeyFault) {
            pem = try key.pem(passphrase: passphrase)
            request = try key.certificateRequest(
                commonName: "member \(id.division)", uri: id.uri, hosts: hosts)
        } catch {
            throw MemberKeyring.fault(error, path)
        }
        try MemberFiles.refuse(path)
        // The key is last: whoever is broken off before it begins anew, and none lacks its request.
        if role == .relay {
            try MemberFiles.write(
                "\(folder)/relay\(suffix).csr", String(decoding: request, as: UTF8.self))
        }
        try MemberFiles.writeSecret(path, pem)
    }

    private static func tell(
        _ arguments: Arguments, _ folder: String, _ id: MemberID, _ roles: [KeyRole],
        _ console: inout Console
    ) {
        let isSupervising = roles == [.authority]

        if arguments.isJSON {
            console.print(
                .object([
                    ("member", .string(id.description)), ("uri", .string(id.uri)),
                    (
                        "files",
                        .array(
                            (roles.map { "\($0.rawValue).key" }
                                + (isSupervising ? [] : ["relay.csr"]) + ["member.yaml"]).map {
                                    .string("\(folder)/\($0)")
                                })
                    ),
                ]))
            return
        }
        if isSupervising {
            for line in [
                "\(id): one key is made, mode 0600. Nothing was sent.",
                "",
                "keep   \(folder)/authority.key   offline: it signs who is in",
                "then   cityrelay member request \(folder) --manifest FILE",
                "send   \(folder)/request.txt     to every voting member; never a .key file",
            ] { console.print(line) }
            return
        }
        for line in [
            "\(id): three keys are made, mode 0600. Nothing was sent.",
            "",
            "keep   \(folder)/authority.key   offline, with the owner: it signs who is in",
            "keep   \(folder)/evidence.key    on the relay's machine: it signs requests",
            "give   \(folder)/relay.key       to whoever runs the relay: it signs nothing else",
            "send   \(folder)/relay.csr       to your certificate authority; it returns relay.crt",
            "edit   \(folder)/member.yaml     put in your chain's id, times and trust anchor",
            "then   cityrelay member request \(folder) --manifest FILE",
            "send   \(folder)/request.txt     to every voting member; never a .key file",
        ] { console.print(line) }
    }
}
