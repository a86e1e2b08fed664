// SPDX-License-Identifier: Apache-2.0

/// Text from outside inside a sentence for people.
enum PlainText {
    /// The text with everything that could end its line, hide or move other text written as
    /// `\u{…}`: control and format characters, separators of lines and paragraphs.
    static func line(_ text: String) -> String {
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

    static func isPrintableASCII(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { (0x20...0x7e).contains($0) }
    }
}
