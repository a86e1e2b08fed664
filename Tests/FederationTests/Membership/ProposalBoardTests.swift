// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// Papers of member changes, judged and put together by one relay.
@Suite struct ProposalBoardTests {
    private static let now = SampleFederation.start.adding(nanoseconds: SampleFederation.day)

    private func sealed(_ count: Int = 4) throws -> SealedManifest {
        SealedManifest(try SampleFederation.manifest(count))
    }

    /// A request of a newcomer with every key's proof.
    private func request(
        _ current: SealedManifest, _ city: (String, String) = SampleFederation.cities[5],
        at time: Timestamp = ProposalBoardTests.now
    ) throws -> RegistrationRequest {
        var request = RegistrationRequest(
            .join, federation: current.manifest.federation, basis: current.digest,
            createdAt: time, entry: try SampleFederation.member(city.0, city.1))
        let keys: [(KeyRole, SigningKey)] = [
            (.authority, try SampleFederation.authority(city.0)),
            (.evidence, try SampleFederation.evidence(city.0)),
            (.relay, try SampleFederation.relay(city.0)),
        ]
        request.proofs = keys.compactMap { KeyProof($0.0, $0.1, of: request) }
        return request
    }

    private func paper(_ request: RegistrationRequest) -> MemberPaper {
        MemberPaper(.request, request.encoded)
    }

