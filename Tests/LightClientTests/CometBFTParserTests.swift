// SPDX-License-Identifier: Apache-2.0

import LightClient
import TestSupport
import Testing

/// Wire-level forms of CometBFT messages: what Go's decoder takes is taken alike, hashes are those
/// of the decoded value, and no bytes crash.
@Suite struct CometBFTParserTests {
    static let chain = TestChain(blocks: 6)
    static let header = chain.block(5).header
    static let message = chain.update(to: 5, trusting: 1).encoded

    @Test func `truncation at any byte is refused or gives another value, without a crash`() {
        let message = CometBFTParserTests.message
        for count in 0..<message.count {
            guard let header = try? ICS07.Header(reading: Array(message.prefix(count))) else {
                continue
            }
            #expect(throws: ClientError.self) {
                // The end of the message is the trusted set: its last member is then missing.
                var signatures = SignatureVerifier()
                try header.checked().verify(
                    chainID: CometBFTParserTests.chain.chainID,
                    options: CometBFTParserTests.chain.options,
                    trusted: ICS07.ConsensusState(CometBFTParserTests.chain.block(1).header),
                    now: CometBFTParserTests.chain.now, signatures: &signatures)
            }
        }
    }

    @Test func `a repeated scalar counts by its last value, and so does the hash`() throws {
        let header = CometBFTParserTests.header
        var writer = ProtobufWriter()
        writer.int64(3, 99)
        let read = try Header(reading: writer.bytes + header.encoded)
        #expect(read == header)
        let other = try Header(reading: header.encoded + writer.bytes)
        #expect(other.height == 99)
        #expect(try other.hash() != header.hash())
    }

    @Test func `a repeated message is merged, a repeated time replaced`() throws {
        let header = CometBFTParserTests.header
        var parts = ProtobufWriter()
        parts.message(5, BlockID(hash: [], parts: PartSetHeader(total: 7, hash: [])))
        let merged = try Header(reading: header.encoded + parts.bytes)
        #expect(merged.lastBlockID.hash == header.lastBlockID.hash)
        #expect(merged.lastBlockID.parts.hash == header.lastBlockID.parts.hash)
        #expect(merged.lastBlockID.parts.total == 7)
        // seconds 0, nanos 9: without the seconds of the first occurrence.
        let time = try Header(reading: header.encoded + [0x22, 0x02, 0x10, 0x09])
        #expect(time.time == Timestamp(seconds: 0, nanoseconds: 9))
    }

    @Test func `padded varints, unknown fields and groups change nothing`() throws {
        let header = CometBFTParserTests.header
        let height = header.encoded + [0x18, 0x85, 0x80, 0x80, 0x00]
        #expect(try Header(reading: height) == header)
        let unknown: [UInt8] = [0xf8, 0x01, 0x01, 0xfa, 0x01, 0x02, 0x08, 0x01]
        #expect(try Header(reading: unknown + header.encoded) == header)
        let nested = [UInt8](repeating: 0xfb, count: 1) + [0x01]
        let group =
            [[UInt8]](repeating: nested, count: 200).flatMap { $0 }
            + [[UInt8]](repeating: [0xfc, 0x01], count: 200).flatMap { $0 }
        #expect(try Header(reading: header.encoded + group) == header)
        #expect(try Header(reading: header.encoded + group).encoded == header.encoded)
    }

    @Test(
        arguments: [
            [0x18, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
            [0x1a, 0x00], [0x12, 0x05, 0x61], [0x00, 0x00], [0xfb, 0x01], [0x1c], [0x1f],
            [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            [0x22, 0x0b, 0x08, 0xff, 0x91, 0xb8, 0xc3, 0x98, 0xfe, 0xff, 0xff, 0xff, 0x01],
            [0x22, 0x06, 0x10, 0x80, 0x94, 0xeb, 0xdc, 0x03],
        ] as [[UInt8]])
    func `malformed fields are refused`(bytes: [UInt8]) {
        #expect(throws: WireError.self) { try Header(reading: bytes) }
    }

    @Test func `a chain id keeps its bytes, UTF-8 or not`() throws {
        var header = CometBFTParserTests.header
        header.chainID = ChainID(bytes: [0xff, 0x00, 0xc3])
        #expect(try Header(reading: header.encoded) == header)
        #expect(try Header(reading: header.encoded).hash() == header.hash())
    }

    @Test func `more validators or signatures than any chain has are refused`() {
        let many = [[UInt8]](repeating: [0x0a, 0x00], count: ValidatorSet.maxMembers + 1)
        #expect(
            throws: WireError.tooLarge("validator set", limit: ValidatorSet.maxMembers)
        ) { try ValidatorSet(reading: many.flatMap { $0 }) }
        let entries = [[UInt8]](repeating: [0x22, 0x00], count: ValidatorSet.maxMembers + 1)
        #expect(
            throws: WireError.tooLarge("commit signatures", limit: ValidatorSet.maxMembers)
        ) { try Commit(reading: entries.flatMap { $0 }) }
    }

    @Test(
        arguments: [
            ("2026-11-21T09:11:09Z", 1_795_252_269, 0),
            ("2026-11-21T09:14:02.039188935Z", 1_795_252_442, 39_188_935),
            ("0001-01-01T00:00:00Z", -62_135_596_800, 0),
            ("1969-12-31T23:59:59.5Z", -1, 500_000_000),
            ("2000-02-29T00:00:00Z", 951_782_400, 0),
        ] as [(String, Int64, Int32)])
    func `times are read and written as nodes write them`(
        text: String, seconds: Int64, nanoseconds: Int32
    ) throws {
        let time = try #require(Timestamp(seconds: seconds, nanoseconds: nanoseconds))
        #expect(RFC3339.parse(text) == time)
        #expect(RFC3339.format(time) == text)
    }

    @Test(arguments: [
        "2026-11-21T09:11:09+00:00", "2026-11-21T09:11:09.1234567890Z", "2026-02-29T00:00:00Z",
        "2026-11-21 09:11:09Z", "2026-11-21T24:00:00Z", "2026-11-21T09:11:09.Z", "", "Z",
        "2026-13-01T00:00:00Z", "-026-11-21T09:11:09Z",
    ])
    func `other forms of time are refused`(text: String) {
        #expect(RFC3339.parse(text) == nil)
    }
}
