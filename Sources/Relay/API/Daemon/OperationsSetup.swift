// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayTransport

extension RelayDaemon {
    /// What operations see of this relay.
    static func operations(
        _ configuration: DaemonConfiguration, _ decider: Decider, _ directory: PeerDirectory,
        _ callers: PeerSet, _ connector: CometBFTConnector,
        _ now: @escaping @Sendable () -> Timestamp
    ) -> OperationsContext {
        var certificates = [(use: "peer", path: configuration.tls.certificate)]
        if let api = configuration.api, api.tls.certificate != configuration.tls.certificate {
            certificates.append((use: "api", path: api.tls.certificate))
        }
        let ownChainID = configuration.engine.chainID
        return OperationsContext(
            member: configuration.ownMember, ownChainID: ownChainID,
            peers: {
                directory.all.values.map { StatusSources.Peer($0) }
                    .sorted { $0.chainID < $1.chainID }
            },
            storeFile: configuration.storeFile,
            software: configuration.software, certificates: certificates, now: now,
            submit: { decider.submit($0) }, look: { decider.look($0) },
            trace: { callers.trace($0, $1) },
            standing: { chainID, then in
                if chainID == ownChainID {
                    connector.standing { then(.told($0)) }
                } else {
                    callers.standing(of: chainID, then)
                }
            })
    }
}

extension StatusSources.Peer {
    init(_ peer: PeerChain) {
        self.init(
            chainID: peer.chainID, name: peer.name,
            trustingPeriodNanoseconds: peer.chain.parameters.trustingPeriodNanoseconds)
    }
}
