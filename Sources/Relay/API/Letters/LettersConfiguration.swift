// SPDX-License-Identifier: Apache-2.0

package import Federation

/// What a relay needs to carry one centre's letters.
package struct LettersConfiguration: Sendable {
    /// The centre: minted numbers begin with its first six digits.
    package var institution: InstitutionCode
    /// The account that owns the institution on our chain; signs its packets and pays for them.
    package var account: AccountKey
    /// Applications that act as the centre, by the names in their certificates.
    package var applications: [String]
    /// Applications that bring the bank's notices.
    package var bankApplications: [String]
    /// X25519: opens what other centres seal to this one.
    package var sealingSecret: [UInt8]
    /// Keys before it, newest first: what was sealed to them a while ago opens still.
    package var retiredSealingSecrets: [[UInt8]] = []
    /// How long a key opens what comes after it was retired, nanoseconds. 14 days: a link may be
    /// down over holidays before the other side learns of the new one.
    package var retiredSealingNanoseconds: Int64 = 14 * 86_400_000_000_000
    package var calendar = WorkingCalendar()
    /// The national list of institutions (BDC909); nil: every code that a chain announces will do.
    package var registry: InstitutionRegistry?
    package var limits = StepLimits()
    package var review = ReviewPolicy()
    /// `letters.db`.
    package var storeFile: String
    /// Seconds after which a word that did not arrive is given back. A weekend of a link that is
    /// down is longer than any chain allows; half a day is what is left of a day.
    package var lifetimeSeconds: UInt64 = 43_200

    package init(
        institution: InstitutionCode, account: AccountKey, applications: [String],
        bankApplications: [String], sealingSecret: [UInt8], storeFile: String
    ) {
        self.institution = institution
        self.account = account
        self.applications = applications
        self.bankApplications = bankApplications
        self.sealingSecret = sealingSecret
        self.storeFile = storeFile
    }
}
