// SPDX-License-Identifier: Apache-2.0

/// Bounds of the peer protocol, as peer.proto names them.
public enum PeerLimits {
    /// Packets, acknowledgements or questions a call: a verifier's job of some milliseconds.
    public static let itemsPerCall = 256
    /// Headers an update: what a verifier takes as one job.
    public static let headersPerUpdate = 64
    /// Bytes of one misbehaviour message: two headers of some hundred validators each. What is
    /// false is kept, so it must be small.
    public static let misbehaviourBytes = 262_144
    /// Versions of the manifest a call: two months of one a day.
    public static let manifestsPerCall = 64
    /// Papers of member changes a call: what their verification costs stays below a second.
    public static let papersPerCall = 256
    /// Digests of papers a call: 64 proposals with 15 voices each.
    public static let paperDigests = 1_024
    /// Bytes of one message.
    public static let messageBytes = 4_194_304
    /// The service's name in request paths.
    public static let service = "/cityrelay.federation.v1.Peer/"
}
