// SPDX-License-Identifier: Apache-2.0

/// Takes out of a foreign text what could be a person: names outside ASCII and long numbers.
/// Chains and applications put values of their records into their error texts; a store, a log and a
/// listing must not pass them on.
public enum Redaction {
    /// Digits in a row that are taken for a person's number: mobile numbers have 11, identity
    /// numbers 15 or 18, accounts more. Heights, gas and codes stay below.
    public static let digits = 11

    /// The text with each such stretch replaced by "…".
    public static func clean(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        var run: [Unicode.Scalar] = []
        func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
        func flush() {
            if run.count >= digits {
                result.unicodeScalars.append("…")
            } else {
                result.unicodeScalars.append(contentsOf: run)
            }
            run = []
        }
        var isHidden = false
        for scalar in text.unicodeScalars {
            if isDigit(scalar) || (!run.isEmpty && (scalar == "X" || scalar == "x")) {
                run.append(scalar)
                isHidden = false
                continue
            }
            flush()
            if scalar.isASCII || scalar == "…" || scalar == "—" {
                result.unicodeScalars.append(scalar)
                isHidden = false
            } else if !isHidden {
                result.unicodeScalars.append("…")
                isHidden = true
            }
        }
        flush()
        return result
    }
}
