// SPDX-License-Identifier: Apache-2.0

/// Why a text names no record. Never carries the text: it may name a person.
public enum RecordReferenceError: Error, Hashable, Sendable {
    case identityNumber(IdentityNumberError)
    case document
    /// No licence identifier, not even one of old.
    case licence
    /// No social credit code with two good check characters.
    case socialCredit
    case marriage
}

/// How a record is named in a question. One record has one canonical name, from which its index
/// is made.
public enum ReferenceForm: Hashable, Sendable, CaseIterable {
    /// An identity number, or `ZJLX:number` for another document: "03:E12345678".
    case document
    /// GB/T 36904.
    case licence
    /// GB 32100.
    case socialCredit
    /// `J430100-1905-000001`; divorces begin with L.
    case marriage

    /// Characters of a document's number, the national column.
    private static let documentLimit = 18

    /// The canonical form of a reference.
    public func canonical(_ text: String) throws(RecordReferenceError) -> String {
        switch self {
        case .document: return try ReferenceForm.document(text)
        case .licence:
            guard let licence = try? LicenceIdentifier(text, mode: .lenient) else {
                throw .licence
            }
            return licence.text
        case .socialCredit:
            guard let code = try? SocialCreditCode(text) else { throw .socialCredit }
            return code.text
        case .marriage: return try ReferenceForm.marriage(text)
        }
    }

    private static func document(_ text: String) throws(RecordReferenceError) -> String {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        // With more parts the text could name a second person beside the one that counts.
        guard parts.count <= 2 else { throw .document }
        guard parts.count == 2, parts[0] != DocumentKind.identityCard.rawValue else {
            do throws(IdentityNumberError) {
                return try IdentityNumber(String(parts.last ?? "")).text
            } catch {
                throw .identityNumber(error)
            }
        }
        let number = parts[1].utf8
        guard DocumentKind(rawValue: String(parts[0])) != nil,
            (1...documentLimit).contains(number.count),
            number.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) })
        else { throw .document }
        return text
    }

    private static func marriage(_ text: String) throws(RecordReferenceError) -> String {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let letter = parts[0].first, letter == "J" || letter == "L",
            (try? DivisionCode(String(parts[0].dropFirst()))) != nil,
            parts[1].utf8.count == 4, parts[2].utf8.count == 6,
            (parts[1] + parts[2]).utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { throw .marriage }
        return text
    }
}

extension RecordIndex {
    /// The index of a record by its schema and a reference in any accepted spelling.
    public init(
        key: [UInt8], schema: RecordSchema, reference: String
    ) throws(RecordLookupError) {
        let canonical: String
        do throws(RecordReferenceError) {
            canonical = try schema.reference.canonical(reference)
        } catch {
            throw .reference(error)
        }
        do throws(RecordIndexError) {
            try self.init(key: key, kind: schema.kind, reference: canonical)
        } catch {
            throw .index(error)
        }
    }
}

/// Why a record's place cannot be told.
public enum RecordLookupError: Error, Hashable, Sendable {
    case reference(RecordReferenceError)
    case index(RecordIndexError)
}
