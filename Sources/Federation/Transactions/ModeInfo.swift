// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// How a signer signed (cosmos.tx.v1beta1.ModeInfo). Signatures of several keys together are kept
/// as bytes: a relay signs with one key.
public struct ModeInfo: Hashable, Sendable {
    public enum Mode: Hashable, Sendable {
        /// A number of cosmos.tx.signing.v1beta1.SignMode.
        case single(Int32)
        case multi([UInt8])
    }

    public var mode: Mode?

    public init(_ mode: Mode?) { self.mode = mode }

    /// SIGN_MODE_DIRECT: over the bytes of body and auth info.
    public static let direct = ModeInfo(.single(1))
}

extension ModeInfo: ProtobufMessage {
    public init() { mode = nil }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1:
            var inner = try reader.message(field)
            var value: Int32 = 0
            while let part = try inner.next() {
                if part.number == 1 {
                    value = try inner.int32(part)
                } else {
                    try inner.skip(part)
                }
            }
            mode = .single(value)
        case 2: mode = .multi(try reader.bytes(field))
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        switch mode {
        case .single(let value):
            var inner = ProtobufWriter()
            inner.int32(1, value)
            writer.alwaysBytes(1, inner.bytes)
        case .multi(let bytes): writer.alwaysBytes(2, bytes)
        case nil: return
        }
    }
}
