// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A version that is known to be right from outside: read over the telephone, or from one's own
/// store.
public struct ManifestAnchor: Hashable, Sendable {
    public var version: UInt64
    public var digest: Digest

    public init(version: UInt64, digest: Digest) {
        self.version = version
        self.digest = digest
    }

    /// The anchor that a version itself is.
    public init(_ sealed: SealedManifest) {
        self.init(version: sealed.manifest.version, digest: sealed.digest)
    }
}

/// The versions of one federation's manifest, verified one after another from an anchor. Never goes
/// back, never skips, and keeps the proof when two versions claim one number.
///
/// A value owned by one thread.
public struct ManifestChain: Sendable {
    /// What a new version did.
    public enum Step: Hashable, Sendable {
        /// It is the latest now.
        case advanced
        /// It was known already.
        case known
    }

    /// What is kept of a version: whoever shows another of the same number must be judged by the
    /// electorate of the one before.
    private struct Past: Sendable {
        let statement: ManifestStatement
        let electorate: Electorate
    }

    /// Versions that can still be compared with another of their number. Two a day for a year.
    public static let pastVersions = 730

    public let anchor: ManifestAnchor
    /// The latest verified version.
    public private(set) var latest: SignedManifest
    /// Proof of two versions of one number, in the order in which they were met.
    public private(set) var equivocations: [ManifestEquivocation] = []
    /// Ends with the latest.
    private var past: [Past]

    /// Begins with the version that the anchor names. Its signatures are not judged: the anchor
    /// vouches for it.
    public init(anchor: ManifestAnchor, _ first: SignedManifest) throws(ManifestError) {
        guard first.digest == anchor.digest, first.manifest.version == anchor.version else {
            throw .wrongAnchor(got: first.digest, expected: anchor.digest)
        }
        let errors = first.manifest.findings().filter { !$0.fault.isWarning }
        guard errors.isEmpty else { throw .unsound(errors) }
        self.anchor = anchor
        latest = first
        past = [Past(statement: first.statement, electorate: Electorate(first.sealed))]
    }

    public var manifest: Manifest { latest.manifest }

    /// Who may sign the next version.
    public var electorate: Electorate {
        past.last?.electorate ?? Electorate(latest.sealed)
    }

    /// The digest of a version that was verified and is still remembered.
    public func digest(of version: UInt64) -> Digest? {
        past.first { $0.electorate.version == version }?.electorate.digest
    }

    /// Takes the next version when a quorum of the latest one signed it. A version of a known
    /// number that a quorum signed too is kept as evidence and thrown as `equivocation`; the chain
    /// stays on the one it saw first.
    public mutating func append(
        _ next: SignedManifest, signatures verifier: inout SignatureVerifier
    ) throws(ManifestError) -> Step {
        let now = latest.manifest
        guard next.manifest.federation == now.federation else {
            throw .otherFederation(got: next.manifest.federation, expected: now.federation)
        }
        guard next.manifest.version > now.version else {
            return try compare(next, &verifier)
        }
        guard next.manifest.version == now.version + 1 else {
            throw .gap(expected: now.version + 1, got: next.manifest.version)
        }
        guard next.manifest.previous == latest.digest else {
            throw .previousMismatch(
                version: next.manifest.version, got: next.manifest.previous,
                expected: latest.digest)
        }
        try verify(next, &verifier)
        let previous = (latest.sealed, electorate)
        past.append(
            Past(
                statement: next.statement, electorate: Electorate(next.sealed, like: previous)))
        if past.count > ManifestChain.pastVersions { past.removeFirst() }
        latest = next
        return .advanced
    }

    private func verify(
        _ next: SignedManifest, _ verifier: inout SignatureVerifier
    ) throws(ManifestError) {
        do throws(ManifestError) {
            let electorate = electorate
            // The count first: content is looked at only for what a quorum may have signed.
            guard next.signatures.count >= electorate.needed else {
                throw .notEnoughSignatures(
                    got: next.signatures.count, needed: electorate.needed,
                    voters: electorate.voterCount)
            }
            _ = try electorate.verify(next.signatures, of: next.digest, with: &verifier)
        } catch {
            throw manifest.refined(error)
        }
        let errors = next.manifest.findings(after: latest.manifest).filter { !$0.fault.isWarning }
        guard errors.isEmpty else { throw .unsound(errors) }
    }

    /// A version that is not newer: known, unsigned, or evidence.
    private mutating func compare(
        _ other: SignedManifest, _ verifier: inout SignatureVerifier
    ) throws(ManifestError) -> Step {
        let version = other.manifest.version
        guard let index = past.firstIndex(where: { $0.electorate.version == version }) else {
            throw .beforeAnchor(got: version, anchor: past[0].electorate.version)
        }
        guard past[index].electorate.digest != other.digest else { return .known }
        guard index > 0 else {
            throw .wrongAnchor(got: other.digest, expected: past[index].electorate.digest)
        }
        let evidence = ManifestEquivocation(past[index].statement, other.statement)
        _ = try evidence.verify(electorate: past[index - 1].electorate, signatures: &verifier)
        keep(evidence)
        throw .equivocation(evidence)
    }

    /// Judges and keeps evidence that somebody else found. Returns the members that signed both
    /// versions.
    public mutating func take(
        _ evidence: ManifestEquivocation, signatures verifier: inout SignatureVerifier
    ) throws(ManifestError) -> [MemberID] {
        let version = try evidence.first.head().version
        guard version > 0,
            let before = past.first(where: { $0.electorate.version == version - 1 })
        else { throw .beforeAnchor(got: version, anchor: past[0].electorate.version) }
        let guilty = try evidence.verify(electorate: before.electorate, signatures: &verifier)
        keep(evidence)
        return guilty
    }

    private mutating func keep(_ evidence: ManifestEquivocation) {
        guard !equivocations.contains(evidence),
            equivocations.count < ManifestLimits.equivocations
        else { return }
        equivocations.append(evidence)
    }
}
