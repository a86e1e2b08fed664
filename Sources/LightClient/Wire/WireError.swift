// SPDX-License-Identifier: Apache-2.0

/// Why received bytes could not be decoded. Every case is the sender's fault, never ours.
public enum WireError: Error, Hashable, Sendable {
    /// The input ends inside a field.
    case truncated
    /// A varint is longer than ten bytes.
    case varintTooLong
    /// Field number zero or, cut to 32 bits, negative.
    case badFieldNumber
    /// Wire type 6 or 7, or an end-group tag without its start.
    case badWireType(UInt8)
    /// A known field carries another wire type than its definition says.
    case wrongWireType(field: Int32, got: UInt8)
    /// A required part is missing, named by its field.
    case missing(String)
    /// A value lies outside the range its definition allows, named by its field.
    case outOfRange(String)
    /// A collection or a message exceeds its named limit.
    case tooLarge(String, limit: Int)
    /// Bytes remain behind the end of the value.
    case trailingBytes
    /// Text is not in the form its definition asks for, named by its field.
    case malformed(String)
}
