// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayTransport

/// Where our own operators hand in papers of member changes, for themselves, for their authority,
/// or for a newcomer that is no member yet, and see what is open. Papers vouch for themselves: the
/// caller's role keeps strangers out, nothing else.
final class ProposalDoor: Sendable {
    private let manifests: ManifestBook
    private let proposals: ProposalBook
    private let verifiers: VerifierPool
    private let now: @Sendable () -> Timestamp
    private let submit: @Sendable ([EngineEvent]) -> Bool

    /// Papers in one call: a proposal and the voices of a whole council.
    static let papersPerCall = 64

    init(
        _ manifests: ManifestBook, _ proposals: ProposalBook, _ verifiers: VerifierPool,
        _ now: @escaping @Sendable () -> Timestamp,
        _ submit: @escaping @Sendable ([EngineEvent]) -> Bool
    ) {
        self.manifests = manifests
        self.proposals = proposals
        self.verifiers = verifiers
        self.now = now
        self.submit = submit
    }

    var routes: [APIRoute] {
        [
            papers("/v1/member/requests", [.request, .proposal, .approval, .rejection]),
            papers("/v1/member/approvals", [.approval, .rejection]),
            APIRoute(
                .post, "/v1/member/manifests", .operators, bodyBytes: APIDoor.bodyBytes,
                handler: { [self] (request, reply) throws(APIError) in
                    try takeManifests(request, reply)
                }),
            APIRoute(.get, "/v1/member/requests", .observers) { [self] (_, reply) in
                work(reply) { door, _ in .json(door.proposals.listing()) }
            },
            APIRoute(.get, "/v1/member/manifest", .observers) {
                [self] (request, reply) throws(APIError) in try showManifest(request, reply)
            },
        ]
    }

    /// Runs on a verifier: signatures and the disk are not for the API's loop.
    private func work(
        _ reply: APIReply,
        _ body: @escaping @Sendable (ProposalDoor, inout VerifierState) -> APIAnswer
    ) {
        let isTaken = verifiers.run { [self] state in reply.finish(body(self, &state)) }
        if !isTaken { reply.finish(.busy) }
    }

    private func papers(_ path: String, _ kinds: [MemberPaper.Kind]) -> APIRoute {
        APIRoute(.post, path, .operators, bodyBytes: APIDoor.bodyBytes) {
            [self] (request, reply) throws(APIError) in
            let papers = try ProposalDoor.papers(in: request, kinds)
            let source = request.caller.name
            work(reply) { door, state in
                let verdicts = door.proposals.take(
                    papers, from: source, now: door.now(), signatures: &state.signatures)
                return ProposalDoor.answer(papers, verdicts)
            }
        }
    }

    private static func papers(
        in request: APIRequest, _ kinds: [MemberPaper.Kind]
    ) throws(APIError) -> [MemberPaper] {
        var papers: [MemberPaper] = []
        for block in try blocks(request) {
            guard let paper = MemberPaper(block), kinds.contains(paper.kind) else {
                throw .otherPaper(block.kind.rawValue, at: request.path)
            }
            papers.append(paper)
        }
        return papers
    }

    private static func blocks(
        _ request: APIRequest
    ) throws(APIError) -> [(kind: Armour.Kind, bytes: [UInt8])] {
        let text = String(decoding: request.body, as: UTF8.self)
        let blocks = Armour.blocks(text, limit: ProposalDoor.papersPerCall)
        guard !blocks.isEmpty else { throw .noPaper }
        return blocks
    }

