// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// specs/cometbft-ibc.md §4.7, and what ibc-go says of 2,434 packets, messages and names.
@Suite struct PacketVectorTests {
    @Test func `P1 has the payload hash and the commitment of ibc-go`() {
        #expect(
            PacketSample.p1Payload.commitment.description
                == "5a405608ab85eacdd3f6ad429a5d7cbcc0349055f57708311ece1983dd993307")
        #expect(
            PacketSample.p1.commitment.description
                == "a096722aa6534040a0efbdae05765132a7b223ad306d6512f3734821bd046505")
    }

    @Test func `P1 is 180 bytes of protobuf`() throws {
        let bytes = PacketSample.p1.encoded
        #expect(bytes.count == 180)
        #expect(
            Hex.encode(bytes.prefix(90))
                == "0801120f30372d74656e6465726d696e742d301a0f30372d74656e6465726d69"
                + "6e742d3120642a8b01"
                + "0a087472616e7366657212087472616e736665721a0769637332302d31221061"
                + "70706c69636174696f"
                + "6e2f6a736f6e2a5a")
        #expect(try Packet(reading: bytes) == PacketSample.p1)
    }

    @Test func `P2, a Solidity payload, commits to the same as in the contracts`() {
        #expect(PacketSample.p2Payload.value.count == 448)
        #expect(
            PacketSample.p2.commitment.description
                == "d408dca5088b9b375edb3c4df6bae0e18084fc0dbd90fcd0d028506553c81b25")
    }

    @Test func `P3, other clients, is another commitment`() {
        var packet = PacketSample.p2
        packet.sourceClient = "channel-0"
        packet.destinationClient = "channel-1"
        #expect(
            packet.commitment.description
                == "b691a1950f6fb0bbbcf4bdb16fe2c4d0aa7ef783eb7803073f475cb8164d9b7a")
    }

    static let acknowledgements: [(name: String, elements: [[UInt8]], commitment: String)] = [
        (
            "P4", [Array("some bytes".utf8)],
            "f03b4667413e56aaf086663267913e525c442b56fa1af4fa3f3dab9f37044c5b"
        ),
        (
            "P5", [Acknowledgement.universalErrorBytes],
            "e2fb30dfbf7abdeaca82d426534d2b3a9d5444dd2a87fa16d38b77ba1a13ced7"
        ),
        (
            "P8", [[1], Array(#"{"result":"AQ=="}"#.utf8)],
            "f464abc5bb315ca2303ba22f4812d1789f80d26bf274dc65d59f1ef178b59d2f"
        ),
    ]

    @Test(arguments: acknowledgements)
    func `P4, P5 and P8 are the commitments of acknowledgements`(
        name: String, elements: [[UInt8]], commitment: String
    ) {
        #expect(Acknowledgement(elements).commitment.description == commitment, "\(name)")
    }

    @Test func `P6, a little-endian timeout, is never produced`() {
        let wrong = "ef75ed4f75423e3cc71c5a6a4d782c24a074a38454b996d20ce915cbe67466b4"
        #expect(PacketSample.p1.commitment.description != wrong)
        var packet = PacketSample.p1
        packet.timeoutSeconds = PacketSample.p1.timeoutSeconds.byteSwapped
        #expect(packet.commitment.description == wrong)
    }

    @Test func `P7, two payloads, has a commitment although it is no valid packet`() {
        var packet = PacketSample.p1
        packet.payloads = [PacketSample.p1Payload, PacketSample.p2Payload]
        #expect(
            packet.commitment.description
                == "01b6a06beab233391c637d31f455e3796b9e24fd533bd1d9da3c185d2b27577d")
        #expect(throws: PacketFault.payloadCount(2)) { try packet.validate() }
    }

    @Test func `the universal error is the hash of its name`() {
        #expect(
            Hex.encode(Acknowledgement.universalErrorBytes)
                == "4774d4a575993f963b1c06573736617a457abef8589178db8d10c94b4ab511ab")
        #expect(!Acknowledgement.universalError.isSuccess)
        #expect(Acknowledgement([[1]]).isSuccess)
        #expect(!Acknowledgement([]).isSuccess)
    }

    /// building-cometbft.md W16.
    @Test func `W16: the keys of sequence 258`() {
        let client: WireText = "07-tendermint-12"
        let name = "30372d74656e6465726d696e742d3132"
        #expect(
            Hex.encode(PacketKey.commitment(client, 258)) == name + "010000000000000102")
        #expect(Hex.encode(PacketKey.receipt(client, 258)) == name + "020000000000000102")
        #expect(
            Hex.encode(PacketKey.acknowledgement(client, 258)) == name + "030000000000000102")
        #expect(
            Hex.encode(PacketKey.nextSequenceSend(client))
                == "6e65787453657175656e636553656e642f" + name)
        #expect(
            Hex.encode(PacketKey.asyncPacket(client, 258))
                == name + "6173796e635f7061636b65740000000000000102")
    }

    // Item 29.

    @Test func `every field but client and sequence of the source is bound by the commitment`() {
        let honest = PacketSample.p1.commitment
        var changed: [Packet] = []
        func change(_ edit: (inout Packet) -> Void) {
            var packet = PacketSample.p1
            edit(&packet)
            changed.append(packet)
        }
        change { $0.destinationClient = "07-tendermint-2" }
        change { $0.timeoutSeconds = 101 }
        change { $0.timeoutSeconds = 100_000_000_000 }
        change { $0.payloads[0].sourcePort = "transfe" }
        change { $0.payloads[0].destinationPort = "transferr" }
        change { $0.payloads[0].version = "ics20-2" }
        change { $0.payloads[0].encoding = "application/jso" }
        change { $0.payloads[0].value[5] ^= 1 }
        change { $0.payloads = [] }
        change { $0.payloads += $0.payloads }
        for packet in changed { #expect(packet.commitment != honest) }

        var packet = PacketSample.p1
        packet.sequence = 2
        #expect(packet.commitment == honest)
        #expect(packet.commitmentKey != PacketSample.p1.commitmentKey)
        packet = PacketSample.p1
        packet.sourceClient = "07-tendermint-9"
        #expect(packet.commitment == honest)
        #expect(packet.commitmentKey != PacketSample.p1.commitmentKey)
    }

    static let invalid: [(edit: @Sendable (inout Packet) -> Void, fault: PacketFault)] = [
        ({ $0.payloads = [] }, .payloadCount(0)),
        ({ $0.sequence = 0 }, .zeroSequence),
        ({ $0.timeoutSeconds = 0 }, .zeroTimeout),
        ({ $0.payloads[0].value = [] }, .emptyValue),
        ({ $0.payloads[0].version = " \u{3000}" }, .blankVersion),
        ({ $0.payloads[0].encoding = "" }, .blankEncoding),
        ({ $0.payloads[0].sourcePort = "a" }, .sourcePort(.length(got: 1, allowed: 2...128))),
        ({ $0.payloads[0].destinationPort = "a/b" }, .destinationPort(.separator)),
        ({ $0.sourceClient = "client7" }, .sourceClient(.length(got: 7, allowed: 8...64))),
        ({ $0.destinationClient = "07 tendermint" }, .destinationClient(.character(0x20))),
        (
            { $0.payloads[0].value = [UInt8](repeating: 1, count: 262_145) },
            .valueTooLarge(got: 262_145, limit: 262_144)
        ),
    ]

    @Test(arguments: invalid.indices)
    func `a packet that breaks a rule is refused with the rule`(index: Int) {
        var packet = PacketSample.p1
        PacketVectorTests.invalid[index].edit(&packet)
        #expect(throws: PacketVectorTests.invalid[index].fault) { try packet.validate() }
    }

    @Test func `the largest packet is valid`() throws {
        var packet = PacketSample.p1
        packet.payloads[0].value = [UInt8](repeating: 1, count: 262_144)
        try packet.validate()
    }

    @Test func `ill-formed text is kept byte for byte`() throws {
        var packet = PacketSample.p1
        packet.payloads[0].version = WireText(bytes: [0xff, 0xfe, 0x41])
        #expect(try Packet(reading: packet.encoded) == packet)
        #expect(packet.payloads[0].version.text != "")
    }

    @Test func `every reference verdict on packets, messages and names is ours`() throws {
        let folder = try Fixtures.verdicts("ibcv2")
        let lines = try Corpus.lines("\(folder)/ibcv2.jsonl")
        #expect(lines.count > 2_000)
        for line in lines {
            #expect(PacketVerdicts.judge(line) == .agreed, "\(line["id"]?.string ?? "")")
        }
    }

    @Test func `a merkle path appends the key to the last element`() throws {
        #expect(
            try MerklePrefix.cosmosSDK.path(appending: [1, 2]) == [Array("ibc".utf8), [1, 2]])
        let nested = MerklePrefix([Array("ibc".utf8), Array("test/".utf8)])
        #expect(
            try nested.path(appending: Array("key".utf8))
                == [Array("ibc".utf8), Array("test/key".utf8)])
        #expect(throws: PacketFault.emptyPrefix) { try MerklePrefix([]).path(appending: [1]) }
        #expect(throws: PacketFault.emptyPrefixElement(0)) {
            try MerklePrefix([[], [1]]).path(appending: [1])
        }
    }
}
