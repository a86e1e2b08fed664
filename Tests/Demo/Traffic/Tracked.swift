// SPDX-License-Identifier: Apache-2.0

import Federation

/// One packet of the run: who sent it, how it must end, how it did.
struct Tracked {
    let from: City
    let to: City
    let id: PacketID
    let expected: Parcel.End
    let fen: UInt64
    /// Block of the source chain that holds the send.
    let sentHeight: UInt64
}
