// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayAPI

enum ConfigCheckCommand {
    static let file = CommandOperand(
        "FILE", isRequired: false,
        "A relay's own file or a topology; relay.yaml where none is given.")

    static let command = Command(
        "config check", "Check configuration files and show every finding",
        discussion:
            "Reads a relay's own file with the topology that it names, or a topology alone,\n"
            + "and shows all findings: file, line, column, key, what is wrong and the way out.\n"
            + "Ends with status 1 when one of them is an error; warnings alone give 0.",
        operands: [file]
    ) { arguments, console in
        let path = arguments.operands.first ?? "relay.yaml"
        let loaded = ConfigurationLoader.load(either: path, files: console.files)
        let errors = loaded.findings.count { !$0.isWarning }
        let warnings = loaded.findings.count - errors
        if arguments.isJSON {
            console.print(
                .object([
                    ("file", .string(path)), ("errors", .integer(Int64(errors))),
                    ("warnings", .integer(Int64(warnings))),
                    ("findings", .array(loaded.findings.map(\.json))),
                    ("topology", loaded.topology.map { json($0, loaded) } ?? .null),
                ]))
        } else {
            for finding in loaded.findings { console.print(finding.description) }
            console.print("\(path): \(errors) error(s), \(warnings) warning(s)")
            if errors == 0, let topology = loaded.topology {
                console.print(
                    "topology \(topology.name) version \(topology.version): "
                        + "\(topology.members.count) members, \(topology.routes.count) routes")
                console.print("digest \(digest(topology, loaded)): the same for all members")
                if let account = account(loaded) {
                    console.print("account \(account): pays for this relay's transactions")
                }
            }
        }
        return loaded.hasErrors ? .negative : .success
    }

    /// The address of the relay's own account, where its key can be read: somebody has to fund it.
    private static func account(_ loaded: LoadedConfiguration) -> String? {
        guard let chain = loaded.relay?.chain else { return nil }
        let key = try? SecretFile.account(chain.accountKeyFile, prefix: chain.addressPrefix)
        return key?.address.description
    }

    /// A manifest is known by its own digest: of its routes each relay takes its part alone.
    private static func digest(_ topology: Topology, _ loaded: LoadedConfiguration) -> Digest {
        let versions = loaded.manifest?.versions.compactMap { try? SignedManifest(reading: $0) }
        let newest = versions?.max { $0.manifest.version < $1.manifest.version }
        return newest?.sealed.digest ?? topology.digest
    }

    private static func json(_ topology: Topology, _ loaded: LoadedConfiguration) -> JSONText {
        .object([
            ("name", .string(topology.name)), ("version", .unsigned(topology.version)),
            ("digest", .string(digest(topology, loaded).description)),
            ("members", .array(topology.members.map { .string($0.id.description) })),
            ("routes", .array(topology.routes.map { .string($0.description) })),
        ])
    }
}

enum ConfigReferenceCommand {
    static let command = Command(
        "config reference", "Print all configuration keys with their meaning",
        discussion: "In Markdown: the file CONFIGURATION.md of the sources is this output."
    ) { arguments, console in
        if arguments.isJSON {
            console.print(ConfigurationReference.json)
        } else {
            console.print(String(ConfigurationReference.markdown.dropLast()))
        }
        return .success
    }
}
