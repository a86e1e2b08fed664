// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// An answer that is given again, byte for byte, when its request is repeated.
package struct StoredAnswer: Hashable, Sendable {
    /// Whose keys these are: an application's name, or a peer's.
    package var scope: String
    package var key: String
    /// SHA-256 of the request: another body under the same key is refused.
    package var body: Digest
    package var answer: [UInt8]
    package var expires: Timestamp

    package init(
        scope: String, key: String, body: Digest, answer: [UInt8], expires: Timestamp
    ) {
        self.scope = scope
        self.key = key
        self.body = body
        self.answer = answer
        self.expires = expires
    }
}

/// What one commit of the access store can hold.
package enum AccessChange: Hashable, Sendable {
    /// A new entry at the end of the log.
    case append(AccessRecord)
    case answer(StoredAnswer)
    /// So much more of a cap was used: a grant's name, a day's number.
    case use(name: String, window: Int64, count: Int64)
    /// The requester's receipt for an entry: the signature of `AccessReceipt`.
    case receipt(sequence: UInt64, signature: [UInt8])
    /// A receipt that another city is to have.
    case owe(OwedReceipt)
    /// Receipts that the other city's relay has taken, or will never take.
    case settle([OwedReceipt])
    /// A use-code, new or used.
    case present(PresentationCode)
    /// A consent that was taken back.
    case withdraw(consent: String, at: Timestamp)
    /// Answers and use-codes that have expired by then.
    case forgetAnswers(now: Timestamp)
    /// Uses in windows below this one.
    case forgetUses(below: Int64)
}

/// An entry that is in the log and on the disk, with its proof.
package struct LoggedAccess: Hashable, Sendable {
    package let entry: AccessEntry
    /// The log's leaf: what the other side needs, and keeps.
    package let leaf: SignedAccessEntry
    package let leafHash: Digest
    package let proof: InclusionProof
    /// The signed checkpoint that the proof leads to.
    package let checkpoint: [UInt8]
}