    /// All or the first refusal: what was taken before it stays, and is `known` the next time.
    private static func answer(
        _ papers: [MemberPaper], _ verdicts: [ProposalBook.Verdict]
    ) -> APIAnswer {
        var results: [PaperResult] = []
        for (paper, verdict) in zip(papers, verdicts) {
            var result = PaperResult(kind: "\(paper.kind)", paper: paper.digest.description)
            switch verdict {
            case .taken: result.outcome = "taken"
            case .known: result.outcome = "known"
            case .assembled(let version):
                result.outcome = "assembled"
                result.version = version
            case .refused(let error): return APIError(paper.kind, error).answer
            case .notKept(let detail):
                return APIError(
                    503, "store/not-writable", "the paper could not be kept: \(detail)",
                    next: "Look at the disk and the relay's log; then hand it in again.",
                    retryAfterSeconds: 5
                ).answer
            }
            results.append(result)
        }
        return .json(["results": results])
    }

    // MARK: Manifests

    /// The version that holds, or an earlier one: `?version=N`.
    private func showManifest(
        _ request: APIRequest, _ reply: APIReply
    ) throws(APIError) {
        guard let text = request.query("version") else {
            return reply.finish(.text(Armour.encode(.manifest, manifests.latestSigned.encoded)))
        }
        guard let version = UInt64(text), version > 0 else {
            throw .malformedQuery("version", "a number from 1")
        }
        work(reply) { door, _ in
            guard let signed = door.manifests.signed(version: version) else {
                return APIError(
                    404, "manifest/version-not-kept", "this relay holds no version \(version)",
                    next: "Ask another member's relay, or somebody who kept the file."
                ).answer
            }
            return .text(Armour.encode(.manifest, signed.encoded))
        }
    }

    private func takeManifests(
        _ request: APIRequest, _ reply: APIReply
    ) throws(APIError) {
        var versions: [SignedManifest] = []
        for block in try ProposalDoor.blocks(request) {
            guard block.kind == .manifest else {
                throw .otherPaper(block.kind.rawValue, at: request.path)
            }
            do throws(ManifestError) {
                versions.append(try SignedManifest(reading: block.bytes))
            } catch {
                throw APIError(.manifest(error))
            }
        }
        versions.sort { $0.manifest.version < $1.manifest.version }
        let source = request.caller.name
        work(reply) { [versions] door, state in
            door.judge(versions, source, &state)
        }
    }

    private func judge(
        _ versions: [SignedManifest], _ source: String, _ state: inout VerifierState
    ) -> APIAnswer {
        let latest = manifests.latest.manifest.version
        if let first = versions.first?.manifest.version, first > latest + 1 {
            return APIError(.manifest(.gap(expected: latest + 1, got: first))).answer
        }
        let events = manifests.judge(
            versions.map { ManifestStep(signed: $0.encoded) }, from: source, now: now(),
            signatures: &state.signatures)
        guard events.isEmpty || submit(events) else { return APIError.busy.answer }
        for case .manifestRefused(let refusal) in events {
            return APIError(422, refusal.code, refusal.detail, next: "Compare the versions.").answer
        }
        let results = versions.map { version in
            PaperResult(
                kind: "manifest", paper: version.digest.description,
                outcome: version.manifest.version > latest ? "taken" : "known",
                version: version.manifest.version)
        }
        return .json(["results": results])
    }
}

/// What became of one paper.
package struct PaperResult: Codable, Hashable, Sendable {
    package var kind: String
    package var paper: String
    /// "taken", "known", or "assembled": it made the quorum.
    package var outcome = ""
    package var version: UInt64?
}

extension APIError {
    static let noPaper = APIError(
        400, "proposal/no-block", "the body holds no whole block between BEGIN and END lines",
        next: "Send the file as `cityrelay member` wrote it.")

    static func otherPaper(_ kind: String, at path: String) -> APIError {
        APIError(
            400, "proposal/other-kind", "a \(kind) is not taken at \(path)",
            next: "Requests and proposals go to /v1/member/requests, approvals and rejections to "
                + "/v1/member/approvals, signed versions to /v1/member/manifests.")
    }

    init(_ kind: MemberPaper.Kind? = nil, _ error: ProposalError) {
        let subject = kind.map { "\($0): " } ?? ""
        self.init(422, error.code, subject + error.problem, next: "\(error.remedy).")
    }

    init(_ error: ProposalError) { self.init(nil, error) }
}
