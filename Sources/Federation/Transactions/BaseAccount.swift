// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// An account as the chain stores it (cosmos.auth.v1beta1.BaseAccount).
public struct BaseAccount: Hashable, Sendable {
    public var address: WireText
    /// Absent until the account has signed something.
    public var publicKey: ProtobufAny?
    public var accountNumber: UInt64
    /// Of the next transaction.
    public var sequence: UInt64

    public init(
        address: WireText, publicKey: ProtobufAny?, accountNumber: UInt64, sequence: UInt64
    ) {
        self.address = address
        self.publicKey = publicKey
        self.accountNumber = accountNumber
        self.sequence = sequence
    }

    public static let typeURL = "/cosmos.auth.v1beta1.BaseAccount"
}

extension BaseAccount: ProtobufMessage {
    public init() { self.init(address: "", publicKey: nil, accountNumber: 0, sequence: 0) }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: address = try reader.text(field)
        case 2: try reader.merge(field, into: &publicKey)
        case 3: accountNumber = try reader.uint64(field)
        case 4: sequence = try reader.uint64(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.text(1, address)
        writer.message(2, publicKey)
        writer.uint64(3, accountNumber)
        writer.uint64(4, sequence)
    }
}
