// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient

/// Housing provident fund: a transfer letter locks its amount on the sending city's account,
/// credits the account of the same name in the receiving city, and is settled or refunded by its
/// outcome. Accounts are named by blind references, 32 bytes in hexadecimal; whose they are, the
/// centres know. A record with any other member is refused: nothing in clear gets onto a chain.
///
/// Invariant on each chain: opened + received = balances + locked + settled.
package struct ProvidentFund: RecordBook {
    package let port = StoreName.providentFund

    /// The four sums that the invariant is made of.
    package enum Total: String, CaseIterable, Sendable {
        /// Balances at genesis.
        case opened
        /// Credited by letters from other cities.
        case received
        /// Locked for letters under way.
        case locked
        /// Gone to other cities for good.
        case settled
    }

    package init() {}

    package func send(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError) {
        guard let transfer = try Transfer(record) else { return }
        let balance = ProvidentFund.balance(transfer.account, in: context)
        guard let balance else { throw .refusedRecord("no such account") }
        guard let rest = balance.subtracting(transfer.amount) else {
            throw .refusedRecord(
                "balance \(balance.yuan) is smaller than \(transfer.amount.yuan)")
        }
        setBalance(transfer.account, rest, in: context)
        try add(transfer.amount, to: .locked, in: context)
        context.set(port, lockKey(payload), transfer.stored)
    }

    package func receive(
        _ record: JSONValue, _ payload: CityPayload, in context: ExecutionContext
    ) throws(ExecutionError) {
        guard let transfer = try Transfer(record) else { return }
        let balance = ProvidentFund.balance(transfer.account, in: context) ?? .zero
        guard let sum = balance.adding(transfer.amount) else {
            throw .refusedRecord("the balance would exceed its column")
        }
        setBalance(transfer.account, sum, in: context)
        try add(transfer.amount, to: .received, in: context)
    }

    package func finish(
        _ payload: CityPayload, _ outcome: PacketOutcome, in context: ExecutionContext
    ) throws(ExecutionError) {
        guard let stored = context.get(port, lockKey(payload)) else { return }
        guard let transfer = Transfer(stored: stored) else {
            throw .refusedRecord("lock of letter \(payload.sequence) is unreadable")
        }
        context.delete(port, lockKey(payload))
        let locked = total(.locked, in: context)
        guard let rest = locked.subtracting(transfer.amount) else {
            throw .refusedRecord("less is locked than letter \(payload.sequence) holds")
        }
        setTotal(.locked, rest, in: context)
        if case .acknowledged = outcome {
            return try add(transfer.amount, to: .settled, in: context)
        }
        let balance = ProvidentFund.balance(transfer.account, in: context) ?? .zero
        guard let sum = balance.adding(transfer.amount) else {
            throw .refusedRecord("the balance would exceed its column")
        }
        setBalance(transfer.account, sum, in: context)
    }

    package func acknowledgement(_ record: JSONValue, _ payload: CityPayload) -> [UInt8] {
        let value: JSONValue = [
            "result": "accepted", "ConNum": record["ConNum"] ?? "",
            "sha256": .string(SHA256.hash(payload.value).description),
        ]
        return value.encoded
    }

    /// Opens an account at genesis.
    package static func open(
        _ account: String, _ balance: Fen, in context: ExecutionContext
    ) throws(ExecutionError) {
        let fund = ProvidentFund()
        fund.setBalance(account, balance, in: context)
        try fund.add(balance, to: .opened, in: context)
    }

    // MARK: keys and values

    package static func accountKey(_ account: String) -> [UInt8] {
        Array("account/\(account)".utf8)
    }

    package static func totalKey(_ total: Total) -> [UInt8] {
        Array("total/\(total.rawValue)".utf8)
    }

    package static func amount(_ value: [UInt8]?) -> Fen? {
        value.flatMap { UInt64(String(decoding: $0, as: UTF8.self)) }.flatMap { Fen($0) }
    }

    private static func balance(_ account: String, in context: ExecutionContext) -> Fen? {
        amount(context.get(StoreName.providentFund, accountKey(account)))
    }

    private func setBalance(
        _ account: String, _ balance: Fen, in context: ExecutionContext
    ) {
        context.set(port, ProvidentFund.accountKey(account), Array("\(balance.count)".utf8))
    }

    private func total(_ total: Total, in context: ExecutionContext) -> Fen {
        ProvidentFund.amount(context.get(port, ProvidentFund.totalKey(total))) ?? .zero
    }

    private func setTotal(_ total: Total, _ amount: Fen, in context: ExecutionContext) {
        context.set(port, ProvidentFund.totalKey(total), Array("\(amount.count)".utf8))
    }

    private func add(
        _ amount: Fen, to total: Total, in context: ExecutionContext
    ) throws(ExecutionError) {
        guard let sum = self.total(total, in: context).adding(amount) else {
            throw .refusedRecord("sum \(total.rawValue) would exceed its column")
        }
        setTotal(total, sum, in: context)
    }

    private func lockKey(_ payload: CityPayload) -> [UInt8] {
        Array("locked/\(payload.client)/\(payload.sequence)".utf8)
    }
}

/// The money in a letter: on which account, and how much.
private struct Transfer {
    /// Hexadecimal digits of an account's blind reference: 32 bytes.
    private static let referenceCount = 64
    /// What a letter may say in clear.
    private static let names: Set<String> = [
        "TxCode", "TxFunc", "ConNum", "TranOutUnitNo", "account", "TranAmt", "OrAcctAmt",
        "Yinter", "GenDate", "kind", "rig_reply",
    ]

    let account: String
    let amount: Fen

    /// Nil for a letter that moves no money: one without an amount.
    init?(_ record: JSONValue) throws(ExecutionError) {
        guard case .object(let members) = record else { return nil }
        for member in members where !Transfer.names.contains(member.name) {
            throw .refusedRecord("a member that a letter does not say in clear")
        }
        guard let field = record["TranAmt"] else { return nil }
        guard let text = field.string, let amount = Fen(yuan: text) else {
            throw .refusedRecord("TranAmt is no amount with two places")
        }
        guard let account = record["account"]?.string,
            account.utf8.count == Transfer.referenceCount, Hex.decode(account) != nil
        else { throw .refusedRecord("account is no blind reference") }
        if let parts = try Transfer.parts(record), parts != amount {
            throw .refusedRecord("TranAmt is not OrAcctAmt + Yinter")
        }
        self.account = account
        self.amount = amount
    }

    /// OrAcctAmt + Yinter, where the letter tells both.
    private static func parts(_ record: JSONValue) throws(ExecutionError) -> Fen? {
        guard let account = record["OrAcctAmt"], let interest = record["Yinter"] else { return nil }
        guard let principal = account.string.flatMap({ Fen(yuan: $0) }),
            let yield = interest.string.flatMap({ Fen(yuan: $0) }),
            let sum = principal.adding(yield)
        else { throw .refusedRecord("OrAcctAmt or Yinter is no amount with two places") }
        return sum
    }

    var stored: [UInt8] { Array("\(account)/\(amount.count)".utf8) }

    init?(stored: [UInt8]) {
        let parts = String(decoding: stored, as: UTF8.self).split(separator: "/")
        guard parts.count == 2, let count = UInt64(parts[1]), let amount = Fen(count) else {
            return nil
        }
        account = String(parts[0])
        self.amount = amount
    }
}
