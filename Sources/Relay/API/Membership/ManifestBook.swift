// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
package import RelayEngine
import RelayStore
import Synchronization

/// The versions of the manifest that hold here, for verifiers that judge later ones and for peers
/// that ask. A version counts only after the decider has committed it.
///
/// Memory: the latest version, and what `ManifestChain` keeps of those before. Older versions are
/// read from the store, on the verifier that answers.
package final class ManifestBook: Sendable {
    private struct State {
        var chain: ManifestChain
        /// Chains that end with a version which is verified and waits for its commit.
        var candidates: [Digest: ManifestChain] = [:]
        /// What the latest version has against exchanges of ours.
        var bars: [String: MemberBar]
        var tellEquivocation: (@Sendable (ManifestEquivocation) -> Void)?
    }

    /// Candidates kept at a time: peers offer the same few versions at once.
    private static let maxCandidates = 64
    /// Bytes of versions in one answer: room for the rest of a message.
    private static let answerBytes = PeerLimits.messageBytes - 65_536

    let own: MemberID
    private let storeFile: String
    private let state: Mutex<State>

    package init(
        _ chain: ManifestChain, bars: [String: MemberBar], own: MemberID, storeFile: String
    ) {
        self.own = own
        self.storeFile = storeFile
        state = Mutex(State(chain: chain, bars: bars))
    }

    /// The latest version that holds.
    var latest: SealedManifest { state.withLock { $0.chain.latest.sealed } }

    /// The same with its signatures.
    var latestSigned: SignedManifest { state.withLock { $0.chain.latest } }

    /// Whether a peer that names this version and digest has something to show us.
    func wants(version: UInt64, digest: [UInt8]) -> Bool {
        let latest = latest
        let own = latest.manifest.version
        return version > own || (version == own && digest != latest.digest.bytes)
    }

    /// Is told of every two signed versions of one number that are met here. Set once, before the
    /// first call can come; called on verifiers.
    func onEquivocation(_ tell: @escaping @Sendable (ManifestEquivocation) -> Void) {
        state.withLock { $0.tellEquivocation = tell }
    }

    /// A version holds from now on. On the decider's thread, after its commit.
    func adopted(_ change: TopologyChange) {
        guard let digest = Digest(change.digest) else { return }
        state.withLock { state in
            guard let chain = state.candidates[digest] else { return }
            state.chain = chain
            state.bars = change.bars
            state.candidates = state.candidates.filter {
                $0.value.manifest.version > chain.manifest.version
            }
        }
    }

    // MARK: On a verifier

    /// Judges versions that somebody offers; the decider decides.
    package func judge(
        _ steps: [ManifestStep], from source: String, now: Timestamp,
        signatures: inout SignatureVerifier
    ) -> [EngineEvent] {
        guard !steps.isEmpty else { return [] }
        var (chain, bars) = state.withLock { ($0.chain, $0.bars) }
        var verified: [VerifiedManifest] = []
        var events: [EngineEvent] = []
        for step in steps {
            do throws(ManifestError) {
                let before = chain.latest.sealed
                let next = try ManifestBook.read(step, after: before)
                guard case .advanced = try append(next, to: &chain, &signatures) else { continue }
                let change = TopologyChange(next.sealed, of: own, at: now, before: bars)
                bars = change.bars
                verified.append(
                    VerifiedManifest(
                        record: ManifestRecord(next, after: before, source: source, at: now),
                        previousDigest: before.digest.bytes, change: change))
            } catch {
                // Versions between are missing: they are asked for, nobody did wrong.
                if case .gap = error { break }
                events.append(.manifestRefused(ManifestBook.refusal(error, source, now)))
                if case .equivocation(let evidence) = error {
                    state.withLock { $0.tellEquivocation }?(evidence)
                }
                break
            }
        }
        if !verified.isEmpty {
            remember(chain)
            events.insert(.manifestsVerified(verified), at: 0)
        }
        return events
    }

    /// Judges evidence of two signed versions of one number that somebody else found. Nil: it is
    /// kept already.
    package func judge(
        _ evidence: ManifestEquivocation, from source: String, now: Timestamp,
        signatures: inout SignatureVerifier
    ) throws(ManifestError) -> EngineEvent? {
        var chain = state.withLock { $0.chain }
        guard !chain.equivocations.contains(evidence) else { return nil }
        do throws(ManifestError) {
            _ = try chain.take(evidence, signatures: &signatures)
        } catch {
            guard case .beforeAnchor(let version, _) = error,
                var earlier = earlier(version, &signatures)
            else { throw error }
            _ = try earlier.take(evidence, signatures: &signatures)
            return .manifestRefused(ManifestBook.refusal(.equivocation(evidence), source, now))
        }
        let found = chain.equivocations
        state.withLock { state in
            // Nobody else changes a chain but by a later version.
            if state.chain.latest.digest == chain.latest.digest { state.chain = chain }
        }
        guard found.contains(evidence) else { return nil }
        return .manifestRefused(ManifestBook.refusal(.equivocation(evidence), source, now))
    }

    /// Takes the next version, or compares an old one: memory begins a few versions before the
    /// start, the store with the first of all.
    private func append(
        _ next: SignedManifest, to chain: inout ManifestChain,
        _ signatures: inout SignatureVerifier
    ) throws(ManifestError) -> ManifestChain.Step {
        do throws(ManifestError) {
            return try chain.append(next, signatures: &signatures)
        } catch {
            switch error {
            case .beforeAnchor, .wrongAnchor: break
            default: throw error
            }
            let version = next.manifest.version
            if signed(version: version)?.digest == next.digest { return .known }
            guard var earlier = earlier(version, &signatures) else { throw error }
            return try earlier.append(next, signatures: &signatures)
        }
    }

    /// The version of a number that held here and the one before, by whose electorate another of
    /// that number is judged. Nil where the store begins later. Reads the store.
    private func earlier(
        _ version: UInt64, _ signatures: inout SignatureVerifier
    ) -> ManifestChain? {
        guard version > 1, let before = signed(version: version - 1),
            let held = signed(version: version),
            var chain = try? ManifestChain(anchor: ManifestAnchor(before.sealed), before),
            (try? chain.append(held, signatures: &signatures)) == .advanced
        else { return nil }
        return chain
    }

    private func remember(_ chain: ManifestChain) {
        state.withLock { state in
            state.candidates[chain.latest.digest] = chain
            guard state.candidates.count > ManifestBook.maxCandidates,
                let oldest = state.candidates.min(by: {
                    $0.value.manifest.version < $1.value.manifest.version
                })
            else { return }
            state.candidates[oldest.key] = nil
        }
    }

    static func read(
        _ step: ManifestStep, after before: SealedManifest
    ) throws(ManifestError) -> SignedManifest {
        guard step.signed.isEmpty else {
            return try SignedManifest(reading: step.signed, like: before)
        }
        let delta: ManifestDelta
        do throws(WireError) {
            delta = try ManifestDelta(reading: step.difference)
        } catch {
            throw .wire(error)
        }
        return try delta.applied(to: before)
    }

    private static func refusal(
        _ error: ManifestError, _ source: String, _ now: Timestamp
    ) -> ManifestRefusal {
        var evidence: EvidenceRecord?
        if case .equivocation(let proof) = error {
            let version = (try? proof.first.version()) ?? 0
            evidence = EvidenceRecord(
                chainID: source, height: Height(revision: 0, height: version), kind: error.code,
                evidence: proof.encoded, reportedBy: source, at: now)
        }
        return ManifestRefusal(
            code: error.code, detail: "\(error.problem). \(error.remedy)", source: source,
            evidence: evidence)
    }

    /// What a caller with this version is shown. Reads the store.
    func answer(_ request: ManifestExchange) -> ManifestExchange {
        let chain = state.withLock { $0.chain }
        let version = chain.manifest.version
        var steps: [ManifestStep] = []
        if request.version < version {
            steps = later(than: request.version, request.digest, upTo: version)
            if steps.isEmpty { steps = [ManifestStep(signed: chain.latest.encoded)] }
        } else if request.digest != chain.latest.digest.bytes, request.version == version {
            steps = [ManifestStep(signed: chain.latest.encoded)]
        }
        return ManifestExchange(
            version: version, digest: chain.latest.digest.bytes, versions: steps)
    }

    /// A version that held here once; nil where the store has none. Reads the store.
    func signed(version: UInt64) -> SignedManifest? {
        let latest = latestSigned
        if version == latest.manifest.version { return latest }
        // The last one that is stored whole, or the first of all.
        let whole = version - (version - 1) % ManifestRecord.wholeEvery
        guard version < latest.manifest.version, let reader = try? JournalReader(path: storeFile),
            let records = try? reader.manifests(
                after: whole - 1, limit: Int(ManifestRecord.wholeEvery)),
            let first = records.first, !first.isDifference,
            var signed = try? SignedManifest(reading: first.bytes)
        else { return nil }
        for record in records.dropFirst() where record.version <= version {
            guard let next = try? ManifestBook.read(record.step, after: signed.sealed) else {
                return nil
            }
            signed = next
        }
        return signed.manifest.version == version ? signed : nil
    }

    /// Empty when the asker's version is not ours, or the store does not answer.
    func later(than version: UInt64, _ digest: [UInt8], upTo last: UInt64) -> [ManifestStep] {
        guard let reader = try? JournalReader(path: storeFile),
            let known = try? reader.manifest(version: version), known.digest == digest,
            let records = try? reader.manifests(
                after: version, limit: PeerLimits.manifestsPerCall)
        else { return [] }
        var steps: [ManifestStep] = []
        var bytes = 0
        for record in records where record.version <= last {
            bytes += record.bytes.count
            guard bytes <= ManifestBook.answerBytes else { break }
            steps.append(record.step)
        }
        return steps
    }
}

extension ManifestRecord {
    /// Versions between two that are stored whole: bounds what a start reads and verifies.
    static let wholeEvery: UInt64 = 32

    /// A version as it is stored: its difference to the one before, now and then whole.
    init(
        _ next: SignedManifest, after before: SealedManifest?, source: String, at time: Timestamp
    ) {
        let version = next.manifest.version
        let isWhole = before == nil || version % ManifestRecord.wholeEvery == 1
        var bytes = next.encoded
        if !isWhole, let before { bytes = ManifestDelta(from: before, to: next).encoded }
        self.init(
            version: version, digest: next.digest.bytes, bytes: bytes, isDifference: !isWhole,
            source: source, adoptedAt: time)
    }

    var step: ManifestStep {
        isDifference ? ManifestStep(difference: bytes) : ManifestStep(signed: bytes)
    }
}
