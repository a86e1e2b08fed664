// SPDX-License-Identifier: Apache-2.0

package import Federation

/// Names an order of an operator that waits for its answer.
package struct OrderToken: Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// What a person asks of the engine, with who and why.
package struct OperatorOrder: Hashable, Sendable {
    package let token: OrderToken
    package let kind: OperatorAction.Kind
    package let subject: OperatorAction.Subject
    package let reason: String
    package let who: String
    /// The earlier action that this takes back; 0: none.
    package let undoes: UInt64
    /// The last action that whoever judged the order knew of; another one since then refuses it.
    /// Nil: whatever came before, it holds.
    package let after: UInt64?
    /// The state that the store shows, where the packet has ended: an end never changes.
    package let ended: PacketState?

    package init(
        token: OrderToken, kind: OperatorAction.Kind, subject: OperatorAction.Subject,
        reason: String, who: String, undoes: UInt64 = 0, after: UInt64? = nil,
        ended: PacketState? = nil
    ) {
        self.token = token
        self.kind = kind
        self.subject = subject
        self.reason = reason
        self.who = who
        self.undoes = undoes
        self.after = after
        self.ended = ended
    }
}

/// Why an order is not carried out. Nothing has changed then.
package struct OrderRefusal: Error, Hashable, Sendable {
    /// Stable code.
    package let code: String
    package let sentence: String
    /// What to do instead.
    package let next: String

    package init(_ code: String, _ sentence: String, _ next: String) {
        self.code = code
        self.sentence = sentence
        self.next = next
    }
}

package enum OperatorResult: Hashable, Sendable {
    /// Done and remembered; `packets` of them were touched.
    case done(OperatorAction, packets: Int)
    case refused(OrderRefusal)
}
