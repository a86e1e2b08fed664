// SPDX-License-Identifier: Apache-2.0

/// Writes Prometheus's text format 0.0.4: families in the order they are begun, each with its help
/// and type.
package struct PrometheusText: Sendable {
    package enum Kind: String, Sendable {
        case gauge, counter
    }

    package private(set) var text = ""

    package init() {}

    /// Begins a family. `help` is one sentence with the unit.
    package mutating func family(_ name: StaticString, _ kind: Kind, _ help: StaticString) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// One sample of the family begun last.
    package mutating func sample(
        _ name: StaticString, _ labels: [(StaticString, String)], _ value: Int64
    ) {
        text += "\(name)"
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.0)=\"\(PrometheusText.escaped($0.1))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
