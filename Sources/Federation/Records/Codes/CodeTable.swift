// SPDX-License-Identifier: Apache-2.0

/// A national table of two-digit codes, each with its Chinese name.
public protocol CodeTable: RawRepresentable, CaseIterable, Hashable, Sendable
where RawValue == String {
    /// The column's name: pinyin initials where the national data standard gives them.
    static var column: String { get }
    /// The code's name.
    var chinese: String { get }
}

extension CodeTable {
    /// The code, two digits.
    public var code: String { rawValue }
    /// Code and name as counters show them: "02 封存".
    public var shown: String { "\(rawValue) \(chinese)" }
}
