// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A use-code (用证码): leave to look at one licence once, for one matter. The code itself is random
/// and is shown by the holder; what is kept is its hash and what it was made for.
///
/// Source: specs/domain.md section 2.6 (`auth_code` practice) and section 1.2 number 17.
public struct PresentationCode: Hashable, Sendable {
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        /// The holder, logged in under their real name, lets it be used.
        case holder
        /// An officer looks by virtue of office (依职能查验).
        case inspection
    }

    /// SHA-256 of the code's text.
    public var codeHash: Digest
    /// Blind commitment to the licence's identifier: this relay keeps no identifier.
    public var licence: Digest
    public var serviceItem: String
    public var caseNumber: String
    /// Reference of the officer who may use it.
    public var officer: String
    public var mode: Mode
    public var expires: Timestamp
    /// When it was used; nil while it was not.
    public var used: Timestamp?

    /// Random bytes of a code: it cannot be guessed within its life.
    public static let codeBytes = 16
    /// Longest life: a visit to the counter.
    public static let maxLifeSeconds: Int64 = 900

    public init(
        codeHash: Digest, licence: Digest, serviceItem: String, caseNumber: String,
        officer: String, mode: Mode, expires: Timestamp, used: Timestamp? = nil
    ) {
        self.codeHash = codeHash
        self.licence = licence
        self.serviceItem = serviceItem
        self.caseNumber = caseNumber
        self.officer = officer
        self.mode = mode
        self.expires = expires
        self.used = used
    }

    /// Why the code does not open this request; nil when it does. Whether it was used is looked at
    /// first: a second use is the attack, whatever else is wrong with it.
    public func refusal(
        licence asked: Digest, serviceItem: String, caseNumber: String, officer: String,
        now: Timestamp
    ) -> CounterCode? {
        if used != nil { return .proofReplayed }
        guard now < expires else { return .presentationExpired }
        guard asked == licence, serviceItem == self.serviceItem, caseNumber == self.caseNumber,
            officer == self.officer
        else { return .presentationMismatch }
        return nil
    }
}
