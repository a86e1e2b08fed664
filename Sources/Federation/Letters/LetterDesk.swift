// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// IN's desk for new applications: whatever channel they come through, a person has one transfer
/// from one centre at a time, and an account to receive it.
public struct LetterDesk: Hashable, Sendable {
    /// A person as this centre names them to itself: a keyed hash of the document, never the
    /// document. The key stays in the centre.
    private struct Subject: Hashable, Sendable {
        let person: Digest
        let transferOut: InstitutionCode
    }

    private var inFlight: [Subject: LetterKey] = [:]

    public init() {}

    /// Takes an application before its 901 is sent. `account` is the person's account here, nil
    /// when there is none.
    public mutating func open(
        _ key: LetterKey, person: Digest, transferOut: InstitutionCode,
        account: FundAccountStatus?
    ) throws(LetterError) {
        guard let account else { throw .accountMissing }
        guard account.isOpen else { throw .accountClosed }
        let subject = Subject(person: person, transferOut: transferOut)
        if let other = inFlight[subject], other != key { throw .duplicateInFlight(other) }
        inFlight[subject] = key
    }

    /// The letter has ended; the person may apply again.
    public mutating func close(_ key: LetterKey) {
        inFlight = inFlight.filter { $0.value != key }
    }
}
