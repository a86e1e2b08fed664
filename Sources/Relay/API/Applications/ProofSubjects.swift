// SPDX-License-Identifier: Apache-2.0

import Federation

/// Whom one request is about: one person, body or licence, however often and in whatever form it
/// is named.
struct ProofSubjects {
    /// How a subject is named: two names of one form are two subjects.
    private enum Form: Hashable {
        case builtIn(ReferenceForm)
        /// A kind that only its city knows.
        case own(kind: String)
    }

    private var asked: Set<String> = []
    private var names: [Form: String] = [:]

    /// Throws for a second reference in one city's records of one kind, by whatever name the city
    /// goes, and for a second subject in any city's records of any kind.
    mutating func add(
        _ source: ProofBody.Source, of city: MemberID
    ) throws(DisclosureFailure) {
        guard asked.insert("\(city) \(source.kind)").inserted else {
            throw DisclosureFailure(
                .policySeveralSubjects,
                "two sources ask the same city for the same kind of record")
        }
        let (form, name) = ProofSubjects.name(source)
        guard names[form, default: name] == name else {
            throw DisclosureFailure(
                .policySeveralSubjects,
                "the sources name two documents, licences or bodies: one request is about one")
        }
        names[form] = name
    }

    /// The canonical name, where the form is known or the text is an identity number: a kind of a
    /// city's own may go by one, too.
    private static func name(_ source: ProofBody.Source) -> (Form, String) {
        if let person = try? ReferenceForm.document.canonical(source.reference) {
            return (.builtIn(.document), person)
        }
        guard let schema = try? RecordSchemas.builtIn.schema(kind: source.kind) else {
            return (.own(kind: source.kind), source.reference)
        }
        let name = try? schema.reference.canonical(source.reference)
        return (.builtIn(schema.reference), name ?? source.reference)
    }
}
