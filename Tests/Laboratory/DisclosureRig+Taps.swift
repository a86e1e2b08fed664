// SPDX-License-Identifier: Apache-2.0

import CityChain
import RelayTransport
import Synchronization

extension DisclosureRig {
    package struct Taps {
        package let folder: ScratchFolder
        package let peers: [Tap]
        package let nodes: [Tap]
        package let office: Tap
        package let application: Tap

        package func stop() { for tap in peers + nodes + [office, application] { tap.stop() } }
    }

    package static func taps(
        _ harness: PeerHarness, _ hall: Laboratory.Credentials
    ) throws -> Taps {
        let (hangzhou, beijing) = (harness.hangzhou, harness.beijing)
        let folder = try ScratchFolder()
        let peers = [
            try Tap(
                "to-hangzhou", to: hangzhou.port, in: folder,
                ends: (hangzhou.credentials, beijing.credentials)),
            try Tap(
                "to-beijing", to: beijing.port, in: folder,
                ends: (beijing.credentials, hangzhou.credentials)),
        ]
        hangzhou.otherPort.withLock { $0 = peers[0].port }
        beijing.otherPort.withLock { $0 = peers[1].port }
        return Taps(
            folder: folder, peers: peers,
            nodes: [
                try Tap("hangzhou-node", to: Int(hangzhou.city.node.port), in: folder),
                try Tap("beijing-node", to: Int(beijing.city.node.port), in: folder),
            ],
            office: try Tap(
                "hangzhou-office", to: Int(hangzhou.city.node.officePort ?? 0), in: folder),
            application: try Tap(
                "application", to: try beijing.apiPort(), in: folder,
                ends: (beijing.credentials, hall)))
    }
}

extension PeerHarness.Relay {
    /// One port of its API for all its runs, so that something can stand before it.
    package func apiPort() throws -> Int {
        if let known = fixedAPIPort.withLock({ $0 }) { return known }
        let port = try FreePort.any()
        fixedAPIPort.withLock { $0 = port }
        return port
    }
}
