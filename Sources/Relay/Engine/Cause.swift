// SPDX-License-Identifier: Apache-2.0

/// Where to look first: the question at three in the morning.
package enum Cause: String, Hashable, Sendable, CaseIterable {
    case us = "this relay"
    case ourChain = "our chain"
    case network = "the network"
    case certificate = "a certificate"
    case peer = "the peer's relay"
    case peerChain = "the peer's chain"
    case message = "the packet itself"
    case application = "the application"
    case people = "a person's decision"
    case nothing = "nothing is wrong"
}

/// What a stable code means, once for logs, listings, `why` and the console.
package struct Advice: Hashable, Sendable {
    package let cause: Cause
    package let turn: Explanation.Turn
    /// What is known, without names.
    package let sentence: String
    /// What to do next; "Nothing…" where the relay goes on by itself.
    package let next: String

    init(_ cause: Cause, _ turn: Explanation.Turn, _ sentence: String, _ next: String) {
        self.cause = cause
        self.turn = turn
        self.sentence = sentence
        self.next = next
    }

    /// The advice for a code; nil for one that nobody has written about. A code of an area where
    /// other programs make the codes (a chain's modules, gRPC, TLS) has its area's advice.
    package init?(code: String) {
        if let exact = CodeBook.all[code] {
            self = exact
            return
        }
        for (prefix, advice) in CodeBook.areas where code.hasPrefix(prefix) {
            self = advice
            return
        }
        return nil
    }
}
