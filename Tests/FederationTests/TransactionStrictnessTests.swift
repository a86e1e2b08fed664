// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// What the SDK's decoder refuses, so that a signer never signs what a chain does not read.
@Suite struct TransactionStrictnessTests {
    let body: TxBody
    let authInfo: AuthInfo
    let message = MsgSendPacket(
        sourceClient: "07-tendermint-0", timeoutSeconds: 5, payloads: [PacketSample.p1Payload],
        signer: "cosmos1")

    init() {
        body = TxBody(messages: [message.wrapped], timeoutHeight: 9)
        authInfo = AuthInfo(
            signerInfos: [],
            fee: Fee(amount: [Coin(5, "stake")], gasLimit: 7, payer: "", granter: ""), tip: nil)
    }

    private func decode(body: [UInt8]? = nil, auth: [UInt8]? = nil, tail: [UInt8] = []) throws {
        let raw = TxRaw(
            bodyBytes: body ?? self.body.encoded, authInfoBytes: auth ?? authInfo.encoded,
            signatures: [])
        _ = try DecodedTransaction(raw.encoded + tail)
    }

    private func fault(_ body: () throws -> Void) -> TransactionFault? {
        do {
            try body()
            return nil
        } catch { return error as? TransactionFault }
    }

    /// A message with a field appended behind its own.
    private func extended(_ bytes: [UInt8], _ write: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        write(&writer)
        return bytes + writer.bytes
    }

    @Test func `the untouched transaction is read`() throws { try decode() }

    @Test func `an unknown field is refused everywhere outside the body`() {
        #expect(
            fault { try decode(tail: [0x20, 1]) } == .wireType(field: 4, got: 0))
        #expect(
            fault { try decode(tail: [0x22, 0]) } == .unknownField(message: "TxRaw", field: 4))
        let auth = extended(authInfo.encoded) { $0.bytes(1030, [1]) }
        #expect(
            fault { try decode(auth: auth) } == .unknownField(message: "AuthInfo", field: 1030))
    }

    @Test func `an unknown field passes in the body only when it is not critical`() throws {
        try decode(body: extended(body.encoded) { $0.bytes(1030, [1]) })
        #expect(
            fault { try decode(body: extended(body.encoded) { $0.bytes(30, [1]) }) }
                == .unknownField(message: "TxBody", field: 30))
    }

    @Test func `an unknown field within a message of the body follows the same rule`() throws {
        for (field, passes) in [(1030, true), (31, false)] {
            let value = extended(message.encoded) { $0.bytes(field, [1]) }
            let any = ProtobufAny(typeURL: WireText(MsgSendPacket.typeURL), value: value)
            let fault = fault { try decode(body: TxBody(messages: [any]).encoded) }
            #expect((fault == nil) == passes)
        }
    }

    @Test func `unregistered types and types in the wrong place are refused`() {
        for url: WireText in [
            "", "/ibc.core.channel.v2.MsgNothing", "ibc.core.channel.v2.MsgSendPacket",
            "/cosmos.crypto.secp256k1.PubKey",
        ] {
            let any = ProtobufAny(typeURL: url, value: [])
            #expect(
                fault { try decode(body: TxBody(messages: [any]).encoded) } == .typeURL(url))
        }
    }

    @Test func `fields out of order and padded lengths are refused`() {
        let auth = authInfo.encoded
        let reversed = [0x12, UInt8(auth.count)] + auth + [0x0a, 0]
        #expect(
            fault { _ = try DecodedTransaction(reversed) } == .notCanonical(field: 1))
        #expect(
            fault { _ = try DecodedTransaction([0x0a, 0x80, 0]) } == .notCanonical(field: 1))
    }

    static let amounts: [(text: String, isValid: Bool)] = [
        ("5", true), ("0", true), ("", true), ("-5", true), ("+5", true), ("0x1f", true),
        ("017", true), ("1_000", true), ("0b101", true), ("018", false), ("_1", false),
        ("1_", false), ("1__0", false), ("5.0", false), ("five", false), ("0x", false),
        (" 5", false), (String(repeating: "9", count: 77), true),
        (String(repeating: "9", count: 78), false),
    ]

    @Test(arguments: amounts)
    func `an amount is an integer of at most 256 bits`(text: String, isValid: Bool) {
        var auth = authInfo
        auth.fee?.amount = [Coin(denomination: "stake", amount: WireText(text))]
        let fault = fault { try decode(auth: auth.encoded) }
        #expect(fault == (isValid ? nil : .amount(Array(text.utf8))))
    }

    @Test func `messages within messages end somewhere`() {
        // A ModeInfo of several keys may hold others: 200 levels are refused, and nothing
        // overflows.
        var mode: [UInt8] = []
        for _ in 0..<200 {
            var writer = ProtobufWriter()
            var multi = ProtobufWriter()
            multi.alwaysBytes(2, mode)
            writer.alwaysBytes(2, multi.bytes)
            mode = writer.bytes
        }
        var signer = ProtobufWriter()
        signer.alwaysBytes(2, mode)
        var auth = ProtobufWriter()
        auth.alwaysBytes(1, signer.bytes)
        #expect(fault { try decode(auth: auth.bytes) } == .nesting(limit: 64))
    }

    @Test func `what cuts a transaction short is refused`() throws {
        let bytes = TxRaw(
            bodyBytes: body.encoded, authInfoBytes: authInfo.encoded, signatures: [[1, 2]]
        ).encoded
        let ends = Set([body.encoded.count + 2, 0])
        for count in bytes.indices.dropFirst() where !ends.contains(count) {
            let isWhole = (try? DecodedTransaction(Array(bytes.prefix(count)))) != nil
            let lacksSignatureOnly = count == bytes.count - 4
            #expect(isWhole == (lacksSignatureOnly || isBoundary(count, bytes)))
        }
    }

    /// Whether the outer fields end here.
    private func isBoundary(_ count: Int, _ bytes: [UInt8]) -> Bool {
        var reader = ProtobufReader(Array(bytes.prefix(count)))
        while let field = try? reader.next() {
            guard (try? reader.skip(field)) != nil else { return false }
        }
        return reader.isAtEnd
    }

    @Test func `the reference's verdicts on whole transactions are ours`() throws {
        let folder = try Fixtures.verdicts("cometbft")
        var judged = 0
        for line in try Corpus.lines("\(folder)/raw.jsonl") {
            guard
                ["CosmosTx", "Packet", "Acknowledgement", "MerkleProof"]
                    .contains(line["kind"]?.string)
            else { continue }
            let judgement = try CometBFTRaw.judge(line, readers: RawFederationVerdicts.readers)
            #expect(judgement == .agreed, "\(line["id"]?.string ?? "")")
            judged += 1
        }
        #expect(judged > 400)
    }
}
