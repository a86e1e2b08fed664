// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// Why bytes are no transaction. A chain answers all of these with code 2 of `sdk`.
public enum TransactionFault: Error, Hashable, Sendable {
    case truncated
    case varintOverflow
    case fieldNumber
    /// A group that does not end, or ends another one.
    case group
    case wireType(field: Int32, got: UInt8)
    /// Fields of a TxRaw must ascend, and their lengths be minimal (ADR-027).
    case notCanonical(field: Int32)
    /// A field that this version of the message does not have, and that may not be ignored.
    case unknownField(message: String, field: Int32)
    /// Not registered, or not of the kind that belongs there.
    case typeURL(WireText)
    /// An amount is no integer of at most 256 bits.
    case amount([UInt8])
    /// A time or a duration is out of range.
    case time
    /// Messages within messages beyond the limit.
    case nesting(limit: Int)
    case wire(WireError)

    public var chainCode: ChainCode { .sdk(2) }

    /// Stable name of the case.
    public var code: String {
        switch self {
        case .truncated: "transaction/truncated"
        case .varintOverflow: "transaction/varint"
        case .fieldNumber: "transaction/field-number"
        case .group: "transaction/group"
        case .wireType: "transaction/wire-type"
        case .notCanonical: "transaction/not-canonical"
        case .unknownField: "transaction/unknown-field"
        case .typeURL: "transaction/type-url"
        case .amount: "transaction/amount"
        case .time: "transaction/time"
        case .nesting: "transaction/nesting"
        case .wire: "transaction/wire"
        }
    }
}
