// SPDX-License-Identifier: Apache-2.0

/// Text from outside inside a sentence for people.
public enum PlainText {
    /// The text with everything that could end its line, hide or move other text written as
    /// `\u{…}`: control and format characters, separators of lines and paragraphs.
    public static func line(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate:
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether the text is one line that shows as it stands: nothing in it hides, moves or ends
    /// other text. What names, reasons and notes must be.
    public static func isLine(_ text: String) -> Bool { line(text) == text }

    /// Whether nothing of the text can be seen: white space, format characters, fillers.
    public static func isBlank(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            let properties = scalar.properties
            return properties.isWhitespace || properties.isDefaultIgnorableCodePoint
                || scalar == brailleBlank
                || [.control, .format, .surrogate, .unassigned].contains(
                    properties.generalCategory)
        }
    }

    /// A letter by its category, and nothing to see.
    private static let brailleBlank: Unicode.Scalar = "\u{2800}"

    static func isPrintableASCII(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { (0x20...0x7e).contains($0) }
    }
}
