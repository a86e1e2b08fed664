// SPDX-License-Identifier: Apache-2.0

package import Federation

/// What the city's own relay asks of the office about one licence.
package struct LicenceOrder: Hashable, Sendable {
    /// How the licence is named: its number by whoever holds the paper, its place by whoever has
    /// asked before.
    package enum Name: Hashable, Sendable {
        case reference(String)
        case index(RecordIndex)
    }

    package var name: Name
    /// Key 1 to 3 of the operation's table; 05 with the status that it ends in.
    package var note: OfficeNote
    package var status: LicenceStatus?
    package var values: [OfficeRecord.Value]
    /// The other city's institution, of a move.
    package var other: InstitutionCode?
    /// Identifier of the licence that 08 replaces.
    package var replaces: String?

    package init(
        _ name: Name, _ note: OfficeNote, status: LicenceStatus? = nil,
        values: [OfficeRecord.Value] = [], other: InstitutionCode? = nil, replaces: String? = nil
    ) {
        self.name = name
        self.note = note
        self.status = status
        self.values = values
        self.other = other
        self.replaces = replaces
    }

    package var operation: LicenceOperation { note.operation }
}

/// What became of an order.
package struct LicenceOutcome: Hashable, Sendable {
    package let index: RecordIndex
    /// The revision that the chain must show before a packet may go; 0: none is waited for.
    package let revision: UInt64
    /// Value of the packet that the relay is to send, and the client that it goes by.
    package let packet: [UInt8]
    package let client: String

    /// Nothing is to be sent.
    package static func known(_ index: RecordIndex, revision: UInt64) -> LicenceOutcome {
        LicenceOutcome(index: index, revision: revision, packet: [], client: "")
    }
}
