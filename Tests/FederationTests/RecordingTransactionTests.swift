// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// Every transaction of the recording, built and signed again.
@Suite struct RecordingTransactionTests {
    /// The transactions of all chains, read once for all tests.
    private static let transactions = Result { () throws -> [JSON] in
        try RecordedChains.chains().flatMap { try RecordedChains.lines($0, "txs") }
    }

    private func key(_ line: JSON) throws -> AccountKey {
        let text = try #require(line["key_text"]?.string)
        let scalar = SHA256.hash(Array(text.utf8)).bytes
        return AccountKey(try SigningKey.secp256k1(scalar: scalar), prefix: "cosmos")
    }

    @Test func `signing the document again gives the recorded bytes and hash`() throws {
        var signed = 0
        for line in try RecordingTransactionTests.transactions.get() {
            let account = try key(line)
            #expect(account.address.text == line["signer"]?.string)
            let document = try SignDoc(reading: try #require(line["sign_doc"]?.base64))
            let transaction = SignedTransaction(document, by: account.key)
            let recorded = try #require(line["tx"]?.base64)
            #expect(SHA256.hash(recorded).description.uppercased() == line["hash"]?.string)
            let isAltered = line["label"]?.string?.contains("signature altered") == true
            #expect((transaction.bytes == recorded) == !isAltered)
            #expect((transaction.signature == line["signature"]?.base64) == !isAltered)
            signed += 1
        }
        #expect(signed > 0)
    }

    @Test func `building from messages, terms and key gives the recorded bytes`() throws {
        var built = 0
        for line in try RecordingTransactionTests.transactions.get() {
            guard line["label"]?.string?.contains("signature altered") != true else { continue }
            let account = try key(line)
            let document = try SignDoc(reading: try #require(line["sign_doc"]?.base64))
            let body = try TxBody(reading: document.bodyBytes)
            let terms = TransactionTerms(
                chainID: document.chainID,
                accountNumber: try #require(line["account_number"]?.uint64),
                sequence: try #require(line["sequence"]?.uint64),
                gasLimit: try #require(line["gas_limit"]?.uint64),
                fee: fee(line["fee"]?.string ?? ""), timeoutHeight: body.timeoutHeight)
            let messages = try body.messages.map { try rebuilt($0) }
            let transaction = SignedTransaction(messages, terms, by: account)
            #expect(transaction.bytes == line["tx"]?.base64, "\(line["label"]?.string ?? "")")
            built += 1
        }
        #expect(built > 0)
    }

    @Test func `the strict decoder reads what our kinds of message made`() throws {
        var decoded = 0
        for line in try RecordingTransactionTests.transactions.get() {
            let types = line["messages"]?.array?.compactMap(\.string) ?? []
            do throws(TransactionFault) {
                let transaction = try DecodedTransaction(line["tx"]?.base64 ?? [])
                #expect(transaction.body.messages.map(\.typeURL.text) == types)
                decoded += 1
            } catch {
                // Staking and the like are no business of a relay.
                let isForeign = types.contains { error == .typeURL(WireText($0)) }
                #expect(isForeign, "\(line["label"]?.string ?? ""): \(error)")
            }
        }
        #expect(decoded > 0)
    }

    /// The message decoded and encoded again, where it is one of ours.
    private func rebuilt(_ any: ProtobufAny) throws -> ProtobufAny {
        switch any.typeURL.text {
        case MsgSendPacket.typeURL: try MsgSendPacket(reading: any.value).wrapped
        case MsgRecvPacket.typeURL: try MsgRecvPacket(reading: any.value).wrapped
        case MsgTimeout.typeURL: try MsgTimeout(reading: any.value).wrapped
        case MsgAcknowledgement.typeURL: try MsgAcknowledgement(reading: any.value).wrapped
        case MsgCreateClient.typeURL: try MsgCreateClient(reading: any.value).wrapped
        case MsgUpdateClient.typeURL: try MsgUpdateClient(reading: any.value).wrapped
        case MsgRecoverClient.typeURL: try MsgRecoverClient(reading: any.value).wrapped
        case MsgRegisterCounterparty.typeURL:
            try MsgRegisterCounterparty(reading: any.value).wrapped
        case MsgUpdateClientConfig.typeURL: try MsgUpdateClientConfig(reading: any.value).wrapped
        case MsgSend.typeURL: try MsgSend(reading: any.value).wrapped
        default: any
        }
    }

    /// "295stake" as a coin.
    private func fee(_ text: String) -> [Coin] {
        let digits = text.prefix { $0.isNumber }
        guard !digits.isEmpty else { return [] }
        return [
            Coin(
                denomination: WireText(String(text.dropFirst(digits.count))),
                amount: WireText(String(digits)))
        ]
    }
}
