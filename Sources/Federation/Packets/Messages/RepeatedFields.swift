// SPDX-License-Identifier: Apache-2.0

import LightClient

extension ProtobufReader {
    /// A singular message field that may be absent.
    mutating func merge<Message: ProtobufMessage>(
        _ field: ProtobufField, into message: inout Message?
    ) throws(WireError) {
        var value = message ?? Message()
        try merge(field, into: &value)
        message = value
    }

    /// One element of a repeated bytes field.
    mutating func append(
        _ field: ProtobufField, to list: inout [[UInt8]], limit: Int
    ) throws(WireError) {
        guard list.count < limit else { throw .tooLarge("repeated bytes", limit: limit) }
        list.append(try bytes(field))
    }

    /// One element of a repeated string field.
    mutating func append(
        _ field: ProtobufField, to list: inout [WireText], limit: Int
    ) throws(WireError) {
        guard list.count < limit else { throw .tooLarge("repeated string", limit: limit) }
        list.append(try text(field))
    }
}
