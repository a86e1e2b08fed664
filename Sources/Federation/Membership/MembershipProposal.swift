// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A next version before its signatures, with the requests that ask for what it changes.
public struct MembershipProposal: Hashable, Sendable {
    public let next: SealedManifest
    public let requests: [RegistrationRequest]

    public init(next: SealedManifest, requests: [RegistrationRequest]) {
        self.next = next
        self.requests = requests
    }

    /// The version that these requests lead to. Everything in it comes from the present manifest
    /// and the requests, so that each authority makes the same bytes on its own machine.
    public init(_ requests: [RegistrationRequest], after current: SealedManifest) {
        let ordered = requests.sorted { $0.entry.id < $1.entry.id }
        let latest = ordered.map(\.createdAt).max() ?? current.manifest.issuedAt
        let note = ordered.map { "\($0.purpose) \($0.entry.id)" }.joined(separator: ", ")
        let next = MembershipProposal.next(after: current, at: latest, note: note) { manifest in
            for request in ordered { manifest.set(request.entry) }
        }
        self.init(next: next, requests: ordered)
    }

    /// The next version with a change of the federation's own making: a suspension, a revocation, a
    /// new anchor for a chain that was lost, new times.
    public init(
        after current: SealedManifest, at now: Timestamp, note: String,
        _ change: (inout Manifest) -> Void
    ) {
        self.init(
            next: MembershipProposal.next(after: current, at: now, note: note, change),
            requests: [])
    }

    /// The founding version of members that have never met: what two cities make from two files.
    /// Its times come from the latest request, so that all founders make the same bytes.
    public init(
        founding federation: String, _ requests: [RegistrationRequest], quorum: QuorumRule,
        routes: RouteRule = .allPairs(maxPacketLifetimeSeconds: Route.longestLifetimeSeconds)
    ) {
        let ordered = requests.sorted { $0.entry.id < $1.entry.id }
        let start = ordered.map(\.createdAt).max() ?? .unixEpoch
        self.init(
            next: SealedManifest(
                Manifest(
                    federation: federation, version: 1, previous: .zero, issuedAt: start,
                    softExpiry: start.adding(nanoseconds: MembershipProposal.softLife),
                    hardExpiry: start.adding(nanoseconds: MembershipProposal.hardLife),
                    quorum: quorum, routes: routes, note: "founding",
                    members: ordered.map(\.entry))),
            requests: ordered)
    }

    /// One year: long enough for a yearly renewal, nanoseconds.
    public static let softLife: Int64 = 365 * 86_400_000_000_000
    /// Two years: a year of warnings, nanoseconds.
    public static let hardLife: Int64 = 730 * 86_400_000_000_000

    private static func next(
        after current: SealedManifest, at moment: Timestamp, note: String,
        _ change: (inout Manifest) -> Void
    ) -> SealedManifest {
        var manifest = current.manifest
        let old = current.manifest
        manifest.version += 1
        manifest.previous = current.digest
        manifest.note = note
        // Never before the version that it builds on, whatever a clock says.
        manifest.issuedAt = max(moment, old.issuedAt)
        manifest.softExpiry = manifest.issuedAt.adding(
            nanoseconds: old.softExpiry.nanoseconds(since: old.issuedAt))
        manifest.hardExpiry = manifest.issuedAt.adding(
            nanoseconds: old.hardExpiry.nanoseconds(since: old.issuedAt))
        change(&manifest)
        manifest.keepRevokedKeys(of: old)
        manifest.keepMajority()
        return SealedManifest(manifest, like: current)
    }
}

extension MembershipProposal {
    /// Verifies all that an authority must not approve blindly: the step, the content, each
    /// request's proofs, and that every change of keys, addresses or terms was asked for by its
    /// member. `current` is nil for a founding version.
    public func verify(
        after current: SealedManifest?, now: Timestamp,
        signatures verifier: inout SignatureVerifier
    ) throws(ManifestError) {
        let manifest = next.manifest
        if let current {
            let old = current.manifest
            guard manifest.federation == old.federation else {
                throw .otherFederation(got: manifest.federation, expected: old.federation)
            }
            guard manifest.version > old.version else {
                throw .overtaken(version: manifest.version, by: old.version)
            }
            guard manifest.version == old.version + 1 else {
                throw .gap(expected: old.version + 1, got: manifest.version)
            }
            guard manifest.previous == current.digest else {
                throw .previousMismatch(
                    version: manifest.version, got: manifest.previous, expected: current.digest)
            }
        }
        let errors = manifest.findings(after: current?.manifest).filter { !$0.fault.isWarning }
        guard errors.isEmpty else { throw .unsound(errors) }
        for request in requests {
            do throws(RequestError) {
                guard request.federation == manifest.federation else {
                    throw .otherFederation(
                        got: request.federation, expected: manifest.federation)
                }
                try request.verify(against: current, now: now, signatures: &verifier)
            } catch {
                throw .request(error, of: request.entry.id)
            }
        }
        try checkExplained(current?.manifest)
    }

    private func checkExplained(_ old: Manifest?) throws(ManifestError) {
        for member in next.manifest.members {
            var expected = old?.member(member.id)
            if expected == member { continue }
            if requests.contains(where: { $0.entry == member }) { continue }
            // Status and anchors are the federation's own to change.
            expected?.status = member.status
            expected?.statusReason = member.statusReason
            if let chains = expected?.chains, chains.count == member.chains.count {
                for index in chains.indices {
                    expected?.chains[index].anchor = member.chains[index].anchor
                }
            }
            if expected != member { throw .changeWithoutRequest(member.id) }
        }
    }

    /// The signed version that these approvals make. Throws what keeps it from a quorum.
    public func assembled(
        _ approvals: [Approval], by electorate: Electorate, of current: Manifest,
        signatures verifier: inout SignatureVerifier
    ) throws(ManifestError) -> SignedManifest {
        var signatures: [ManifestSignature] = []
        for approval in approvals {
            guard approval.digest == next.digest else {
                throw .approvalOfOther(got: approval.digest, expected: next.digest)
            }
            signatures.append(approval.signature)
        }
        do throws(ManifestError) {
            _ = try electorate.verify(signatures, of: next.digest, with: &verifier)
        } catch {
            throw current.refined(error)
        }
        return SignedManifest(next, signatures: signatures)
    }
}

extension MembershipProposal {
    /// Each request of a proposal, at most one a member.
    static let maxRequests = 64

    /// `MembershipProposal` of manifest.proto.
    public var encoded: [UInt8] {
        var writer = ProtobufWriter()
        writer.alwaysBytes(1, next.encoded)
        for request in requests { writer.alwaysBytes(2, request.encoded) }
        return writer.bytes
    }

    public init(reading bytes: [UInt8], like other: SealedManifest? = nil) throws(ManifestError) {
        var manifest: [UInt8] = []
        var texts: [[UInt8]] = []
        do throws(WireError) {
            var reader = ProtobufReader(bytes)
            while let field = try reader.next() {
                switch field.number {
                case 1: manifest = try reader.bytes(field)
                case 2:
                    guard texts.count < MembershipProposal.maxRequests else {
                        throw .tooLarge("requests", limit: MembershipProposal.maxRequests)
                    }
                    texts.append(try reader.bytes(field))
                default: try reader.skip(field)
                }
            }
        } catch {
            throw .wire(error)
        }
        var requests: [RegistrationRequest] = []
        for text in texts { requests.append(try RegistrationRequest(reading: text)) }
        self.init(next: try SealedManifest(reading: manifest, like: other), requests: requests)
    }
}
