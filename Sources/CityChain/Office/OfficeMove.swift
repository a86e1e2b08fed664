// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

/// The move that a record is part of, with what the chain must not hold.
package struct OfficeMove: Hashable, Sendable {
    package let named: RecordMove
    /// Opens the move's key.
    let salt: [UInt8]
    /// The institution on the other side.
    package let other: InstitutionCode

    var json: JSONValue {
        [
            "key": .string(named.key.description), "client": .string(named.client),
            "salt": .string(Hex.encode(salt)), "other": .string(other.text),
        ]
    }

    init(_ named: RecordMove, salt: [UInt8], other: InstitutionCode) {
        self.named = named
        self.salt = salt
        self.other = other
    }

    init?(_ json: JSONValue?) {
        guard let key = json?["key"]?.string.flatMap({ LicenceMoveKey($0) }),
            let client = json?["client"]?.string,
            let salt = json?["salt"]?.string.flatMap({ Hex.decode($0) }),
            let other = json?["other"]?.string.flatMap({ try? InstitutionCode($0) })
        else { return nil }
        self.init(RecordMove(key: key, client: client), salt: salt, other: other)
    }
}

/// On whose word a revision was made.
package struct OfficeNote: Hashable, Sendable {
    /// The order's own key: the same order again changes nothing.
    package let key: String
    package let operation: LicenceOperation
    package let officer: String
    package let caseNumber: String

    package init(key: String, operation: LicenceOperation, officer: String, caseNumber: String) {
        self.key = key
        self.operation = operation
        self.officer = officer
        self.caseNumber = caseNumber
    }

    var json: JSONValue {
        [
            "key": .string(key), "operation": .string(operation.code),
            "officer": .string(officer), "case": .string(caseNumber),
        ]
    }

    init?(_ json: JSONValue?) {
        guard let key = json?["key"]?.string,
            let operation = json?["operation"]?.string.flatMap({ LicenceOperation(rawValue: $0) })
        else { return nil }
        self.init(
            key: key, operation: operation, officer: json?["officer"]?.string ?? "",
            caseNumber: json?["case"]?.string ?? "")
    }
}

/// A licence that is being taken in: its record is made once the chain says that it is taken.
struct OfficeTake: Hashable, Sendable {
    let move: OfficeMove
    /// Identifier of the licence that is replaced.
    let predecessor: String
    /// Of the new licence.
    let reference: String
    let values: [OfficeRecord.Value]
    let note: OfficeNote

    var json: JSONValue {
        [
            "move": move.json, "predecessor": .string(predecessor),
            "reference": .string(reference), "note": note.json,
            "values": .object(values.map { JSONMember($0.id, .string($0.text)) }),
        ]
    }

    init(
        _ move: OfficeMove, predecessor: String, reference: String,
        values: [OfficeRecord.Value], note: OfficeNote
    ) {
        self.move = move
        self.predecessor = predecessor
        self.reference = reference
        self.values = values
        self.note = note
    }

    init?(_ json: JSONValue) {
        guard let move = OfficeMove(json["move"]),
            let predecessor = json["predecessor"]?.string,
            let reference = json["reference"]?.string, let note = OfficeNote(json["note"]),
            case .object(let values)? = json["values"]
        else { return nil }
        self.init(
            move, predecessor: predecessor, reference: reference,
            values: values.map { OfficeRecord.Value($0.name, $0.value.string ?? "") }, note: note)
    }
}
