// SPDX-License-Identifier: Apache-2.0

public import LightClient

/// The keys of a chain's `ibc` store. Source: ibc-go 24-host/v2 packet_keys.go (its tags, not those
/// of two swapped snippets in the specification).
public enum PacketKey {
    /// client ‖ 01 ‖ be8(sequence), on the source chain.
    public static func commitment(_ client: WireText, _ sequence: UInt64) -> [UInt8] {
        key(client, 1, sequence)
    }

    /// client ‖ 02 ‖ be8(sequence), on the destination chain.
    public static func receipt(_ client: WireText, _ sequence: UInt64) -> [UInt8] {
        key(client, 2, sequence)
    }

    /// client ‖ 03 ‖ be8(sequence), on the destination chain.
    public static func acknowledgement(_ client: WireText, _ sequence: UInt64) -> [UInt8] {
        key(client, 3, sequence)
    }

    /// The sequence that the next send takes, be8.
    public static func nextSequenceSend(_ client: WireText) -> [UInt8] {
        Array("nextSequenceSend/".utf8) + client.bytes
    }

    /// The packet whose acknowledgement is still to be written: client ‖ "async_packet" ‖
    /// be8(sequence).
    public static func asyncPacket(_ client: WireText, _ sequence: UInt64) -> [UInt8] {
        client.bytes + Array("async_packet".utf8) + bigEndian(sequence)
    }

    /// CounterpartyInfo of a client.
    public static func counterparty(_ client: WireText) -> [UInt8] {
        clientKey(client, "counterparty")
    }

    /// ClientConfig of a client: who may relay through it.
    public static func config(_ client: WireText) -> [UInt8] { clientKey(client, "config") }

    public static func clientState(_ client: WireText) -> [UInt8] {
        clientKey(client, "clientState")
    }

    /// `height` as "revision-height".
    public static func consensusState(_ client: WireText, _ height: String) -> [UInt8] {
        clientKey(client, "consensusStates/" + height)
    }

    /// What a receipt holds; only its presence matters.
    public static let receiptValue: [UInt8] = [2]

    public static func bigEndian(_ value: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt64($0)) }
    }

    /// Nil unless there are eight bytes.
    public static func number(_ bytes: [UInt8]) -> UInt64? {
        guard bytes.count == 8 else { return nil }
        return bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func key(_ client: WireText, _ tag: UInt8, _ sequence: UInt64) -> [UInt8] {
        var bytes = client.bytes
        bytes.reserveCapacity(bytes.count + 9)
        bytes.append(tag)
        bytes += bigEndian(sequence)
        return bytes
    }

    private static func clientKey(_ client: WireText, _ name: String) -> [UInt8] {
        Array("clients/".utf8) + client.bytes + Array(("/" + name).utf8)
    }
}
