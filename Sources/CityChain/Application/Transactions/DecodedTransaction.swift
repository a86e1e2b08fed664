// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

/// A transaction as the ante and the handlers see it.
package struct DecodedTransaction: Hashable, Sendable {
    package let byteCount: Int
    package let raw: TxRaw
    package let body: TxBody
    package let auth: AuthInfo
    package let messages: [CityMessage]

    /// Refuses what is not in canonical order, and fields that nobody knows (ADR-027).
    package init(_ bytes: [UInt8]) throws(ExecutionError) {
        byteCount = bytes.count
        do throws(WireError) {
            raw = try TxRaw(reading: bytes)
            guard raw.encoded == bytes else { throw .malformed("TxRaw is not canonical") }
            body = try TxBody(reading: raw.bodyBytes)
            try DecodedTransaction.checkFields(raw.bodyBytes, known: [1, 2, 3, 4, 5, 1023, 2047])
            auth = try AuthInfo(reading: raw.authInfoBytes)
            try DecodedTransaction.checkFields(raw.authInfoBytes, known: [1, 2, 3])
        } catch {
            throw .transactionParse("\(error)")
        }
        var messages: [CityMessage] = []
        for any in body.messages { messages.append(try CityMessage(any)) }
        self.messages = messages
    }

    /// Unknown fields are refused unless bit 11 of their number says that they do not matter.
    private static func checkFields(
        _ bytes: [UInt8], known: Set<Int32>
    ) throws(WireError) {
        var reader = ProtobufReader(bytes)
        while let field = try reader.next() {
            guard known.contains(field.number) || field.number & 0x400 != 0 else {
                throw .malformed("unknown field \(field.number)")
            }
            try reader.skip(field)
        }
    }

    package var gasLimit: UInt64 { auth.fee?.gasLimit ?? 0 }

    /// The accounts that must have signed, in the order of the messages, each once.
    package func accounts() throws(ExecutionError) -> [AccountAddress] {
        var list: [AccountAddress] = []
        for message in messages {
            let address: AccountAddress
            do throws(Bech32Fault) {
                address = try AccountAddress(text: message.signer)
            } catch {
                throw .invalidAddress("\(message.signer.text): \(error)")
            }
            if !list.contains(address) { list.append(address) }
        }
        return list
    }

    /// The fee in the one coin there is; nil when it holds any other.
    package var feeAmount: UInt64? {
        guard let coins = auth.fee?.amount, let coin = coins.first else { return 0 }
        guard coins.count == 1, coin.denomination.text == Bank.denomination else { return nil }
        return UInt64(coin.amount.text)
    }

    package var feeText: String {
        (auth.fee?.amount ?? []).map { "\($0.amount.text)\($0.denomination.text)" }
            .joined(separator: ",")
    }
}
