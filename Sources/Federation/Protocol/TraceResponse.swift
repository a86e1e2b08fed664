// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// One step of a packet's life as a relay remembers it, without words of its own: details could
/// hold what is not for the other city. Source: peer.proto.
public struct TraceEvent: Hashable, Sendable {
    /// Nanoseconds since 1970 on the callee's clock.
    public var unixNanoseconds: Int64
    /// A state's name, or a step's.
    public var step: String
    /// "ok", or a stable code.
    public var code: String

    public init(unixNanoseconds: Int64 = 0, step: String = "", code: String = "") {
        self.unixNanoseconds = unixNanoseconds
        self.step = step
        self.code = code
    }
}

extension TraceEvent: ProtobufMessage {
    public init() {
        self.init(unixNanoseconds: 0)
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: unixNanoseconds = try reader.int64(field)
        case 2: step = try reader.string(field)
        case 3: code = try reader.string(field)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.int64(1, unixNanoseconds)
        writer.string(2, step)
        writer.string(3, code)
    }
}

/// The callee's part of a packet's timeline. Source: peer.proto.
public struct TraceResponse: Hashable, Sendable {
    /// False: the callee knows no such packet of the caller's.
    public var isKnown: Bool
    /// The packet's state there.
    public var state: String
    /// Oldest first.
    public var events: [TraceEvent]
    /// How the callee's chain stands, where that was asked; nil from a callee that does not tell.
    public var chain: ChainStanding?

    public init(
        isKnown: Bool = false, state: String = "", events: [TraceEvent] = [],
        chain: ChainStanding? = nil
    ) {
        self.isKnown = isKnown
        self.state = state
        self.events = events
        self.chain = chain
    }
}

extension TraceResponse: ProtobufMessage {
    public init() {
        self.init(isKnown: false)
    }

    public mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: isKnown = try reader.bool(field)
        case 2: state = try reader.string(field)
        case 3: try reader.append(field, to: &events, limit: PeerLimits.itemsPerCall)
        case 4: try reader.merge(field, into: &chain)
        default: try reader.skip(field)
        }
    }

    public func write(to writer: inout ProtobufWriter) {
        writer.bool(1, isKnown)
        writer.string(2, state)
        writer.messages(3, events)
        writer.message(4, chain)
    }
}
