// SPDX-License-Identifier: Apache-2.0

package import LightClient

extension JSONValue {
    /// RFC 3339 in UTC with up to nine digits, trailing zeros trimmed, as Go writes time.
    package static func time(_ moment: Timestamp) -> JSONValue { .string(moment.rfc3339) }
}

extension Timestamp {
    package var rfc3339: String { RFC3339.format(self) }
}
