// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// When a packet came into each of its states here, nine bytes a step: kept in the packet's own
/// row, so that a timeline costs no row of its own.
public struct PacketHistory: Hashable, Sendable {
    public struct Step: Hashable, Sendable {
        public let state: PacketState
        public let at: Timestamp
    }

    /// Steps that are kept: a life without trouble has five. Beyond it the middle ones are left
    /// out; the first and the latest say most.
    public static let maxSteps = 64
    private static let stepBytes = 9

    /// A byte of state and eight of nanoseconds since 1970, big-endian, a step.
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Takes stored bytes over; a cut-off step at the end is left out.
    public init(bytes: [UInt8]) {
        let whole = bytes.count - bytes.count % PacketHistory.stepBytes
        self.bytes = Array(bytes.prefix(whole))
    }

    public mutating func append(_ state: PacketState, at moment: Timestamp) {
        if bytes.count >= PacketHistory.maxSteps * PacketHistory.stepBytes {
            let middle = PacketHistory.maxSteps / 2 * PacketHistory.stepBytes
            bytes.removeSubrange(middle..<middle + PacketHistory.stepBytes)
        }
        bytes.append(UInt8(truncatingIfNeeded: state.rawValue))
        let time = UInt64(bitPattern: moment.unixNanoseconds)
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: time >> UInt64(shift)))
        }
    }

    /// In order. Steps of states that this program does not know are left out.
    public var steps: [Step] {
        stride(from: 0, to: bytes.count, by: PacketHistory.stepBytes).compactMap { place in
            guard let state = PacketState(rawValue: Int(bytes[place])) else { return nil }
            let time = bytes[place + 1..<place + PacketHistory.stepBytes]
                .reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Step(state: state, at: Timestamp(unixNanoseconds: Int64(bitPattern: time)))
        }
    }
}
