// SPDX-License-Identifier: Apache-2.0

public import LightClient

// What chains store of packets and acknowledgements. Source: ibc-go channel/v2 commitment.go; where
// the specification's prose differs (little-endian timeouts), deployed code wins.

extension Payload {
    /// H(H(source port) ‖ H(destination port) ‖ H(version) ‖ H(encoding) ‖ H(value)).
    public var commitment: Digest {
        var stream = SHA256.Stream()
        for part in [sourcePort.bytes, destinationPort.bytes, version.bytes, encoding.bytes] {
            stream.update(SHA256.hash(part))
        }
        stream.update(SHA256.hash(value))
        return stream.finish()
    }
}

extension Packet {
    /// H(02 ‖ H(destination client) ‖ H(be8(timeout)) ‖ H(payload hashes)). The source client and
    /// the sequence are bound by the key under which it is stored, not by the value.
    public var commitment: Digest {
        var inner = SHA256.Stream()
        for payload in payloads { inner.update(payload.commitment) }
        var stream = SHA256.Stream()
        stream.update(2)
        stream.update(SHA256.hash(destinationClient.bytes))
        stream.update(SHA256.hash(PacketKey.bigEndian(timeoutSeconds)))
        stream.update(inner.finish())
        return stream.finish()
    }

    /// Where the source chain keeps the commitment.
    public var commitmentKey: [UInt8] { PacketKey.commitment(sourceClient, sequence) }

    /// Where the destination chain keeps the receipt.
    public var receiptKey: [UInt8] { PacketKey.receipt(destinationClient, sequence) }

    /// Where the destination chain keeps the acknowledgement's commitment.
    public var acknowledgementKey: [UInt8] {
        PacketKey.acknowledgement(destinationClient, sequence)
    }
}

extension Acknowledgement {
    /// H(02 ‖ H(ack 1) ‖ …).
    public var commitment: Digest {
        var stream = SHA256.Stream()
        stream.update(2)
        for element in appAcknowledgements { stream.update(SHA256.hash(element)) }
        return stream.finish()
    }
}
