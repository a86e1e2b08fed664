// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Something that a person did to a relay by hand, kept for ever in the same commit as its effect.
public struct OperatorAction: Hashable, Sendable {
    /// What was done. The raw values are stored: never change one.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case park, release, retry
        case retryRoute = "retry-route"
        case pauseQueue = "pause-queue"
        case resumeQueue = "resume-queue"
        case pausePeer = "pause-peer"
        case resumePeer = "resume-peer"
        case refreshClient = "refresh-client"
        case replay, discard, restore
    }

    /// What it was done to: a packet, or everything towards another chain.
    public enum Subject: Hashable, Sendable, CustomStringConvertible {
        case packet(PacketID)
        case chain(String)

        /// "out/07-tendermint-0/17", or the chain's id.
        public var description: String {
            switch self {
            case .packet(let id): id.description
            case .chain(let id): id
            }
        }
    }

    /// Counts up from 1 in each store.
    public let number: UInt64
    public let kind: Kind
    public let subject: Subject
    /// Why, in the person's words.
    public let reason: String
    /// Who, as the certificate says: "person/operator/wang".
    public let who: String
    public let at: Timestamp
    /// The action that this one takes back; 0: none.
    public let undoes: UInt64

    public init(
        number: UInt64, kind: Kind, subject: Subject, reason: String, who: String, at: Timestamp,
        undoes: UInt64 = 0
    ) {
        self.number = number
        self.kind = kind
        self.subject = subject
        self.reason = reason
        self.who = who
        self.at = at
        self.undoes = undoes
    }
}

extension OperatorAction.Kind {
    /// What takes it back; nil: nothing can, or nothing is left to take back.
    public var inverse: OperatorAction.Kind? {
        switch self {
        case .park: .release
        case .release, .replay: .park
        case .pauseQueue: .resumeQueue
        case .resumeQueue: .pauseQueue
        case .pausePeer: .resumePeer
        case .resumePeer: .pausePeer
        case .discard: .restore
        case .restore: .discard
        case .retry, .retryRoute, .refreshClient: nil
        }
    }
}

extension OperatorAction.Kind {
    /// What an action changes in its subject. A later one of the same aspect overtakes it.
    public enum Aspect: Hashable, Sendable {
        case packet, queuePause, peerPause
    }

    /// Nil: it only makes something happen sooner.
    public var aspect: Aspect? {
        switch self {
        case .park, .release, .replay, .discard, .restore: .packet
        case .pauseQueue, .resumeQueue: .queuePause
        case .pausePeer, .resumePeer: .peerPause
        case .retry, .retryRoute, .refreshClient: nil
        }
    }
}

/// What an operator holds up towards another chain. It survives a restart.
public struct RoutePause: Hashable, Sendable {
    /// The raw values are stored: never reuse one.
    public enum Scope: Int, Hashable, Sendable, CaseIterable {
        /// Packets of ours are not handed over; everything else goes on.
        case queue = 0
        /// Nothing is exchanged with the peer, in either direction.
        case peer = 1
    }

    public let chainID: String
    public let scope: Scope
    /// Why; empty: the pause has ended.
    public let reason: String

    public init(chainID: String, scope: Scope, reason: String) {
        self.chainID = chainID
        self.scope = scope
        self.reason = reason
    }
}
