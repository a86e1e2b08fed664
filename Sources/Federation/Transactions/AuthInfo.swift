// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Who signs a transaction and pays for it (cosmos.tx.v1beta1.AuthInfo).
public struct AuthInfo: Hashable, Sendable {
    public var signerInfos: [SignerInfo]
    public var fee: Fee?
    /// Given up by the SDK, still decoded.
    public var tip: Tip?

    public init(signerInfos: [SignerInfo], fee: Fee?, tip: Tip?) {
        self.signerInfos = signerInfos
        self.fee = fee
        self.tip = tip
    }
}

extension AuthInfo: ProtobufMessage {
    public init() { self.init(signerInfos: [], fee: nil, tip: nil) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: try reader.append(field, to: &signerInfos, limit: TxLimits.maxSigners)
        case 2: try reader.merge(field, into: &fee)
        case 3: try reader.merge(field, into: &tip)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.messages(1, signerInfos)
        writer.message(2, fee)
        writer.message(3, tip)
    }
}
