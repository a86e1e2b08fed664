// SPDX-License-Identifier: Apache-2.0

import Federation
import Glibc
import LightClient
import RelayConnectors

/// Sends letters from one city: signs as one account, keeps its sequence, asks for every outcome.
final class Sender {
    let city: City
    private let node: NodeClient
    private let account: AccountKey
    private var number: UInt64 = 0
    private var sequence: UInt64 = 0

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Gas of one send message, well above what both kinds of chain use.
    private static let gasPerSend: UInt64 = 150_000

    /// The account that signs.
    var address: WireText { account.address }

    init(city: City, role: String, node: NodeClient) throws {
        self.city = city
        self.node = node
        account = try TestKeys.account(role: role, code: city.code)
        try readAccount()
    }

    /// Tries of one transaction while others use the account, which is also the fund centre's and
    /// the licence hall's: a few blocks' time.
    private static let attempts = 20
    /// Messages in one transaction: well below the mempool's limit of bytes.
    private static let lettersPerTransaction = 20

    /// Sends letters and says what must become of each.
    func track(_ letters: [Parcel], to other: City, client: String) throws -> [Tracked] {
        var tracked: [Tracked] = []
        for start in stride(from: 0, to: letters.count, by: Sender.lettersPerTransaction) {
            let part = Array(
                letters[start..<min(start + Sender.lettersPerTransaction, letters.count)])
            let sent = try send(part, client: client)
            for (letter, sequence) in zip(part, sent.sequences) {
                tracked.append(
                    Tracked(
                        from: city, to: other,
                        id: PacketID(direction: .outgoing, client: client, sequence: sequence),
                        expected: letter.expected, fen: letter.fen, sentHeight: sent.height))
            }
        }
        guard tracked.count == letters.count else {
            throw Failure(
                description: "\(city.name) sent \(tracked.count) of \(letters.count) letters")
        }
        return tracked
    }

    /// Sends all letters in one transaction and gives the sequences that their packets got.
    private func send(
        _ letters: [Parcel], client: String
    ) throws -> (height: UInt64, sequences: [UInt64]) {
        let messages = letters.map { letter in
            MsgSendPacket(
                sourceClient: WireText(client), timeoutSeconds: letter.timeoutSeconds,
                payloads: [letter.payload], signer: account.address
            ).wrapped
        }
        let included = try submit(messages)
        guard included.tx_result.code == 0 else {
            throw Failure(
                description: "\(city.name): send failed: \(included.tx_result.codespace) "
                    + "\(included.tx_result.code) \(included.tx_result.log)")
        }
        let sequences = (included.tx_result.events ?? []).compactMap { event in
            event.type == "send_packet"
                ? event.attributes.first { $0.key == "packet_sequence" }?.value.flatMap {
                    UInt64($0)
                }
                : nil
        }
        return (UInt64(clamping: included.height.value), sequences)
    }

    /// Includes messages in one transaction and gives its outcome.
    func submit(_ messages: [ProtobufAny]) throws -> RPCTransaction {
        for _ in 0..<Sender.attempts {
            let gas = 100_000 + Sender.gasPerSend * UInt64(messages.count)
            let terms = TransactionTerms(
                chainID: WireText(city.chainID), accountNumber: number, sequence: sequence,
                gasLimit: gas, fee: [Coin(gas / 1000 + 1, "stake")],
                timeoutHeight: try node.height() + 20)
            let signed = SignedTransaction(messages, terms, by: account)
            let answer = try node.call(
                RPCCall("broadcast_tx_sync", [("tx", Base64.encode(signed.bytes))]),
                as: RPCBroadcast.self)
            if answer.code == 32 {
                usleep(300_000)
                try readAccount()
                continue
            }
            guard answer.code == 0 else {
                throw Failure(
                    description:
                        "\(city.name): refused: \(answer.codespace) \(answer.code) \(answer.log)")
            }
            sequence += 1
            return try outcome(of: signed.hash.bytes)
        }
        throw Failure(description: "\(city.name): the account's sequence does not settle")
    }

    private func outcome(of hash: [UInt8]) throws -> RPCTransaction {
        let call = RPCCall("tx", [("hash", Base64.encode(hash))], flags: [("prove", false)])
        for _ in 0..<400 {
            if let found = try? node.call(call, as: RPCTransaction.self) { return found }
            usleep(50_000)
        }
        throw Failure(description: "\(city.name): transaction \(Hex.encode(hash)) is in no block")
    }

    private func readAccount() throws {
        var request = ProtobufWriter()
        request.string(1, account.address.description)
        let answer = try node.query("/cosmos.auth.v1beta1.Query/Account", request.bytes)
        var reader = ProtobufReader(answer)
        while let field = try reader.next() {
            guard field.number == 1 else {
                try reader.skip(field)
                continue
            }
            let base = try BaseAccount(
                reading: try ProtobufAny(reading: try reader.bytes(field)).value)
            number = base.accountNumber
            sequence = base.sequence
        }
    }
}
