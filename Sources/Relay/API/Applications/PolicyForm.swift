// SPDX-License-Identifier: Apache-2.0

import Federation

/// The forms that texts of a request may have: those of the policy, and never a number that names
/// a person where the text is kept.
enum PolicyForm {
    static func name(_ text: String) -> Bool { PolicyName.isName(text) && isLoggable(text) }
    static func code(_ text: String) -> Bool { PolicyName.isCode(text) && isLoggable(text) }
    static func reference(_ text: String) -> Bool { PolicyName.isReference(text) }
    static func any(_ text: String) -> Bool { text.utf8.count <= 256 }

    private static func isLoggable(_ text: String) -> Bool { (try? AccessCode(text)) != nil }
}
