// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient
package import RelayStore

/// What a person did by hand, and how it can be taken back.
package struct ActionReport: Codable, Hashable, Sendable {
    package var number: UInt64
    package var action: String
    package var subject: String
    package var reason: String
    package var who: String
    package var at: String
    /// Packets that were touched; absent in listings.
    package var packets: Int?
    /// The action that this one took back.
    package var undoes: UInt64?
    /// The action that took this one back.
    package var undoneBy: UInt64?
    package var canBeUndone: Bool

    package init(
        _ action: OperatorAction, packets: Int? = nil, undoneBy: UInt64? = nil,
        isOvertaken: Bool = false
    ) {
        number = action.number
        self.action = action.kind.rawValue
        subject = action.subject.description
        reason = action.reason
        who = action.who
        at = action.at.utcText
        self.packets = packets
        undoes = action.undoes == 0 ? nil : action.undoes
        self.undoneBy = undoneBy
        canBeUndone = action.kind.inverse != nil && undoneBy == nil && !isOvertaken
    }
}

package struct ActionList: Codable, Hashable, Sendable {
    package var actions: [ActionReport]

    /// What one action changes in what.
    private struct Change: Hashable {
        let subject: OperatorAction.Subject
        let aspect: OperatorAction.Kind.Aspect
    }

    package init(subject: String?, limit: Int, _ reader: JournalReader) throws {
        // Latest first: whatever overtook an action stands before it.
        var settled: Set<Change> = []
        actions = try reader.actions(subject: subject, limit: limit).map { action in
            let change = action.kind.aspect.map { Change(subject: action.subject, aspect: $0) }
            return ActionReport(
                action, undoneBy: try reader.undoing(action.number),
                isOvertaken: change.map { !settled.insert($0).inserted } ?? false)
        }
    }
}

/// What a caller asks to be done.
package struct ActionOrder: Codable, Hashable, Sendable {
    /// A kind of `OperatorAction`: "park", "pause-peer" …
    package var action: String
    /// "out/07-tendermint-0/17", for what is done to a packet …
    package var packet: String?
    /// … or a chain's id, for what is done to a route, peer or client.
    package var chain: String?
    package var reason: String?

    package init(action: String, packet: String? = nil, chain: String? = nil, reason: String?) {
        self.action = action
        self.packet = packet
        self.chain = chain
        self.reason = reason
    }
}
