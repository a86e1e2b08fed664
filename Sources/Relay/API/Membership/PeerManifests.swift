// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayTransport

/// Versions of the manifest between two relays: shown, asked for, judged by a verifier.
extension PeerCaller {
    /// Later versions that the peer has are fetched; what it lacks it is shown.
    func compareManifests(_ response: HandshakeResponse) {
        guard let book = context.manifests else { return }
        let (version, digest) = (response.topologyVersion, response.topologyDigest)
        if book.wants(version: version, digest: digest) {
            pullManifests()
        } else if version < book.latest.manifest.version {
            _ = context.verifiers.run { [self] _ in
                let latest = book.latest
                let steps = book.later(than: version, digest, upTo: latest.manifest.version)
                if !steps.isEmpty { exchangeManifests(offering: steps) }
            }
        }
    }

    /// Asks the peer for later versions. Any thread.
    func pullManifests() { exchangeManifests(offering: []) }

    private func exchangeManifests(offering steps: [ManifestStep]) {
        loop.postAlways { [self] in
            guard let book = context.manifests, !isStopped, !isExchangingManifests else { return }
            isExchangingManifests = true
            let latest = book.latest
            let request = ManifestExchange(
                version: latest.manifest.version, digest: latest.digest.bytes, versions: steps)
            call(.manifests, request.encoded) { [self] answer in
                isExchangingManifests = false
                guard case .success(let bytes) = answer,
                    let response = try? ManifestExchange(reading: bytes),
                    !response.versions.isEmpty
                else { return }
                _ = context.verifiers.run { [context, chainID = peer.chainID] state in
                    context.submit(
                        book.judge(
                            response.versions, from: chainID, now: context.now(),
                            signatures: &state.signatures))
                }
            }
        }
    }
}

extension PeerService {
    /// Takes versions that the peer offers, and shows it those that it lacks.
    func manifests(
        _ request: ManifestExchange, _ peer: PeerChain, _ call: GRPCCall
    ) -> GRPCStatus? {
        guard let book = context.manifests else {
            return GRPCStatus(.failedPrecondition, "our members' list is a file written by hand")
        }
        let isTaken = context.verifiers.run { [self] state in
            context.submit(
                book.judge(
                    request.versions, from: peer.chainID, now: context.now(),
                    signatures: &state.signatures))
            finish(call, peer, .success(book.answer(request).encoded))
        }
        return isTaken ? nil : busy
    }
}
