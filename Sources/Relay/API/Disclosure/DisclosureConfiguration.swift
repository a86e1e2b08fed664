// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// What a relay needs to ask other cities about records, and to answer them.
package struct DisclosureConfiguration: Sendable {
    /// Where this city's record office answers, without a path; nil: this city answers nobody.
    package var office: String?
    /// PEM file of authorities for an office reached by https; nil: the system's.
    package var officeAuthorities: String?
    /// What of its records the city lets leave.
    package var policy: DisclosurePolicy
    /// Signs requests, entries of the access log and its checkpoints.
    package var evidenceKey: SigningKey
    /// The access log's file, `access.db`.
    package var storeFile: String
    /// Signs what applications send on our chain's port `licence`; nil: nothing is sent.
    package var sender: AccountKey?
    /// Applications that read and change this city's licences, by the names in their certificates.
    package var licenceApplications: [String] = []
    /// Milliseconds to wait until the chain shows what the office says: some blocks.
    package var chainPatienceMilliseconds = 20_000
    /// Milliseconds between looks at the chain meanwhile.
    package var chainLookMilliseconds = 200
    /// Milliseconds between looks for a city that does not know our office yet.
    package var announceMilliseconds = 15_000
    /// Milliseconds between looks for what may be forgotten: expired answers, keys and use-codes.
    package var pruneMilliseconds = 60_000
    /// Milliseconds before receipts that another city's relay did not take are sent again.
    package var receiptMilliseconds = 5_000
    /// Milliseconds that the office may take.
    package var officeMilliseconds = 5_000

    package init(
        office: String?, officeAuthorities: String? = nil, policy: DisclosurePolicy,
        evidenceKey: SigningKey, storeFile: String
    ) {
        self.office = office
        self.officeAuthorities = officeAuthorities
        self.policy = policy
        self.evidenceKey = evidenceKey
        self.storeFile = storeFile
    }
}

/// Why something is not disclosed, or an answer not believed: a stable code and one sentence that
/// names no person and no value.
package struct DisclosureFailure: Error, Hashable, Sendable {
    package let code: CounterCode
    package let detail: String
    var retryAfterMilliseconds: UInt32 = 0

    init(_ code: CounterCode, _ detail: String, retryAfterMilliseconds: UInt32 = 0) {
        self.code = code
        self.detail = detail
        self.retryAfterMilliseconds = retryAfterMilliseconds
    }
}
