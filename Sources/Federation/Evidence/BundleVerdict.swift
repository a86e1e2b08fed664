// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What a bundle proves, and on whose word. There is a verdict only where everything in the bundle
/// held.
public struct BundleVerdict: Hashable, Sendable {
    /// True when the verifier held the manifest, or its digest. False: the bundle holds together,
    /// but whether its manifest is the federation's is open.
    public let isAnchored: Bool
    public let manifest: Digest
    public let parts: [PartVerdict]
    /// What was checked, as sentences, in order.
    public let checked: [String]
    /// What is believed without proof, as sentences.
    public let trusted: [String]

    /// The parts whose header was older than `maxAge` nanoseconds at a moment: what they prove may
    /// have changed since. Parts without a header are none.
    public func stale(at moment: Timestamp, maxAge: Int64) -> [PartVerdict] {
        parts.filter { part in
            guard let time = part.headerTime else { return false }
            return moment.nanoseconds(since: time) > maxAge
        }
    }
}

/// What one source's answer proves.
public struct PartVerdict: Hashable, Sendable {
    public enum Finding: Hashable, Sendable {
        /// The record is on the chain.
        case present(RecordState, Disclosure)
        /// The chain has no such record.
        case absent
        /// The source refused; it cannot deny that.
        case refused(code: String)
        /// Nothing is proven of this source.
        case unanswered(code: String)
    }

    public let provider: MemberID
    public let request: DisclosureRequest
    /// Which record, where the bundle says it.
    public let reference: String
    public let finding: Finding
    /// The header that the proof stands on, and its time; nil where nothing was disclosed.
    public let height: Height?
    public let headerTime: Timestamp?
    /// Place and time of the entry in the source's access log.
    public let logIndex: UInt64?
    public let loggedAt: Timestamp?

    /// One word: `present`, `absent`, `revoked`, `refused`, `unanswered`.
    public var word: String {
        switch finding {
        case .present(let state, _): PartVerdict.isEnded(state) ? "revoked" : "present"
        case .absent: "absent"
        case .refused: "refused"
        case .unanswered: "unanswered"
        }
    }

    /// Whether the record is a licence that ended for good.
    private static func isEnded(_ state: RecordState) -> Bool {
        isLicence(state) && LicenceStatus(rawValue: state.status)?.isFinal == true
    }

    /// Whether the status is one of `LicenceStatus`.
    fileprivate static func isLicence(_ state: RecordState) -> Bool {
        state.schemaID == RecordSchema.licence.id
            || state.schemaID == RecordSchema.driversLicence.id
    }
}

extension PartVerdict {
    /// The verdict as sentences for the counter.
    public var sentences: [String] { rawSentences.map { PlainText.line($0) } }

    private var rawSentences: [String] {
        let whom = reference.isEmpty ? "the record asked for" : "record \(reference)"
        switch finding {
        case .present(let state, let disclosure):
            var lines = [
                "\(provider): \(whom) (\(request.kind)) is on the chain at height "
                    + "\(height ?? .zero), \(RFC3339.format(headerTime ?? .unixEpoch)): "
                    + "status \(PartVerdict.name(state)) as of \(RFC3339.format(state.statusAsOf)), "
                    + "revision \(state.revision)"
            ]
            for leaf in disclosure.leaves { lines.append("  " + PartVerdict.line(leaf)) }
            return lines
        case .absent:
            return [
                "\(provider): no \(request.kind) record is on the chain at height "
                    + "\(height ?? .zero), \(RFC3339.format(headerTime ?? .unixEpoch)), where "
                    + "\(whom) would stand"
            ]
        case .refused(let code): return ["\(provider): refused, \(code)"]
        case .unanswered(let code):
            return ["\(provider): no answer (\(code)); nothing is proven of this source"]
        }
    }

    private static func name(_ state: RecordState) -> String {
        guard isLicence(state), let status = LicenceStatus(rawValue: state.status)
        else { return state.status }
        return "\(state.status) (\(status))"
    }

    private static func line(_ leaf: ShownLeaf) -> String {
        let value = String(decoding: leaf.value, as: UTF8.self)
        if !leaf.isPredicate { return "\(leaf.id) = \(value)" }
        if leaf.atLeast > 0 { return "\(leaf.id): at least \(leaf.atLeast)" }
        return "\(leaf.id): \(value == "1" ? "holds" : "does not hold")"
    }
}