    private func approval(_ next: SealedManifest, _ key: SigningKey) throws -> MemberPaper {
        MemberPaper(.approval, try #require(Approval(of: next, with: key)).encoded)
    }

    private func take(
        _ paper: MemberPaper, _ board: inout ProposalBoard, from source: String = "beijing-1"
    ) throws(ProposalError) -> ProposalBoard.Outcome {
        var verifier = SignatureVerifier()
        return try board.take(paper, from: source, now: Self.now, signatures: &verifier)
    }

    @Test func `at the last approval of a quorum the next version is there, and verifies`() throws {
        let current = try sealed()
        let request = try request(current)
        var board = ProposalBoard(current)
        guard case .taken = try take(paper(request), &board) else {
            Issue.record("the request was not taken")
            return
        }
        let next = MembershipProposal([request], after: current).next
        for division in ["330100", "110000"] {
            let paper = try approval(next, SampleFederation.authority(division))
            guard case .taken = try take(paper, &board) else {
                Issue.record("\(division) was not taken")
                return
            }
            guard case .known = try take(paper, &board) else {
                Issue.record("\(division) counted twice")
                return
            }
        }
        #expect(board.silent(on: board.open[0]).count == 2)
        let last = try approval(next, SampleFederation.authority("431300"))
        guard case .assembled(let signed) = try take(last, &board) else {
            Issue.record("no version at quorum")
            return
        }
        var chain = try SampleFederation.chain()
        var verifier = SignatureVerifier()
        #expect(try chain.append(signed, signatures: &verifier) == .advanced)
        #expect(signed.manifest.member(request.entry.id) == request.entry)
        // Another relay that hears the same papers makes the same version.
        var other = ProposalBoard(current)
        var made: SignedManifest?
        for paper in board.papers {
            if case .assembled(let version) = try take(paper, &other) { made = version }
        }
        #expect(made?.digest == signed.digest)
    }

    @Test func `a proof that is bent in any byte is refused, and nothing of it stays`() throws {
        let current = try sealed()
        let whole = try request(current)
        for index in whole.proofs.indices {
            var bent = whole
            bent.proofs[index].signature[7] ^= 1
            var board = ProposalBoard(current)
            do {
                _ = try take(paper(bent), &board)
                Issue.record("proof \(index) was taken")
            } catch {
                #expect(error.code == "request/bad-proof" && error.isBlameworthy)
            }
            #expect(board.open.isEmpty && board.papers.isEmpty)
        }
    }

    @Test func `who has no vote, signs with another key, or signs another version is refused`()
        throws
    {
        let current = try sealed()
        var board = ProposalBoard(current)
        let request = try request(current)
        _ = try take(paper(request), &board)
        let next = MembershipProposal([request], after: current).next
        let cases: [(SigningKey, String)] = [
            (try SampleFederation.authority("610100"), "manifest/unknown-signer"),
            (try SampleFederation.evidence("330100"), "manifest/wrong-key-role"),
        ]
        for (key, code) in cases {
            let error = #expect(throws: ProposalError.self) {
                _ = try take(approval(next, key), &board)
            }
            #expect(error?.code == code)
        }
        let other = try SampleFederation.next(current) { $0.note = "nobody asked" }
        let error = #expect(throws: ProposalError.self) {
            _ = try take(approval(other, SampleFederation.authority("330100")), &board)
        }
        #expect(error?.code == "proposal/unknown" && error?.isBlameworthy == false)
        #expect(board.open[0].approvals.isEmpty)
    }

    @Test func `a no is kept beside the yes, with its reason`() throws {
        let current = try sealed()
        var board = ProposalBoard(current)
        let request = try request(current)
        _ = try take(paper(request), &board)
        let rejection = try #require(
            Rejection(
                of: board.open[0].digest, reason: "their chain has one validator", at: Self.now,
                with: SampleFederation.authority("110000")))
        let paper = MemberPaper(.rejection, rejection.encoded)
        _ = try take(paper, &board)
        let id = try SampleFederation.id("110000")
        #expect(board.open[0].rejections[id]?.reason == "their chain has one validator")
        #expect(!board.silent(on: board.open[0]).contains(id))
        var bent = rejection
        bent.reason = "no reason"
        var fresh = ProposalBoard(current)
        _ = try take(self.paper(request), &fresh)
        let error = #expect(throws: ProposalError.self) {
            _ = try take(MemberPaper(.rejection, bent.encoded), &fresh)
        }
        #expect(error?.code == "manifest/bad-signature")
    }

    @Test func `a later version overtakes what was open, and one source cannot fill the board`()
        throws
    {
        let current = try sealed()
        var board = ProposalBoard(current)
        var taken = 0
        for minute in 0..<ProposalBoard.maxOpenBySource + 3 {
            let time = Self.now.adding(nanoseconds: -Int64(minute) * 60_000_000_000)
            let paper = paper(try request(current, at: time))
            do {
                _ = try take(paper, &board)
                taken += 1
            } catch {
                #expect(error.code == "proposal/too-many-of-one")
            }
        }
        #expect(taken == ProposalBoard.maxOpenBySource)
        let time = Self.now.adding(nanoseconds: -3_600_000_000_000)
        _ = try take(paper(try request(current, at: time)), &board, from: "loudi-1")
        #expect(board.open.count == taken + 1)
        let next = try SampleFederation.next(current) { $0.note = "renewed" }
        #expect(board.rebase(onto: next).count == taken + 1)
        #expect(board.open.isEmpty && board.papers.isEmpty)
        let error = #expect(throws: ProposalError.self) {
            _ = try take(paper(request(current)), &board)
        }
        #expect(error?.code == "request/stale" && error?.isBlameworthy == false)
    }

    @Test func `papers read what they wrote, and as files too`() throws {
        let current = try sealed()
        let paper = paper(try request(current))
        #expect(try MemberPaper(reading: paper.encoded) == paper)
        let block = try #require(Armour.decode(paper.text))
        #expect(MemberPaper(block) == paper)
        let exchange = PaperExchange(digests: [paper.digest], papers: [paper])
        let again = try PaperExchange(reading: exchange.encoded)
        #expect(again.papers == [paper] && again.digests == [paper.digest])
        var generator = Generator(seed: 61)
        func below(_ count: Int) -> Int { Int(generator.next() % UInt64(count)) }
        for _ in 0..<2_000 {
            var bytes = exchange.encoded
            bytes[below(bytes.count)] ^= UInt8(1 << below(8))
            _ = try? PaperExchange(reading: bytes)
            _ = try? PaperExchange(reading: Array(bytes.prefix(below(bytes.count))))
        }
    }
}
