// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import TestSupport
import Testing

/// specs/cometbft-ibc.md T1; specs/building-cometbft.md W13 and W14.
@Suite struct TransactionVectorTests {
    private func account(_ text: String) throws -> AccountKey {
        let scalar = SHA256.hash(Array(text.utf8)).bytes
        return AccountKey(try SigningKey.secp256k1(scalar: scalar), prefix: "cosmos")
    }

    @Test func `T1: address, document, signature and hash of a receive`() throws {
        let relayer = try account("relayer")
        #expect(
            Hex.encode(relayer.key.publicKey.bytes)
                == "03e797c76eef89facf105ff59c17992b185f8ff91574dd57755327a8684d7c86af")
        #expect(relayer.address.text == "cosmos1jmd0fc5w3ms5en7kpqeqfcn3vslwf67v28z6kf")
        let message = MsgRecvPacket(
            packet: PacketSample.p1, proofCommitment: Array("proof".utf8),
            proofHeight: Height(revision: 1, height: 38), signer: relayer.address)
        let terms = TransactionTerms(
            chainID: "fed-test-1", accountNumber: 9, sequence: 3, gasLimit: 200_000,
            fee: [Coin(5_000, "stake")], timeoutHeight: 0)
        let transaction = SignedTransaction([message.wrapped], terms, by: relayer)
        #expect(
            Hex.encode(transaction.signDoc.authInfoBytes)
                == "0a500a460a1f2f636f736d6f732e63727970746f2e736563703235366b312e50"
                + "75624b657912230a"
                + "2103e797c76eef89facf105ff59c17992b185f8ff91574dd57755327a8684d7c86af12040a020801"
                + "180312130a0d0a057374616b6512043530303010c09a0c")
        #expect(
            SHA256.hash(transaction.signDoc.encoded).description
                == "5aa33b6276b91a0da5160fae8f0d4c751120289f0e81e136dd13da89e4d1bf84")
        #expect(
            Hex.encode(transaction.signature)
                == "b221476730747abd75e30aa7b06b63dcc79e8c923657b53ce75ab795152b3e26"
                + "23fb036a77abcc31"
                + "95f8cbfb09341429eaff26d74e4d2258682f95fd0ee391eb")
        #expect(
            transaction.hash.description.uppercased()
                == "416C01F9AE73041199CC3114FD8FBD37B0F5359737E5D84D826D9947C6DCC056")
    }

    @Test func `W13: the registration of a counterparty on a real chain`() throws {
        let operatorKey = try account("cityrelay test key operator/330100")
        let message = MsgRegisterCounterparty(
            clientID: "07-tendermint-0",
            counterpartyMerklePrefix: MerklePrefix.cosmosSDK.elements,
            counterpartyClientID: "07-tendermint-0", signer: operatorKey.address)
        let terms = TransactionTerms(
            chainID: "hangzhou-330100-1", accountNumber: 0, sequence: 1, gasLimit: 81_373,
            fee: [Coin(163, "stake")], timeoutHeight: 0)
        let transaction = SignedTransaction([message.wrapped], terms, by: operatorKey)
        #expect(transaction.signDoc.bodyBytes.count == 138)
        #expect(
            Hex.encode(transaction.signDoc.bodyBytes)
                == "0a87010a2b2f6962632e636f72652e636c69656e742e76322e4d736752656769"
                + "73746572436f756e"
                + "746572706172747912580a0f30372d74656e6465726d696e742d30120369626312001a0f30372d74"
                + "656e6465726d696e742d30222d636f736d6f7331336c3676706b6d3671337570787a326e6e306c6e"
                + "376b37326e33377064336e38307465716765")
        #expect(transaction.signDoc.authInfoBytes.count == 102)
        #expect(transaction.signDoc.encoded.count == 264)
        #expect(
            SHA256.hash(transaction.signDoc.encoded).description
                == "968ba408ee33f325c9bcb9ef20593128b3e8fc5b090cf6d50d7181b0fcc767fc")
        #expect(transaction.bytes.count == 311)
        #expect(
            transaction.hash.description.uppercased()
                == "DF22DADC363914F7527E926C032DD5DE80AC17E7E6644FB7B326EFC295EE1BC1")
    }

    @Test func `W14: the answers of an update, a no-op and a receive`() throws {
        let bytes = try #require(
            Hex.decode(
                "122d0a2b2f6962632e636f72652e636c69656e742e76312e4d73675570646174"
                    + "65436c69656e74526573"
                    + "706f6e736512300a2a2f6962632e636f72652e6368616e6e656c2e76322e4d73675265637650"
                    + "61636b6574526573706f6e73651202080112300a2a2f6962632e636f72652e6368616e6e656c"
                    + "2e76322e4d7367526563765061636b6574526573706f6e736512020802"))
        func received(_ result: HandlerResult) -> ProtobufAny {
            ProtobufAny(
                typeURL: WireText(MsgRecvPacket.responseTypeURL),
                value: PacketMessageResponse(result: result).encoded)
        }
        let data = TxMsgData(messageResponses: [
            ProtobufAny(typeURL: WireText(MsgUpdateClient.responseTypeURL), value: []),
            received(.noop), received(.success),
        ])
        #expect(data.encoded == bytes)
        #expect(try TxMsgData(reading: bytes) == data)
        let results = data.messageResponses.dropFirst().map {
            try? PacketMessageResponse(reading: $0.value).result
        }
        #expect(results == [.noop, .success])
    }

    @Test func `a transaction is decoded to what it was made of`() throws {
        let relayer = try account("relayer")
        let message = MsgTimeout(
            packet: PacketSample.p1, proofUnreceived: [1], proofHeight: .zero,
            signer: relayer.address)
        let terms = TransactionTerms(
            chainID: "fed-test-1", accountNumber: 0, sequence: 0, gasLimit: 0, fee: [],
            timeoutHeight: 77)
        let transaction = SignedTransaction([message.wrapped], terms, by: relayer)
        let decoded = try DecodedTransaction(transaction.bytes)
        #expect(decoded.body.timeoutHeight == 77)
        #expect(decoded.body.messages == [message.wrapped])
        #expect(decoded.hash == transaction.hash)
        let signer = try #require(decoded.authInfo.signerInfos.first)
        #expect(signer.modeInfo == .direct)
        #expect(signer.publicKey.flatMap(AccountKey.unwrapped) == relayer.key.publicKey)
        #expect(decoded.raw.signatures == [transaction.signature])
    }

    @Test func `an unsigned transaction for Simulate has one empty signature`() throws {
        let relayer = try account("relayer")
        let terms = TransactionTerms(
            chainID: "fed-test-1", accountNumber: 1, sequence: 2, gasLimit: 3, fee: [],
            timeoutHeight: 0)
        let bytes = SignedTransaction.unsigned(
            [MsgSend(fromAddress: relayer.address, toAddress: relayer.address, amount: []).wrapped],
            terms, publicKey: relayer.publicKey)
        let decoded = try DecodedTransaction(bytes)
        #expect(decoded.raw.signatures == [[]])
        #expect(decoded.authInfo.signerInfos.first?.sequence == 2)
    }

    @Test func `an account that never signed has no key and starts at zero`() throws {
        let bytes = try #require(Hex.decode("0a03" + Hex.encode("abc".utf8) + "1801"))
        let account = try BaseAccount(reading: bytes)
        #expect(account.address == "abc")
        #expect(account.publicKey == nil)
        #expect(account.accountNumber == 1)
        #expect(account.sequence == 0)
        #expect(account.encoded == bytes)
    }

    @Test func `gas estimates follow the measured figures`() {
        var estimate = GasEstimate()
        #expect(estimate.gas == 60_000)
        estimate.addUpdate(headerBytes: 1_000)
        estimate.addReceive(PacketSample.p1)
        estimate.addAcknowledgement(PacketSample.p1)
        let value = UInt64(PacketSample.p1Value.count)
        #expect(
            estimate.gas == 60_000 + 70_000 + 45_000 + 45 * value + 40_000 + 10 * value)
        #expect(GasEstimate.fee(gas: 81_373, price: 2_000_000, scale: 1_000_000_000) == 163)
        #expect(GasEstimate.fee(gas: .max, price: .max, scale: 1) == nil)
        #expect(GasEstimate.fee(gas: 1, price: 1, scale: 0) == nil)
        #expect(GasEstimate.fee(gas: 10, price: 1, scale: 5) == 2)
    }
}
