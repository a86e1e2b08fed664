// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// What another city's answer comes to, after our own light client has verified all of it.
package struct VerifiedDisclosure: Sendable {
    package let request: DisclosureRequest
    package let response: DiscloseResponse
    /// The header under which the proof stands, which was verified, and its time.
    package let height: Height
    package let time: Timestamp
    /// Nil: the chain proves that there is no such record.
    package let record: RecordState?
    /// Place of the answer's entry in the provider's access log.
    package let logIndex: UInt64
}

/// Judges an answer: headers by our client of that chain, the record's state by its proof, every
/// shown leaf by the state's root, the entry by the provider's key and log. Pure; on a verifier.
package struct DisclosureCheck {
    private let peer: PeerChain
    /// Our client of the peer's chain.
    private let client: ClientSnapshot
    private let keys: [PublicKey]
    private let request: DisclosureRequest
    private let signature: [UInt8]
    private let now: Timestamp

    /// - Parameter signature: ours, over the request's ticket.
    package init(
        peer: PeerChain, client: ClientSnapshot, keys: [PublicKey], request: DisclosureRequest,
        signature: [UInt8], now: Timestamp
    ) {
        self.peer = peer
        self.client = client
        self.keys = keys
        self.request = request
        self.signature = signature
        self.now = now
    }

    package func verify(
        _ response: DiscloseResponse, _ state: inout VerifierState
    ) throws(DisclosureFailure) -> VerifiedDisclosure {
        if !response.code.isEmpty { throw try refusal(response, &state) }
        let header = try header(response, &state)
        guard let digest = Digest(response.index) else {
            throw unverified("the record's index has \(response.index.count) bytes")
        }
        let index = RecordIndex(digest)
        let record = try record(response, index, header)
        try checkLeaves(response, record)
        try checkAge(header)
        let place = try checkEntry(response, digest, record != nil, &state)
        return VerifiedDisclosure(
            request: request, response: response, height: header.height, time: header.timestamp,
            record: record, logIndex: place)
    }

    private func unverified(_ detail: String) -> DisclosureFailure {
        DisclosureFailure(.proofNotVerified, detail)
    }

    /// A refusal is taken at its word, since nothing is claimed by it; but where an entry comes
    /// with it, it must be of this request.
    private func refusal(
        _ response: DiscloseResponse, _ state: inout VerifierState
    ) throws(DisclosureFailure) -> DisclosureFailure {
        guard let code = CounterCode(rawValue: response.code) else {
            throw unverified("the code of the refusal is not known here")
        }
        if !response.entry.isEmpty {
            let entry = try entry(response, &state)
            guard entry.access.outcome.refusal?.text == response.code else {
                throw unverified("the log's entry says something else than the answer")
            }
        }
        return DisclosureFailure(
            code, String(response.detail.prefix(300)),
            retryAfterMilliseconds: response.retryAfterMilliseconds)
    }

    private func header(
        _ response: DiscloseResponse, _ state: inout VerifierState
    ) throws(DisclosureFailure) -> TrustedHeader {
        let status = client.status(now: now)
        guard status == .active else {
            throw DisclosureFailure(
                .cityTrustLost, "our client of \(peer.chainID) is \(status.rawValue)")
        }
        let fresh: [TrustedHeader]
        do throws(ClientError) {
            fresh = try Families.verifyUpdates(
                response.update.headers, snapshot: client, now: now,
                signatures: &state.signatures)
        } catch {
            throw unverified("the headers were not verified: \(error.code)")
        }
        for header in fresh where header.height == response.proofHeight { return header }
        guard let header = client.trusted[response.proofHeight] else {
            throw unverified("no verified header of height \(response.proofHeight) is there")
        }
        return header
    }

    private func record(
        _ response: DiscloseResponse, _ index: RecordIndex, _ header: TrustedHeader
    ) throws(DisclosureFailure) -> RecordState? {
        let path = [Array(RecordIndex.storeName.utf8), index.stateKey]
        do throws(ClientError) {
            guard !response.state.isEmpty else {
                try Families.verifyNonMembership(
                    family: client.family, proof: response.proof, path: path, at: header)
                return nil
            }
            try Families.verifyMembership(
                family: client.family, proof: response.proof, path: path,
                value: response.state, at: header)
        } catch {
            throw unverified("the chain's proof does not hold: \(error.code)")
        }
        let record: RecordState
        do throws(RecordStateError) {
            record = try RecordState(stored: response.state)
        } catch {
            throw unverified("what the chain holds is no record's state")
        }
        guard RecordSchemas.builtIn.admits(schemaID: record.schemaID, forKind: request.kind) else {
            throw unverified("the record is of another kind than was asked for")
        }
        return record
    }

    /// Exactly what was asked for, each leaf under the root that the chain holds.
    private func checkLeaves(
        _ response: DiscloseResponse, _ record: RecordState?
    ) throws(DisclosureFailure) {
        guard let record else {
            guard response.leaves.isEmpty else {
                throw unverified("fields of a record that is not there")
            }
            return
        }
        var wanted: [String] = request.items.map { "field \($0)" }
        wanted += request.predicates.map { "predicate \($0.id) \($0.atLeast ?? 0)" }
        let given = response.leaves.map { leaf in
            leaf.isPredicate ? "predicate \(leaf.id) \(leaf.atLeast)" : "field \(leaf.id)"
        }
        guard wanted.sorted() == given.sorted() else {
            throw unverified("other items were given than were asked for")
        }
        do throws(FieldTreeError) {
            try Disclosure(response)?.record(schemaID: record.schemaID)
                .verify(root: record.fieldRoot)
        } catch {
            throw unverified("a shown field does not belong to the record")
        }
    }

    private func checkAge(_ header: TrustedHeader) throws(DisclosureFailure) {
        let age = now.nanoseconds(since: header.timestamp)
        guard age <= request.maxAgeNanoseconds else { throw .stale(peer.chainID, age, request) }
    }

    /// The provider cannot deny that it answered, nor the log lose it.
    private func checkEntry(
        _ response: DiscloseResponse, _ index: Digest, _ isPresent: Bool,
        _ state: inout VerifierState
    ) throws(DisclosureFailure) -> UInt64 {
        let entry = try entry(response, &state)
        guard let digest = Disclosure(response)?.digest else {
            throw unverified("the answer names no record")
        }
        let expected: AccessRecord.Outcome =
            isPresent
            ? .released(proof: digest, height: response.proofHeight)
            : .absent(proof: digest, height: response.proofHeight)
        guard entry.access.outcome == expected, entry.access.record == index else {
            throw unverified("the log's entry is about another disclosure")
        }
        return entry.sequence
    }

    private func entry(
        _ response: DiscloseResponse, _ state: inout VerifierState
    ) throws(DisclosureFailure) -> AccessEntry {
        let signed: SignedAccessEntry
        let entry: AccessEntry
        do throws(AccessEntryError) {
            signed = try SignedAccessEntry(leaf: response.entry)
            try signed.verify(keys: keys, &state.signatures)
            entry = try signed.decoded()
        } catch {
            throw unverified("the entry of the access log does not hold: \(error.code)")
        }
        guard entry.access.provider == peer.member else {
            throw unverified("the entry of the access log is of another city")
        }
        if let name = entry.access.difference(from: request, signature: signature) {
            throw unverified("the entry of the access log differs from the request in its \(name)")
        }
        try checkLog(response, signed.leafHash, entry.sequence, &state)
        return entry
    }

    private func checkLog(
        _ response: DiscloseResponse, _ leafHash: Digest, _ sequence: UInt64,
        _ state: inout VerifierState
    ) throws(DisclosureFailure) {
        guard let proof = try? LogProofText(reading: response.logProof),
            proof.index == sequence
        else { throw unverified("the proof of the access log is malformed") }
        for key in keys {
            guard
                let note = try? NoteKey(
                    name: peer.member.accessLogOrigin, algorithm: .ed25519, key: key.bytes)
            else { continue }
            do throws(NoteError) {
                _ = try proof.verify(leafHash: leafHash, key: note, &state.signatures)
                return
            } catch { continue }
        }
        throw unverified("the access log does not hold the entry")
    }
}
