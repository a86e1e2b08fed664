// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient

/// Brings the office's changes to the chain: signed transactions of the office's own account, one
/// at a time.
final class OfficeWriter {
    /// Records in one transaction: about 20 KB.
    private static let batch = 128
    /// Blocks that a transaction has to get into one.
    private static let patience: UInt64 = 5
    /// Gas of a transaction, and of each record in it: four times what was measured.
    private static let gas: (base: UInt64, entry: UInt64) = (200_000, 40_000)

    private let office: RecordOffice
    private let chain: Chain
    private let chainID: String
    private let account: AccountKey
    /// The height up to which a transaction may still get in.
    private var waitsUntil: UInt64 = 0
    private var waitsFor: Digest?

    init(_ office: RecordOffice, _ chain: Chain, chainID: String, code: String) throws {
        self.office = office
        self.chain = chain
        self.chainID = chainID
        account = AccountKey(
            try DeterministicKeys.account(role: RecordRegister.role, code: code),
            prefix: AccountAddress.prefix)
        office.committed = { [unowned chain] index in OfficeWriter.state(index, on: chain) }
        office.look = { [unowned chain] store, key in
            chain.query(ApplicationQuery(path: "/store/\(store)/key", data: key)).value
        }
        office.list = { [unowned chain] store, prefix in
            OfficeWriter.pairs(
                chain.query(ApplicationQuery(path: "/store/\(store)/subspace", data: prefix))
                    .value ?? [])
        }
    }

    /// Offers what the chain lacks, unless a transaction is still on its way. Call it once a block.
    func settle() throws {
        if let hash = waitsFor {
            guard chain.transaction(hash: hash) != nil || chain.latestHeight > waitsUntil else {
                return
            }
            waitsFor = nil
        }
        let entries = try office.takeUnsettled(limit: OfficeWriter.batch)
        guard !entries.isEmpty, let base = baseAccount else { return }
        let gas = OfficeWriter.gas.base + OfficeWriter.gas.entry * UInt64(entries.count)
        waitsUntil = chain.latestHeight + OfficeWriter.patience
        let terms = TransactionTerms(
            chainID: WireText(chainID), accountNumber: base.accountNumber,
            sequence: base.sequence, gasLimit: gas,
            fee: [Coin((gas + 999) / 1_000, "stake")], timeoutHeight: waitsUntil)
        let message = MsgPutRecords(signer: account.address, entries: entries)
        let transaction = SignedTransaction([message.wrapped], terms, by: account)
        _ = try chain.submit(transaction.bytes)
        waitsFor = transaction.hash
    }

    private var baseAccount: BaseAccount? {
        let key = [0x01] + account.key.publicKey.address
        let answer = chain.query(
            ApplicationQuery(path: "/store/\(StoreName.accounts)/key", data: key))
        guard let any = answer.value.flatMap({ try? ProtobufAny(reading: $0) }) else { return nil }
        return try? BaseAccount(reading: any.value)
    }

    /// The pairs of a subspace's answer; those that are not in form are left out.
    private static func pairs(_ answer: [UInt8]) -> [StorePair] {
        var reader = ProtobufReader(answer)
        var pairs: [StorePair] = []
        do throws(WireError) {
            while let field = try reader.next() {
                var inner = ProtobufReader(try reader.bytes(field))
                var (key, value): ([UInt8], [UInt8]) = ([], [])
                while let part = try inner.next() {
                    if part.number == 1 { key = try inner.bytes(part) }
                    if part.number == 2 { value = try inner.bytes(part) }
                }
                pairs.append(StorePair(key: key, value: value))
            }
        } catch {
            return pairs
        }
        return pairs
    }

    private static func state(_ index: RecordIndex, on chain: Chain) -> RecordState? {
        let answer = chain.query(
            ApplicationQuery(path: "/store/\(StoreName.records)/key", data: index.stateKey))
        return answer.value.flatMap { try? RecordState(stored: $0) }
    }
}
