// SPDX-License-Identifier: Apache-2.0

/// Where two descriptions are not of one person: the rule that failed, never a value of either
/// side.
public struct IdentityDifference: Hashable, Sendable {
    public let rule: IdentityRule
    /// Where both names are in form and differ: how. Tells a clerk whether a keyboard or a person
    /// is the likelier cause.
    public let nameRule: PersonNameMismatch?

    public init(_ rule: IdentityRule, nameRule: PersonNameMismatch? = nil) {
        self.rule = rule
        self.nameRule = rule == .name ? nameRule : nil
    }

    /// As the second word of `TranRstMsg` has it behind `id.mismatch`: "name/middleDot".
    public var text: String {
        rule.rawValue + (nameRule.map { "/\($0.rawValue)" } ?? "")
    }

    /// Nil unless the text is in the form of `text`.
    public init?(text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, let rule = IdentityRule(rawValue: String(first)),
            parts.count <= 2
        else { return nil }
        guard parts.count == 2 else {
            self.init(rule)
            return
        }
        guard rule == .name, let how = PersonNameMismatch(rawValue: String(parts[1])) else {
            return nil
        }
        self.init(rule, nameRule: how)
    }
}
