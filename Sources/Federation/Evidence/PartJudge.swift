// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Judges one source's answer: the request, the record, and the entry in the access log.
struct PartJudge {
    let part: BundlePart
    var signatures: SignatureVerifier
    private(set) var checked: [String] = []

    init(part: BundlePart, signatures: SignatureVerifier) {
        self.part = part
        self.signatures = signatures
    }

    mutating func verdict(
        _ members: BundleMembers, _ chain: VerifiedChain?
    ) throws(PartError) -> PartVerdict {
        let request = try request(members)
        switch part.answer {
        case .unanswered(let code):
            return PartVerdict(
                provider: part.provider, request: request, reference: part.reference,
                finding: .unanswered(code: code), height: nil, headerTime: nil, logIndex: nil,
                loggedAt: nil)
        case .refused(let code):
            let entry = try entry(request, members)
            guard entry.access.outcome.refusal?.text == code else {
                throw .fault(.entryDiffers("outcome"))
            }
            return verdict(request, .refused(code: code), nil, entry)
        case .disclosed(let disclosure):
            guard let chain else { throw .fault(.height(disclosure.height)) }
            let header = try header(disclosure, chain)
            let state = try state(disclosure, header, chain.chain.family)
            try checkLeaves(disclosure, state, request)
            let entry = try entry(request, members)
            let expected: AccessRecord.Outcome =
                state == nil
                ? .absent(proof: disclosure.digest, height: disclosure.height)
                : .released(proof: disclosure.digest, height: disclosure.height)
            guard entry.access.outcome == expected else {
                throw .fault(.entryDiffers("outcome"))
            }
            guard entry.access.record == disclosure.index else {
                throw .fault(.entryDiffers("record"))
            }
            return verdict(
                request, state.map { .present($0, disclosure) } ?? .absent, header, entry)
        }
    }

    private func verdict(
        _ request: DisclosureRequest, _ finding: PartVerdict.Finding, _ header: TrustedHeader?,
        _ entry: AccessEntry
    ) -> PartVerdict {
        PartVerdict(
            provider: part.provider, request: request, reference: part.reference,
            finding: finding, height: header?.height, headerTime: header?.timestamp,
            logIndex: entry.sequence, loggedAt: entry.time)
    }

    /// The request is what its asker signed, and the reference what it asked for.
    private mutating func request(
        _ members: BundleMembers
    ) throws(PartError) -> DisclosureRequest {
        guard let request = try? DisclosureRequest(reading: part.request),
            request.encoded == part.request, let requester = MemberID(request.requester),
            Array(request.provider.utf8) == Array(part.provider.description.utf8)
        else { throw .fault(.request) }
        let asker: ManifestMember
        do throws(BundleError) {
            asker = try members.active(requester)
            _ = try members.active(part.provider)
        } catch { throw .bundle(error) }
        guard
            EvidenceSignature.request.isValid(
                part.signature, of: request.ticket.bytes, keys: asker.evidencePublicKeys,
                &signatures)
        else { throw .fault(.requestSignature) }
        checked.append("\(part.provider): \(requester) signed the request")
        if !part.reference.isEmpty {
            let commitment = DisclosureRequest.commitment(
                salt: part.referenceSalt, kind: request.kind, reference: part.reference)
            guard commitment == request.referenceCommitment else { throw .fault(.reference) }
            checked.append("\(part.provider): the request is about reference \(part.reference)")
        }
        return request
    }

    private func header(
        _ disclosure: Disclosure, _ chain: VerifiedChain
    ) throws(PartError) -> TrustedHeader {
        guard let header = chain.headers[disclosure.height] else {
            throw .fault(.height(disclosure.height))
        }
        return header
    }

