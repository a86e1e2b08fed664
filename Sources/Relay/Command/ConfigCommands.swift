// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

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
                    ("topology", loaded.topology.map { json($0) } ?? .null),
                ]))
        } else {
            for finding in loaded.findings { console.print(finding.description) }
            console.print("\(path): \(errors) error(s), \(warnings) warning(s)")
            if errors == 0, let topology = loaded.topology {
                console.print(
                    "topology \(topology.name) version \(topology.version): "
                        + "\(topology.members.count) members, \(topology.routes.count) routes")
                console.print("digest \(topology.digest): the same for all members")
            }
        }
        return loaded.hasErrors ? .negative : .success
    }

    private static func json(_ topology: Topology) -> JSONText {
        .object([
            ("name", .string(topology.name)), ("version", .unsigned(topology.version)),
            ("digest", .string(topology.digest.description)),
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
