// SPDX-License-Identifier: Apache-2.0

import Federation

/// Whom one request is about: one person or body, however often and in whatever form it is named.
struct ProofSubjects {
    private var asked: Set<String> = []
    private var person: String?

    /// Throws for a second reference in one city's records of one kind, by whatever name the city
    /// goes, and for a second person in any city's.
    mutating func add(
        _ source: ProofBody.Source, of city: MemberID
    ) throws(DisclosureFailure) {
        guard asked.insert("\(city) \(source.kind)").inserted else {
            throw DisclosureFailure(
                .policySeveralSubjects,
                "two sources ask the same city for the same kind of record")
        }
        guard let number = ProofSubjects.person(source.reference) else { return }
        guard person == nil || person == number else {
            throw DisclosureFailure(
                .policySeveralSubjects, "the sources name two persons' identity numbers")
        }
        person = number
    }

    /// The identity number that a reference is, with the document's kind in front or without; nil
    /// for references of another form.
    private static func person(_ reference: String) -> String? {
        let text = reference.hasPrefix("01:") ? String(reference.dropFirst(3)) : reference
        return (try? IdentityNumber(text.uppercased()))?.text
    }
}
