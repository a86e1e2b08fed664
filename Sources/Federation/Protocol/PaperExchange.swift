// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Papers of member changes between two relays, both ways in one shape. Source: peer.proto.
public struct PaperExchange: Sendable {
    /// In a request: papers that the caller holds. In the answer: those of them that the callee
    /// lacks.
    public var digests: [Digest]
    /// Papers for the other side, each proposal before what was said to it.
    public var papers: [MemberPaper]

    public init(digests: [Digest] = [], papers: [MemberPaper] = []) {
        self.digests = digests
        self.papers = papers
    }

    /// As many of these as one message carries, in their order.
    public static func fitting(_ papers: [MemberPaper]) -> [MemberPaper] {
        var bytes = 0
        return Array(
            papers.prefix(PeerLimits.papersPerCall).prefix { paper in
                bytes += paper.bytes.count + 16
                return bytes <= PeerLimits.messageBytes - 40 * PeerLimits.paperDigests
            })
    }
}

extension PaperExchange: ProtobufMessage {
    public init() { self.init(digests: []) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1:
            guard digests.count < PeerLimits.paperDigests else {
                throw .tooLarge("digests", limit: PeerLimits.paperDigests)
            }
            digests.append(try reader.digest(field))
        case 2:
            guard papers.count < PeerLimits.papersPerCall else {
                throw .tooLarge("papers", limit: PeerLimits.papersPerCall)
            }
            papers.append(try MemberPaper(reading: try reader.bytes(field)))
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        for digest in digests { writer.alwaysBytes(1, digest.bytes) }
        for paper in papers { writer.alwaysBytes(2, paper.encoded) }
    }
}
