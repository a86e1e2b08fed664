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
            "for a number), times carry their unit (`90s`, `500ms`, `14d`). Paths are relative to the file",
            "that names them.", "",
        ]
        file("The topology file", TopologyKeys.sections, to: &lines)
        file("The relay's own file", RelayKeys.sections, to: &lines)
        file("The disclosure policy", PolicyKeys.sections, to: &lines)
        lines += ["## The file of run-time facts", "", TopologyKeys.factsFile.doc, ""]
        table(TopologyKeys.factsFile, to: &lines)
        return lines.dropLast().joined(separator: "\n") + "\n"
    }

    /// The same for programs: one object a key.
    package static var json: JSONText {
        let all = [
            ("topology", TopologyKeys.sections), ("relay", RelayKeys.sections),
            ("policy", PolicyKeys.sections),
        ]
        var keys: [JSONText] = []
        for (file, sections) in all {
            for section in sections {
                for key in section.keys { keys.append(json(key, section, file)) }
            }
        }
        return .object([("keys", .array(keys))])
    }

    private static func json(
        _ key: ConfigurationKey, _ section: ConfigurationSection, _ file: String
    ) -> JSONText {
        let standard: JSONText =
            if case .standard(let text) = key.presence { .string(text) } else { .null }
        let path = section.path.isEmpty ? key.name : "\(section.path).\(key.name)"
        return .object([
            ("file", .string(file)), ("path", .string(path)), ("value", .string(key.kind.label)),
            ("is_required", .bool(key.presence == .required)), ("standard", standard),
            ("example", .string(key.example)), ("meaning", .string(key.doc)),
        ])
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
