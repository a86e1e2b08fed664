// SPDX-License-Identifier: Apache-2.0

package import Federation

/// One code that an application can be answered with, and what stands beside it. APPLICATIONS.md
/// publishes all of them.
package struct ApplicationCode: Hashable, Sendable {
    package let code: String
    /// The HTTP status where this is a whole call's answer.
    package let status: Int
    /// What a clerk can say, and do next.
    package let text: CounterText

    private init(_ code: String, _ status: Int, _ text: CounterText) {
        (self.code, self.status, self.text) = (code, status, text)
    }

    init(_ code: DoorCode) { self.init(code.rawValue, code.status, code.text) }

    init(_ code: CounterCode) { self.init(code.rawValue, code.status, code.text) }

    init(_ code: LetterErrorCode) {
        self.init(
            code.rawValue, code.status,
            CounterText(
                code.chinese, code.chineseNext, english: code.english, code.englishNext))
    }

    init(_ code: LicenceErrorCode) {
        self.init(
            code.rawValue, code.status,
            CounterText(
                code.chinese, code.next.chinese, english: code.english, code.next.english))
    }

    /// Of the door, of proofs and cities, of letters, of licences.
    package static let all: [ApplicationCode] =
        DoorCode.allCases.map { ApplicationCode($0) }
        + CounterCode.allCases.map { ApplicationCode($0) }
        + LetterErrorCode.allCases.map { ApplicationCode($0) }
        + LicenceErrorCode.allCases.map { ApplicationCode($0) }

    /// As members of an answer.
    var members: [String: String] {
        [
            "counterEnglish": text.english, "counterEnglishNext": text.englishNext,
            "counterChinese": text.chinese, "counterChineseNext": text.chineseNext,
        ]
    }
}

extension APIError {
    /// A refusal with what a clerk can say.
    ///
    /// - Parameters:
    ///   - next: for developers; nil: the clerk's.
    ///   - details: further members, which take the place of the code's own.
    init(
        _ code: ApplicationCode, _ message: String, next: String? = nil,
        details: [String: String] = [:], retryAfterSeconds: Int? = nil
    ) {
        self.init(
            code.status, code.code, message, next: next ?? code.text.englishNext,
            details: code.members.merging(details) { $1 }, retryAfterSeconds: retryAfterSeconds)
    }

    /// A refusal of the listener itself.
    init(
        _ code: DoorCode, _ message: String, next: String, details: [String: String] = [:],
        retryAfterSeconds: Int? = nil
    ) {
        self.init(
            ApplicationCode(code), message, next: next, details: details,
            retryAfterSeconds: retryAfterSeconds)
    }
}
