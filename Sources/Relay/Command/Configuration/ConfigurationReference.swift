// SPDX-License-Identifier: Apache-2.0

/// The commented reference of both files, made from the declarations that the decoder reads.
package enum ConfigurationReference {
    package static var markdown: String {
        var lines = [
            "# Configuration", "",
            "Two YAML files: the topology, which all members share, and each relay's own. Printed by",
            "`cityrelay config reference`; `cityrelay config check FILE` reports every finding in a",
            "file with line, column, key and the way out.", "",
            "Both are read strictly. Unknown and repeated keys, anchors, aliases, tags and several",
            "documents in a file are errors. Codes stand in quotes (`\"330100\"`: YAML takes 330100",
            "for a number), times and sizes carry their unit (`90s`, `14d`, `4MiB`). Paths are relative",
            "to the file that names them.", "",
        ]
        file("The topology file", TopologyKeys.sections, to: &lines)
        file("The relay's own file", RelayKeys.sections, to: &lines)
        lines += ["## The file of run-time facts", "", TopologyKeys.factsFile.doc, ""]
        table(TopologyKeys.factsFile, to: &lines)
        return lines.dropLast().joined(separator: "\n") + "\n"
    }

    private static func file(
        _ title: String, _ sections: [ConfigurationSection], to lines: inout [String]
    ) {
        lines += ["## \(title)", ""]
        for section in sections {
            lines += section.path.isEmpty ? [section.doc, ""] : ["### `\(section.path)`", ""]
            table(section, to: &lines)
        }
    }

    private static func table(_ section: ConfigurationSection, to lines: inout [String]) {
        lines += ["| key | value | when absent | what it means |", "|---|---|---|---|"]
        for key in section.keys {
            let absent =
                switch key.presence {
                case .required: "error"
                case .optional: "–"
                case .standard(let text): "`\(text)`"
                }
            let example = key.example.isEmpty ? "" : ", such as `\(key.example)`"
            lines.append("| `\(key.name)` | \(key.kind.label)\(example) | \(absent) | \(key.doc) |")
        }
        lines.append("")
    }
}
