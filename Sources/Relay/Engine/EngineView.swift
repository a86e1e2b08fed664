// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// The relay's own client of one chain, as verifiers get it: an immutable value that is published again
/// whenever `record.revisionCounter` moves.
package struct ClientView: Hashable, Sendable {
    package let record: ClientRecord
    /// Ascending by height.
    package let headers: [HeaderRecord]
    /// What we tell the chain's relay: build headers for us on this.
    package let trustedHeight: Height

    package init(record: ClientRecord, headers: [HeaderRecord], trustedHeight: Height) {
        self.record = record
        self.headers = headers
        self.trustedHeight = trustedHeight
    }
}

/// Why a packet stands where it stands, for people and for programs.
package struct Explanation: Hashable, Sendable {
    package enum Turn: String, Hashable, Sendable {
        case us, ourChain = "our chain", peer, peerChain = "the peer's chain", application, operator_ = "operator",
            nobody
    }

    /// Stable code.
    package let code: String
    /// What is known.
    package let sentence: String
    /// What happens next, or what to do.
    package let nextAction: String
    package let turn: Turn

    package init(code: String, sentence: String, nextAction: String, turn: Turn) {
        self.code = code
        self.sentence = sentence
        self.nextAction = nextAction
        self.turn = turn
    }
}

extension RelayEngine {
    /// Nil unless the chain is on a route.
    package func client(of chainID: String) -> ClientView? { nil }

    /// Our facts for the handshake with the relay of this chain.
    package func hello(to chainID: String, software: String, now: Timestamp) -> PeerHello? { nil }

    /// Whether a delivery from this chain should be verified at all, or sent away with a retry.
    package func inboxHasRoom(for chainID: String) -> Bool { true }

    /// When `handle` should be called next if no event comes before; nil: no need.
    package var nextWake: Timestamp? { nil }

    /// Nil when the packet is not open here; `Explanation(of:)` explains a record from the store.
    package func explain(_ id: PacketID) -> Explanation? { nil }
}
