// SPDX-License-Identifier: Apache-2.0

public import LightClient

extension LogExport {
    /// What an auditor believes before it reads an export.
    public struct Beliefs: Sendable {
        /// The owner's evidence keys.
        public var ownerKeys: [PublicKey]
        /// Evidence keys of the members; empty where they are not known: then nothing that an asker
        /// signed is judged, neither its requests nor its receipts.
        public var requesterKeys: [MemberID: [PublicKey]]
        /// Heads of this log that the auditor kept.
        public var seen: [SeenHead]

        public init(
            ownerKeys: [PublicKey], requesterKeys: [MemberID: [PublicKey]] = [:],
            seen: [SeenHead] = []
        ) {
            self.ownerKeys = ownerKeys
            self.requesterKeys = requesterKeys
            self.seen = seen
        }
    }

    /// The head that the owner signed, and everything that is wrong. Throws when the owner did not
    /// sign the head at all: then nothing else is worth looking at.
    public func audit(
        _ beliefs: Beliefs, now: Timestamp
    ) throws(NoteError) -> (head: Checkpoint, findings: [LogFinding]) {
        var signatures = SignatureVerifier()
        let head = try signedHead(beliefs.ownerKeys, &signatures)
        var auditor = LogAuditor(
            providerKeys: beliefs.ownerKeys, seen: beliefs.seen, start: start)
        var findings: [LogFinding] = []
        func find(_ finding: LogFinding?) {
            guard let finding, findings.count < LogAuditor.maxFindings else { return }
            findings.append(finding)
        }
        // A beginning that nobody kept proves nothing about what was before it.
        if start.size > 0, !beliefs.seen.contains(where: { $0.size == start.size }) {
            find(.unknownStart(size: start.size))
        }
        for leaf in leaves {
            let index = auditor.frontier.size
            guard let entry = auditor.take(leaf: leaf, &signatures) else { continue }
            if entry.access.provider != owner {
                find(.otherProvider(index: index, entry.access.provider))
            }
            guard !beliefs.requesterKeys.isEmpty else { continue }
            find(askerFinding(entry, at: index, leaf, beliefs.requesterKeys, &signatures))
        }
        let range = start.size..<auditor.frontier.size
        for place in receipts.keys.sorted() where !range.contains(place) {
            find(.receipt(index: place))
        }
        auditor.finish(head, now: now)
        return (head, findings + auditor.findings)
    }

    /// What is wrong with the asker's part in an entry: its request, and its receipt.
    private func askerFinding(
        _ entry: AccessEntry, at index: UInt64, _ leaf: [UInt8], _ known: [MemberID: [PublicKey]],
        _ signatures: inout SignatureVerifier
    ) -> LogFinding? {
        let asker = entry.access.requester.member
        guard let keys = known[asker] else {
            return .unknownRequester(index: index, asker)
        }
        guard
            EvidenceSignature.request.isValid(
                entry.access.requestSignature, of: entry.access.ticket.bytes, keys: keys,
                &signatures)
        else { return .request(index: index, asker) }
        guard let receipt = receipts[index] else { return nil }
        let claim = AccessReceipt(leafHash: BinaryMerkle.leafHash(leaf), signature: receipt)
        return claim.isValid(keys: keys, &signatures) ? nil : .receipt(index: index)
    }

    private func signedHead(
        _ keys: [PublicKey], _ signatures: inout SignatureVerifier
    ) throws(NoteError) -> Checkpoint {
        let note = try SignedNote(reading: checkpoint)
        var fault = NoteError.unsigned(name: owner.accessLogOrigin, id: 0)
        for key in keys {
            do throws(NoteError) {
                let noteKey = try NoteKey(
                    name: owner.accessLogOrigin, algorithm: .ed25519, key: key.bytes)
                return try Checkpoint.verified(note, by: noteKey, &signatures)
            } catch { fault = error }
        }
        throw fault
    }
}
