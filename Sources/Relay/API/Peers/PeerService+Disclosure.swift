// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayTransport

/// Calls about records: what our grants let a peer ask, its questions, and its receipts.
extension PeerService {
    private static let noProofs = GRPCStatus(
        .unimplemented, "this relay takes no part in proofs")

    func disclose(
        _ request: SealedQuestion, _ peer: PeerChain, _ call: GRPCCall
    ) -> GRPCStatus? {
        guard let disclosures else { return PeerService.noProofs }
        guard !context.shared.isPaused(peer.chainID) else {
            return .tryAgain(
                inMilliseconds: PeerService.pausedMilliseconds,
                "a person has paused the exchange with your chain")
        }
        if let bar = context.shared.suspension(of: peer.chainID) {
            return GRPCStatus(.permissionDenied, "\(bar.code): \(bar.detail)")
        }
        disclosures.disclose(request, from: peer.member, keys: peer.evidenceKeys) {
            [self] result in finish(call, peer, result)
        }
        return nil
    }

    func receipts(
        _ request: ReceiptsRequest, _ peer: PeerChain, _ call: GRPCCall
    ) -> GRPCStatus? {
        guard let disclosures else { return PeerService.noProofs }
        disclosures.take(request, from: peer.member, keys: peer.evidenceKeys) {
            [self] result in finish(call, peer, result)
        }
        return nil
    }

    func offers(
        _ request: OffersRequest, _ peer: PeerChain, _ call: GRPCCall
    ) -> GRPCStatus? {
        guard let disclosures else {
            finish(call, peer, .success(OffersResponse().encoded))
            return nil
        }
        disclosures.offers(to: peer.member) { [self] in
            finish(call, peer, .success($0.encoded))
        }
        return nil
    }
}
