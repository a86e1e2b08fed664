// SPDX-License-Identifier: Apache-2.0

import Federation

/// The calls of peer.proto.
enum PeerMethod: String, CaseIterable, Sendable {
    case handshake = "Handshake"
    case deliver = "Deliver"
    case acknowledge = "Acknowledge"
    case prove = "Prove"
    case fetchHeaders = "FetchHeaders"
    case report = "Report"
    case trace = "Trace"
    case disclose = "Disclose"
    case offers = "Offers"
    case receipts = "Receipts"
    case manifests = "Manifests"
    case proposals = "Proposals"

    /// The request path: `/package.Service/Method`.
    var path: String { PeerLimits.service + rawValue }

    init?(path: String) {
        guard path.hasPrefix(PeerLimits.service) else { return nil }
        self.init(rawValue: String(path.dropFirst(PeerLimits.service.count)))
    }
}
