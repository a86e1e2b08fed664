// SPDX-License-Identifier: Apache-2.0

import LightClient
import RelayAPI

/// `audit officer`: what stands in every city's log in place of one of this member's officers. Only
/// who holds the member's evidence key can say it.
enum AuditOfficerCommand {
    private static let officer = CommandOperand(
        "NAME", isRequired: true, "The officer as applications name him in their requests.")
    private static let key = CommandOption(
        "evidence-key", value: "FILE",
        "The member's evidence key; that of --config where none is given. Requests of before a "
            + "change of the key were made with the old one.")
    private static let passphraseFile = CommandOption(
        "passphrase-file", value: "FILE", "File whose first line opens an encrypted --evidence-key."
    )

    static let command = Command(
        "audit officer", "Say what stands in logs in place of an officer of ours",
        discussion:
            "For the asking city, on the machine that has its evidence key. With the answer\n"
            + "an auditor finds the officer's requests in any city's log:\n"
            + "  cityrelay audit list --officer 3484…",
        operands: [officer], options: [StoreAccess.config, key, passphraseFile]
    ) { arguments, console in
        let name = arguments.operands.first ?? ""
        let signing = try signingKey(arguments, console)
        let digest = OfficerReference.digest(of: name, evidenceKey: signing).description
        if arguments.isJSON {
            console.print(.object([("officer", .string(digest))]))
        } else {
            console.print(digest)
        }
        return .success
    }

    private static func signingKey(
        _ arguments: Arguments, _ console: Console
    ) throws -> SigningKey {
        if let path = arguments.value(key) {
            return try SecretFile.evidenceKey(path, passphraseFile: arguments.value(passphraseFile))
        }
        let path = arguments.value(StoreAccess.config) ?? "relay.yaml"
        let loaded = ConfigurationLoader.load(relay: path, files: console.files)
        guard let relay = loaded.relay else {
            throw StoreAccess.NoStore(path: path, finding: loaded.findings.first { !$0.isWarning })
        }
        guard let records = relay.records else {
            throw EvidenceFault(
                code: "audit/no-key", message: "\(path) has no section `records`",
                remedy: "name the key with --evidence-key")
        }
        return try SecretFile.evidenceKey(
            records.evidenceKeyFile, passphraseFile: records.evidencePassphraseFile)
    }
}
