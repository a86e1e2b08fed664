// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// A chain at work on one block: its store, its clients and the applications bound to its ports.
public protocol PacketHost: PacketStore, ClientView {
    /// Time of the block being executed.
    var blockTime: Timestamp { get }
    /// Human-readable prefix of the chain's addresses.
    var addressPrefix: String { get }

    /// Opens a layer: state and events from here on are kept or dropped together.
    mutating func beginLayer()
    /// Keeps the layer's state and events.
    mutating func keepLayer()
    /// Forgets the layer's state and takes back its events, which are returned.
    mutating func dropLayer() -> [EmittedEvent]
    mutating func emit(_ event: EmittedEvent)

    /// Whether an application is bound to the port.
    func isRouted(_ port: WireText) -> Bool
    /// The sending application agrees (and takes what it must), or throws.
    mutating func onSend(
        _ packet: Packet, _ payload: Payload, signer: [UInt8]
    ) throws(ApplicationError)
    mutating func onReceive(
        _ packet: Packet, _ payload: Payload, relayer: [UInt8]
    ) -> ReceiveResult
    /// `acknowledgement` is the universal error when the other side refused. The commitment is gone
    /// already.
    mutating func onAcknowledgement(
        _ packet: Packet, _ payload: Payload, acknowledgement: [UInt8], relayer: [UInt8]
    ) throws(ApplicationError)
    /// The packet will never arrive: give back what was taken. The commitment is gone already.
    mutating func onTimeout(
        _ packet: Packet, _ payload: Payload, relayer: [UInt8]
    ) throws(ApplicationError)
}

/// What a receiving application answers.
public enum ReceiveResult: Hashable, Sendable {
    /// Its state is kept. The bytes must not be empty, nor the universal error.
    case success([UInt8])
    /// Its state is dropped, and the universal error is the acknowledgement.
    case failure
    /// Its state is kept; it writes the acknowledgement later, once.
    case later
}

/// An application's own refusal.
public struct ApplicationError: Error, Hashable, Sendable {
    public let code: ChainCode
    public let log: String

    public init(_ code: ChainCode, log: String) {
        self.code = code
        self.log = log
    }
}
