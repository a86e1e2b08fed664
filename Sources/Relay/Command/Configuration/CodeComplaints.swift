// SPDX-License-Identifier: Apache-2.0

import Federation

// What people read about a code that is refused.

extension DivisionCodeError {
    var problem: String {
        switch self {
        case .notSixDigits(let text): "\"\(text)\" is no division code"
        case .unknownProvince(let text): "\"\(text)\" begins with no province of GB/T 2260"
        case .countyWithoutPrefecture(let text): "\"\(text)\" is a county without a prefecture"
        }
    }

    var remedy: String { "write the six digits of GB/T 2260, such as \"330100\" for Hangzhou" }
}

extension InstitutionCodeError {
    var problem: String {
        switch self {
        case .length(let count): "the institution code has \(count) characters"
        case .character(let text, let position):
            "\"\(text)\": character \(position) belongs to no institution code"
        case .check(let got, let expected, let position):
            "check character \(position) is \(got), the code computes \(expected)"
        case .division(let error): error.problem
        }
    }

    var remedy: String {
        switch self {
        case .check: "compare it with the certificate: one character is wrong"
        default:
            "write a fund centre's 15 digits, a credit code's 18 or an organisation code's 9 characters"
        }
    }
}
