// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayLaboratory
import RelayStore

/// What Beijing's relay would deliver, made by hand from Beijing's chain.
struct HandMadeDelivery {
    let city: LaboratoryCity
    /// Height of Beijing's chain that Hangzhou's relay trusts.
    let trusted: Height

    /// Hangzhou's relay as it stands: the newest height of Beijing's chain that it trusts.
    init(_ harness: PeerHarness) throws {
        city = harness.beijing.city
        let headers = try harness.hangzhou.journal().headers(chainID: city.chainID)
        guard let newest = headers.map(\.height).max() else {
            throw LaboratoryCity.Trouble("no header of \(city.chainID) is trusted")
        }
        trusted = newest
    }

    /// The packets with proofs under the header of `height`, and that header.
    func request(_ packets: [Packet], under height: UInt64, header: [UInt8]? = nil) throws
        -> DeliverRequest
    {
        DeliverRequest(
            chainID: city.chainID,
            update: ClientUpdate(
                headers: [try header ?? city.header(at: height, trusted: trusted.height)]),
            proofHeight: Height(revision: 1, height: height),
            packets: try packets.map {
                PacketWithProof(
                    packet: $0.encoded, proof: try city.proof($0.commitmentKey, under: height))
            })
    }
}
