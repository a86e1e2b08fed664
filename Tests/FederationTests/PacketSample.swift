// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// The packets of the specification's worked vectors P1 to P8.
enum PacketSample {
    static let p1Value = Array(
        (#"{"denom":"uatom","amount":"1000000","sender":"sender","receiver":"receiver","#
            + #""memo":"memo"}"#).utf8)

    static let p1Payload = Payload(
        sourcePort: "transfer", destinationPort: "transfer", version: "ics20-1",
        encoding: "application/json", value: p1Value)

    static let p1 = Packet(
        sequence: 1, sourceClient: "07-tendermint-0", destinationClient: "07-tendermint-1",
        timeoutSeconds: 100, payloads: [p1Payload])

    /// The same transfer as a Solidity contract encodes it: words of 32 bytes.
    static let p2Payload: Payload = {
        func word(_ number: UInt64) -> [UInt8] {
            [UInt8](repeating: 0, count: 24) + PacketKey.bigEndian(number)
        }
        func text(_ text: String) -> [UInt8] {
            let bytes = Array(text.utf8)
            let padding = (32 - bytes.count % 32) % 32
            return word(UInt64(bytes.count)) + bytes + [UInt8](repeating: 0, count: padding)
        }
        // A tuple of five: three offsets, the amount, an offset; then the four texts.
        let head =
            word(0x20) + word(0xa0) + word(0xe0) + word(0x120) + word(1_000_000) + word(0x160)
        let tail = text("uatom") + text("sender") + text("receiver") + text("memo")
        var payload = p1Payload
        payload.encoding = "application/x-solidity-abi"
        payload.value = head + tail
        return payload
    }()

    static let p2: Packet = {
        var packet = p1
        packet.payloads = [p2Payload]
        return packet
    }()
}
