// SPDX-License-Identifier: Apache-2.0

package import RelayEngine

/// Why something stands where it stands: the blocking condition, the evidence for it, whose turn it
/// is and the next action.
package struct WhyReport: Codable, Hashable, Sendable {
    package struct Reason: Codable, Hashable, Sendable {
        package var code: String
        /// Where to look first.
        package var cause: String
        package var turn: String
        package var sentence: String
        package var next: String
        package var evidence: [String]
        /// Whose unproven word it is: "Loudi's relay". Absent: our own finding.
        package var saidBy: String?

        package init(_ explanation: Explanation) {
            code = explanation.code
            cause = explanation.cause.rawValue
            turn = explanation.turn.rawValue
            sentence = explanation.sentence
            next = explanation.nextAction
            evidence = explanation.evidence
            saidBy = explanation.saidBy.isEmpty ? nil : explanation.saidBy
        }
    }

    /// "packet", "client", "route", "peer", "chain".
    package var kind: String
    package var subject: String
    /// False: read from the store alone, the relay does not run.
    package var isLive: Bool
    package var reason: Reason
    /// What else holds, and would come next.
    package var also: [Reason]

    package init(kind: String, subject: String, isLive: Bool, _ explanations: [Explanation]) {
        self.kind = kind
        self.subject = subject
        self.isLive = isLive
        let reasons = explanations.map { Reason($0) }
        reason =
            reasons.first
            ?? Reason(
                Explanation(
                    code: "route/idle", sentence: "Nothing is known against it.",
                    nextAction: "Nothing.", turn: .nobody))
        also = Array(reasons.dropFirst())
    }
}
