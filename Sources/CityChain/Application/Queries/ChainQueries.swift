// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Accounts, balances and the node's own terms.
enum ChainQueries {
    static var auth: [String: ServiceQueries.Method] {
        [
            "Account": { fields, scene throws(ExecutionError) in
                let text = fields.text(1)
                guard let address = try? AccountAddress(text: text),
                    let account = Accounts.find(address, in: scene.state)
                else { throw .keyNotFound("account \(text.text) not found") }
                var writer = ProtobufWriter()
                writer.message(1, Accounts.wrapped(account))
                return writer.bytes
            },
            "Params": { _, _ throws(ExecutionError) in
                var inner = ProtobufWriter()
                inner.uint64(1, UInt64(TxLimits.maxMemoBytes))
                inner.uint64(2, UInt64(Ante.signatureLimit))
                inner.uint64(3, GasMeter.Cost.transactionPerByte)
                inner.uint64(4, 590)
                inner.uint64(5, GasMeter.Cost.signature)
                var writer = ProtobufWriter()
                writer.alwaysBytes(1, inner.bytes)
                return writer.bytes
            },
            "Bech32Prefix": { _, _ throws(ExecutionError) in
                var writer = ProtobufWriter()
                writer.string(1, AccountAddress.prefix)
                return writer.bytes
            },
        ]
    }

    static var bank: [String: ServiceQueries.Method] {
        [
            "Balance": { fields, scene throws(ExecutionError) in
                guard let address = try? AccountAddress(text: fields.text(1)) else {
                    throw .invalidAddress(fields.text(1).text)
                }
                let denomination = fields.text(2)
                let amount =
                    denomination.text == Bank.denomination
                    ? Bank.balance(of: address.bytes, in: scene.state) : 0
                var writer = ProtobufWriter()
                writer.message(1, Coin(amount, denomination))
                return writer.bytes
            }
        ]
    }

    static var node: [String: ServiceQueries.Method] {
        [
            "Config": { _, _ throws(ExecutionError) in
                var writer = ProtobufWriter()
                writer.string(1, "0.001000000000000000\(Bank.denomination)")
                writer.string(2, "0")
                writer.string(3, "0")
                return writer.bytes
            }
        ]
    }
}
