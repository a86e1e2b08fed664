// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Everything that a third party needs to verify, years later and without any network, what one or
/// several cities answered to one question: `cityrelay-bundle/1`. Claimed; `BundleVerifier` judges.
/// Source: FORMATS.md "Bundle".
public struct Bundle: Hashable, Sendable {
    /// The manifest under which the evidence was made.
    public var manifest: Digest
    /// The bytes that the digest is taken of: the manifest with each member's entry replaced by
    /// its hash. Empty where the verifier is expected to hold the manifest itself.
    public var statement: [UInt8]
    /// Entries of the members that are named below, canonical; none where the verifier holds them.
    public var members: [[UInt8]]
    public var chains: [BundleChain]
    /// One source a part. A part without an answer takes nothing from the others.
    public var parts: [BundlePart]

    public static let format = "cityrelay-bundle/1"
    /// Sources of one question.
    public static let maxParts = 16
    /// Headers from an anchor to a proof: as many as one job verifies.
    public static let maxHeaders = Families.maxUpdatesPerJob
    /// Members named: the asker and one a source, with room.
    public static let maxMembers = 32
    /// Bytes of a whole bundle in JSON: sixteen sources with large validator sets.
    public static let maxByteCount = 16 << 20

    public init(
        manifest: Digest, statement: [UInt8] = [], members: [[UInt8]] = [],
        chains: [BundleChain], parts: [BundlePart]
    ) {
        self.manifest = manifest
        self.statement = statement
        self.members = members
        self.chains = chains
        self.parts = parts
    }

    /// A bundle under a manifest, with the entries that it needs and the proof that they stand in
    /// it. Parts of members that the manifest does not have are left as they are, and will not
    /// verify.
    public init(
        under sealed: SealedManifest, askedBy requester: MemberID, chains: [BundleChain],
        parts: [BundlePart]
    ) {
        var ids = [requester]
        for part in parts where !ids.contains(part.provider) { ids.append(part.provider) }
        self.init(
            manifest: sealed.digest, statement: sealed.preimage,
            members: ids.sorted().compactMap { sealed.manifest.member($0)?.encoded },
            chains: chains, parts: parts)
    }
}

/// The way from a chain's trust anchor to the headers that proofs stand on.
public struct BundleChain: Hashable, Sendable {
    public var member: MemberID
    public var chainID: ChainID
    /// The header at the anchor's height, in its family's own form.
    public var anchor: [UInt8]
    /// Client updates, each on the anchor or on one before it.
    public var headers: [[UInt8]]

    public init(member: MemberID, chainID: ChainID, anchor: [UInt8], headers: [[UInt8]]) {
        self.member = member
        self.chainID = chainID
        self.anchor = anchor
        self.headers = headers
    }

    /// From the messages that a relay gives: first the one that carries the anchor and builds on
    /// nothing, then the updates.
    public init(
        member: MemberID, chain: Chain, lineage: [[UInt8]]
    ) throws(ClientError) {
        guard let first = lineage.first else { throw .block(.missing("anchor")) }
        self.init(
            member: member, chainID: chain.id,
            anchor: try Families.bareHeader(of: first, family: chain.family),
            headers: Array(lineage.dropFirst()))
    }
}

/// One source's answer.
public struct BundlePart: Hashable, Sendable {
    public var provider: MemberID
    /// `DisclosureRequest`, canonical.
    public var request: [UInt8]
    /// By the asker, over the request's ticket.
    public var signature: [UInt8]
    /// Which record was asked for, where the bundle's holder may know it: it and the salt open the
    /// request's commitment.
    public var reference: String
    public var referenceSalt: [UInt8]
    public var answer: Answer
    /// The access log's entry of the answer; empty where there was none.
    public var entry: [UInt8]
    /// Where the entry stands: a C2SP tlog-proof.
    public var logProof: [UInt8]

    public enum Answer: Hashable, Sendable {
        /// The record, or that there is none.
        case disclosed(Disclosure)
        /// The source said no.
        case refused(code: String)
        /// There was no answer: nothing is proven. The code is the asker's own.
        case unanswered(code: String)
    }

    public init(
        provider: MemberID, request: [UInt8], signature: [UInt8], reference: String = "",
        referenceSalt: [UInt8] = [], answer: Answer, entry: [UInt8] = [], logProof: [UInt8] = []
    ) {
        self.provider = provider
        self.request = request
        self.signature = signature
        self.reference = reference
        self.referenceSalt = referenceSalt
        self.answer = answer
        self.entry = entry
        self.logProof = logProof
    }

    /// From a request and what came back.
    public init(provider: MemberID, asked: DiscloseRequest, response: DiscloseResponse) {
        let answer: Answer
        if let disclosure = Disclosure(response), response.code.isEmpty {
            answer = .disclosed(disclosure)
        } else if response.entry.isEmpty {
            answer = .unanswered(code: response.code)
        } else {
            answer = .refused(code: response.code)
        }
        self.init(
            provider: provider, request: asked.request, signature: asked.signature,
            reference: asked.reference, referenceSalt: asked.referenceSalt, answer: answer,
            entry: response.entry, logProof: response.logProof)
    }
}
