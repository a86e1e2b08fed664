// SPDX-License-Identifier: Apache-2.0

import Federation

/// A code that never changes its meaning, with what the counter says.
protocol CodedText: RawRepresentable<String> {
    var chinese: String { get }
    var english: String { get }
}

/// Such a code as answers show it. What is told beside it stands in the same object.
struct CodeText: Encodable, Sendable {
    let code: String
    let chinese: String
    let english: String

    init(_ code: some CodedText) { self.init(code.rawValue, code.chinese, code.english) }

    init(_ code: String, _ chinese: String, _ english: String) {
        self.code = code
        self.chinese = chinese
        self.english = english
    }
}

extension LetterState: CodedText {}
extension LetterReason: CodedText {}
extension LetterErrorCode: CodedText {}
