// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayTransport

/// Papers of member changes between two relays: what one lacks it is shown, and judges.
extension PeerCaller {
    /// Brings both sides to the same papers. Any thread.
    ///
    /// - Parameter fresh: papers that the peer is unlikely to have.
    func exchangePapers(_ fresh: [MemberPaper] = []) {
        loop.postAlways { [self] in
            guard let book = context.proposals, !isStopped else { return }
            guard !isExchangingPapers else {
                wantsPapers = true
                return
            }
            isExchangingPapers = true
            let isTaken = context.verifiers.run { [self] _ in
                callProposals(
                    book.papers(), offering: PaperExchange.fitting(fresh), isFirst: true)
            }
            if !isTaken { endExchange() }
        }
    }

    private func callProposals(
        _ held: [MemberPaper], offering papers: [MemberPaper], isFirst: Bool
    ) {
        let request = PaperExchange(
            digests: held.suffix(PeerLimits.paperDigests).map(\.digest), papers: papers)
        call(.proposals, request.encoded) { [self] answer in
            guard case .success(let bytes) = answer,
                let response = try? PaperExchange(reading: bytes), let book = context.proposals
            else {
                endExchange()
                return
            }
            if !response.papers.isEmpty {
                _ = context.verifiers.run { [context, chainID = peer.chainID] state in
                    _ = book.take(
                        response.papers, from: chainID, now: context.now(),
                        signatures: &state.signatures)
                }
            }
            let wanted = Set(response.digests)
            let lacking = held.filter { wanted.contains($0.digest) }
            if isFirst, !lacking.isEmpty {
                callProposals(held, offering: PaperExchange.fitting(lacking), isFirst: false)
            } else {
                endExchange()
            }
        }
    }

    private func endExchange() {
        loop.postAlways { [self] in
            isExchangingPapers = false
            guard wantsPapers else { return }
            wantsPapers = false
            exchangePapers()
        }
    }
}

extension PeerService {
    /// Takes the papers that the peer offers, shows it those that it lacks, and asks for the rest.
    func proposals(
        _ request: PaperExchange, _ peer: PeerChain, _ call: GRPCCall
    ) -> GRPCStatus? {
        guard let book = context.proposals else {
            return GRPCStatus(.failedPrecondition, "our members' list is a file written by hand")
        }
        let isTaken = context.verifiers.run { [self] state in
            _ = book.take(
                request.papers, from: peer.chainID, now: context.now(),
                signatures: &state.signatures)
            let known = Set(request.digests + request.papers.map(\.digest))
            let held = book.papers()
            let ours = Set(held.map(\.digest))
            let answer = PaperExchange(
                digests: request.digests.filter { !ours.contains($0) },
                papers: PaperExchange.fitting(held.filter { !known.contains($0.digest) }))
            finish(call, peer, .success(answer.encoded))
        }
        return isTaken ? nil : busy
    }
}
