// SPDX-License-Identifier: Apache-2.0

/// Why a text is no division code.
public enum DivisionCodeError: Error, Hashable, Sendable {
    /// Not exactly six ASCII digits.
    case notSixDigits(String)
    /// The first two digits name no province-level division.
    case unknownProvince(String)
    /// A county without its prefecture: the middle two digits are 00, the last two are not.
    case countyWithoutPrefecture(String)
}

/// An administrative division after GB/T 2260: province, prefecture and county, two digits each.
/// Text, never a number: it names, it does not count.
///
/// Does not say whether the division exists today: divisions are merged and renamed, and records
/// keep the code of their time (522400 became 520500).
public struct DivisionCode: Hashable, Sendable, Comparable {
    public let text: String

    public static let digitCount = 6
    /// The whole country: what credit codes of ministries carry.
    public static let country = "100000"

    /// The first two digits of the province-level divisions of GB/T 2260.
    private static let provinces: Set<Int> = [
        11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46,
        50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82,
    ]

    public init(_ text: String) throws(DivisionCodeError) {
        var digits: [Int] = []
        for byte in text.utf8.prefix(DivisionCode.digitCount + 1) {
            guard (0x30...0x39).contains(byte) else { throw .notSixDigits(text) }
            digits.append(Int(byte) - 0x30)
        }
        guard digits.count == DivisionCode.digitCount else { throw .notSixDigits(text) }
        if text == DivisionCode.country {
            self.text = text
            return
        }
        guard DivisionCode.provinces.contains(digits[0] * 10 + digits[1]) else {
            throw .unknownProvince(text)
        }
        if digits[2] == 0, digits[3] == 0, digits[4] != 0 || digits[5] != 0 {
            throw .countyWithoutPrefecture(text)
        }
        self.text = text
    }

    public static func < (left: DivisionCode, right: DivisionCode) -> Bool {
        left.text < right.text
    }
}

extension DivisionCode: CustomStringConvertible {
    public var description: String { text }
}
