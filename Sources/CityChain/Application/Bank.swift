// SPDX-License-Identifier: Apache-2.0

import LightClient

/// Balances of the fee coin, in store `bank` under cosmos-sdk's key.
enum Bank {
    static let denomination = "stake"
    /// Where fees go: the SDK's module account "fee_collector".
    static let feeCollector = Array(SHA256.hash(Array("fee_collector".utf8)).bytes.prefix(20))

    static func balance(
        of address: [UInt8], in context: ExecutionContext
    ) -> UInt64 {
        context.get(StoreName.bank, key(address)).flatMap(amount) ?? 0
    }

    static func balance(of address: [UInt8], in store: some StoreReader) -> UInt64 {
        store.get(StoreName.bank, key(address)).flatMap(amount) ?? 0
    }

    static func setBalance(
        of address: [UInt8], _ amount: UInt64, in context: ExecutionContext
    ) {
        if amount == 0 { return context.delete(StoreName.bank, key(address)) }
        context.set(StoreName.bank, key(address), Array("\(amount)".utf8))
    }

    /// Moves coins with the three events of a transfer. Addresses are given raw and as text.
    static func transfer(
        _ coins: UInt64, from sender: AccountAddress, to receiver: AccountAddress,
        in context: ExecutionContext
    ) throws(ExecutionError) {
        let balance = balance(of: sender.bytes, in: context)
        guard balance >= coins else {
            throw .insufficientFunds(
                "spendable balance \(balance)\(denomination) is smaller than "
                    + "\(coins)\(denomination)")
        }
        setBalance(of: sender.bytes, balance - coins, in: context)
        let held = Bank.balance(of: receiver.bytes, in: context)
        let (sum, overflow) = held.addingReportingOverflow(coins)
        guard !overflow else { throw .invalidCoins("balance overflows") }
        setBalance(of: receiver.bytes, sum, in: context)
        let amount = "\(coins)\(denomination)"
        context.emit("coin_spent", ("spender", sender.text), ("amount", amount))
        context.emit("coin_received", ("receiver", receiver.text), ("amount", amount))
        context.emit(
            "transfer", ("recipient", receiver.text), ("sender", sender.text), ("amount", amount))
        context.emit("message", ("sender", sender.text))
    }

    private static func key(_ address: [UInt8]) -> [UInt8] {
        [0x02, UInt8(truncatingIfNeeded: address.count)] + address + Array(denomination.utf8)
    }

    private static func amount(_ bytes: [UInt8]) -> UInt64? {
        UInt64(String(decoding: bytes, as: UTF8.self))
    }
}
