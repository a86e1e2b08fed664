// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Headers of the callee's chain. Source: peer.proto.
public struct FetchHeadersRequest: Hashable, Sendable {
    /// Chain asked about: the callee's own.
    public var chainID: String
    public var trustedHeight: Height
    /// Zero: the latest height that proofs can stand on.
    public var targetHeight: Height

    public init(
        chainID: String = "",
        trustedHeight: Height = .zero,
        targetHeight: Height = .zero
    ) {
        self.chainID = chainID
        self.trustedHeight = trustedHeight
        self.targetHeight = targetHeight
    }
}

extension FetchHeadersRequest: ProtobufMessage {
    public init() {
        self.init(chainID: "")
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: chainID = try reader.string(field)
        case 2: try reader.merge(field, into: &trustedHeight)
        case 3: try reader.merge(field, into: &targetHeight)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.string(1, chainID)
        if !trustedHeight.isZero { writer.message(2, trustedHeight) }
        if !targetHeight.isZero { writer.message(3, targetHeight) }
    }
}
