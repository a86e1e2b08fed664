// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// What is signed in SIGN_MODE_DIRECT (cosmos.tx.v1beta1.SignDoc).
public struct SignDoc: Hashable, Sendable {
    public var bodyBytes: [UInt8]
    public var authInfoBytes: [UInt8]
    public var chainID: WireText
    /// 0 is omitted.
    public var accountNumber: UInt64

    public init(
        bodyBytes: [UInt8], authInfoBytes: [UInt8], chainID: WireText, accountNumber: UInt64
    ) {
        self.bodyBytes = bodyBytes
        self.authInfoBytes = authInfoBytes
        self.chainID = chainID
        self.accountNumber = accountNumber
    }
}

extension SignDoc: ProtobufMessage {
    public init() { self.init(bodyBytes: [], authInfoBytes: [], chainID: "", accountNumber: 0) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: bodyBytes = try reader.bytes(field)
        case 2: authInfoBytes = try reader.bytes(field)
        case 3: chainID = try reader.text(field)
        case 4: accountNumber = try reader.uint64(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, bodyBytes)
        writer.bytes(2, authInfoBytes)
        writer.text(3, chainID)
        writer.uint64(4, accountNumber)
    }
}
