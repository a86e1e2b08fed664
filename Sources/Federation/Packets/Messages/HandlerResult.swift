// SPDX-License-Identifier: Apache-2.0

/// What a packet message did (ibc.core.channel.v2.ResponseResultType).
public struct HandlerResult: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) { self.rawValue = rawValue }

    public static let unspecified = HandlerResult(rawValue: 0)
    /// Done before: nothing changed, and the transaction does not fail.
    public static let noop = HandlerResult(rawValue: 1)
    public static let success = HandlerResult(rawValue: 2)
    public static let failure = HandlerResult(rawValue: 3)
}
