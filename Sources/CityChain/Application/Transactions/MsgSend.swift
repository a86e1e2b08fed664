// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient

/// A transfer of the fee coin (cosmos.bank.v1beta1.MsgSend).
package struct MsgSend: Hashable, Sendable {
    package var from: WireText
    package var to: WireText
    package var amount: [Coin]

    package init(from: WireText, to: WireText, amount: [Coin]) {
        self.from = from
        self.to = to
        self.amount = amount
    }
}

extension MsgSend: ChainMessage {
    package static let typeURL = "/cosmos.bank.v1beta1.MsgSend"

    package var signer: WireText { from }

    package func validate(prefix: String) throws(PacketFault) {
        for address in [from, to] {
            do throws(Bech32Fault) {
                _ = try Bech32.address(address, prefix: prefix)
            } catch {
                throw .signer(error)
            }
        }
    }
}

extension MsgSend: ProtobufMessage {
    package init() { self.init(from: "", to: "", amount: []) }

    package mutating func read(
        _ field: ProtobufField, from reader: inout ProtobufReader
    ) throws(WireError) {
        switch field.number {
        case 1: from = WireText(bytes: try reader.bytes(field))
        case 2: to = WireText(bytes: try reader.bytes(field))
        case 3:
            guard amount.count < TxLimits.maxCoins else {
                throw .tooLarge("coins", limit: TxLimits.maxCoins)
            }
            var coin = Coin()
            try reader.merge(field, into: &coin)
            amount.append(coin)
        default: try reader.skip(field)
        }
    }

    package func write(to writer: inout ProtobufWriter) {
        writer.bytes(1, from.bytes)
        writer.bytes(2, to.bytes)
        writer.messages(3, amount)
    }
}