    /// What the chain holds; nil when it proves that there is nothing.
    private mutating func state(
        _ disclosure: Disclosure, _ header: TrustedHeader, _ family: FamilyID
    ) throws(PartError) -> RecordState? {
        guard Families.isCanonical(proof: disclosure.proof, family: family) else {
            throw .fault(.proof(.wire(.malformed("proof"))))
        }
        let path = [
            Array(RecordIndex.storeName.utf8), RecordIndex(disclosure.index).stateKey,
        ]
        do throws(ClientError) {
            guard !disclosure.state.isEmpty else {
                try Families.verifyNonMembership(
                    family: family, proof: disclosure.proof, path: path, at: header)
                checked.append(
                    "\(part.provider): the state under header \(header.height) has nothing at "
                        + "index \(disclosure.index)")
                return nil
            }
            try Families.verifyMembership(
                family: family, proof: disclosure.proof, path: path, value: disclosure.state,
                at: header)
        } catch { throw .fault(.proof(error)) }
        checked.append(
            "\(part.provider): the state under header \(header.height) holds the record at index "
                + "\(disclosure.index)")
        do throws(RecordStateError) {
            return try RecordState(stored: disclosure.state)
        } catch { throw .fault(.state(error)) }
    }

    /// Exactly what was asked for, each leaf under the root that the chain holds.
    private mutating func checkLeaves(
        _ disclosure: Disclosure, _ state: RecordState?, _ request: DisclosureRequest
    ) throws(PartError) {
        guard let state else { return }
        guard RecordSchemas.builtIn.admits(schemaID: state.schemaID, forKind: request.kind) else {
            throw .fault(.otherKind(schemaID: state.schemaID))
        }
        var wanted = request.items.map { "field \($0)" }
        for predicate in request.predicates {
            // Behind a line feed: no name of a leaf holds one.
            wanted.append("predicate \(predicate.id)\n\(predicate.atLeast.map(String.init) ?? "")")
        }
        guard wanted.sorted() == disclosure.leaves.map(\.wantedName).sorted() else {
            throw .fault(.otherFields)
        }
        do throws(FieldTreeError) {
            try disclosure.record(schemaID: state.schemaID).verify(root: state.fieldRoot)
        } catch { throw .fault(.field(error)) }
        checked.append(
            "\(part.provider): the \(disclosure.leaves.count) value(s) shown lie under the "
                + "record's root, and are exactly those asked for")
    }

    /// The entry in the source's log: signed by it, about this request, in a log that it signed.
    private mutating func entry(
        _ request: DisclosureRequest, _ members: BundleMembers
    ) throws(PartError) -> AccessEntry {
        let keys: [PublicKey]
        do throws(BundleError) {
            keys = try members.active(part.provider).evidencePublicKeys
        } catch { throw .bundle(error) }
        let signed: SignedAccessEntry
        let entry: AccessEntry
        do throws(AccessEntryError) {
            signed = try SignedAccessEntry(leaf: part.entry)
            try signed.verify(keys: keys, &signatures)
            entry = try signed.decoded()
        } catch { throw .fault(.entry(error)) }
        if let name = entry.access.difference(from: request, signature: part.signature) {
            throw .fault(.entryDiffers(name))
        }
        try checkLog(signed.leafHash, entry.sequence, keys)
        checked.append(
            "\(part.provider): entry \(entry.sequence) of its access log says so, signed at "
                + "\(RFC3339.format(entry.time)), and stands in the log that it signed for")
        return entry
    }

    private mutating func checkLog(
        _ leafHash: Digest, _ sequence: UInt64, _ keys: [PublicKey]
    ) throws(PartError) {
        var fault = NoteError.unsigned(name: part.provider.accessLogOrigin, id: 0)
        do throws(NoteError) {
            let proof = try LogProofText(reading: part.logProof)
            guard proof.bytes == part.logProof, proof.extra == nil, proof.index == sequence else {
                throw .proofLine(2)
            }
            for key in keys {
                do throws(NoteError) {
                    let name = part.provider.accessLogOrigin
                    let noteKey = try NoteKey(name: name, algorithm: .ed25519, key: key.bytes)
                    _ = try proof.verify(
                        leafHash: leafHash, key: noteKey, &signatures)
                    return
                } catch { fault = error }
            }
            throw fault
        } catch { throw .fault(.log(error)) }
    }
}
