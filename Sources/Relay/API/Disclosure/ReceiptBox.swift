// SPDX-License-Identifier: Apache-2.0

package import Federation
package import LightClient
import RelayStore
import RelayTransport
import Synchronization

/// Receipts that we owe other cities for entries of their access logs: kept in `access.db` before
/// the answer is used, sent at once, and again until a relay has taken them.
package final class ReceiptBox: Sendable {
    /// One call to a member's relay; false: there is no way to it now, and nothing is completed.
    package typealias Call =
        @Sendable (
            MemberID, ReceiptsRequest, _ then: @escaping @Sendable (_ isTaken: Bool) -> Void
        ) -> Bool

    /// Receipts that wait for one city. Beyond it the oldest are let go: that city's relay has been
    /// away for thousands of answers of its own.
    package static let maxWaiting = 4_096

    private struct Waiting {
        var receipts: [OwedReceipt] = []
        var isUnderWay = false
    }

    private let key: SigningKey
    private let ledger: AccessLedger
    private let call: Call
    private let waiting: Mutex<[MemberID: Waiting]>

    /// With what was owed when the relay stopped last.
    package init(key: SigningKey, ledger: AccessLedger, call: @escaping Call) throws {
        self.key = key
        self.ledger = ledger
        self.call = call
        var kept: [MemberID: Waiting] = [:]
        for owed in try ledger.owedReceipts() {
            kept[owed.provider, default: Waiting()].receipts.append(owed)
        }
        waiting = Mutex(kept)
    }

    /// Owes a receipt for an entry that was verified. Completes once that is on the disk; where the
    /// disk takes nothing, it is owed for as long as this process lives.
    package func add(
        _ entry: [UInt8], at sequence: UInt64, of provider: MemberID,
        then: @escaping @Sendable () -> Void
    ) {
        let receipt = AccessReceipt(for: BinaryMerkle.leafHash(entry), signedBy: key)
        let owed = OwedReceipt(
            provider: provider, receipt: EntryReceipt(sequence: sequence, receipt: receipt))
        let isTaken = ledger.submit { [self] _ in
            LedgerTurn([.owe(owed)]) { [self] _ in
                take(owed)
                then()
            }
        }
        guard !isTaken else { return }
        take(owed)
        then()
    }

    /// Tries again where receipts wait.
    package func sendAll() {
        let members = waiting.withLock { waiting in
            waiting.filter { !$0.value.receipts.isEmpty }.map(\.key)
        }
        for member in members { send(to: member) }
    }

    private func take(_ owed: OwedReceipt) {
        let dropped = waiting.withLock { waiting -> [OwedReceipt] in
            waiting[owed.provider, default: Waiting()].receipts.append(owed)
            let count = waiting[owed.provider]?.receipts.count ?? 0
            guard count > ReceiptBox.maxWaiting, let all = waiting[owed.provider]?.receipts
            else { return [] }
            let dropped = Array(all.prefix(count - ReceiptBox.maxWaiting))
            waiting[owed.provider]?.receipts.removeFirst(dropped.count)
            return dropped
        }
        settle(dropped)
        send(to: owed.provider)
    }

    /// What is not forgotten now is sent once more after the next start, and does no harm.
    private func settle(_ receipts: [OwedReceipt]) {
        guard !receipts.isEmpty else { return }
        _ = ledger.submit { _ in LedgerTurn([.settle(receipts)]) { _ in } }
    }

    private func send(to member: MemberID) {
        let batch = waiting.withLock { waiting -> [OwedReceipt] in
            guard let state = waiting[member], !state.isUnderWay else { return [] }
            let batch = Array(state.receipts.prefix(ReceiptsRequest.maxReceipts))
            if !batch.isEmpty { waiting[member]?.isUnderWay = true }
            return batch
        }
        guard !batch.isEmpty else { return }
        let isSent = call(member, ReceiptsRequest(receipts: batch.map(\.receipt))) {
            [self] isTaken in
            let more = waiting.withLock { waiting -> Bool in
                waiting[member]?.isUnderWay = false
                guard isTaken else { return false }
                let sent = Set(batch)
                waiting[member]?.receipts.removeAll { sent.contains($0) }
                return waiting[member]?.receipts.isEmpty == false
            }
            if isTaken { settle(batch) }
            if more { send(to: member) }
        }
        if !isSent { waiting.withLock { $0[member]?.isUnderWay = false } }
    }
}

extension DisclosureService {
    /// Keeps an asker's receipts beside the entries that they are for: with one neither side can
    /// deny what left.
    func take(
        _ request: ReceiptsRequest, from peer: MemberID, keys: [PublicKey],
        then: @escaping Completion
    ) {
        let busy: @Sendable () -> Void = {
            then(
                .failure(
                    .tryAgain(
                        inMilliseconds: PeerService.busyMilliseconds, "this relay is busy")))
        }
        let isTaken = verifiers.run { [self] state in
            let signed = request.receipts.filter {
                $0.receipt.isValid(keys: keys, &state.signatures)
            }
            let isQueued = ledger.submit { desk in
                var changes: [AccessChange] = []
                for item in signed {
                    guard let place = try? desk.place(item.sequence),
                        place.leafHash == item.receipt.leafHash,
                        place.requester == peer.description
                    else { continue }
                    changes.append(
                        .receipt(sequence: item.sequence, signature: item.receipt.signature))
                }
                let answer = ReceiptsResponse(taken: UInt32(changes.count)).encoded
                guard !changes.isEmpty else {
                    then(.success(answer))
                    return nil
                }
                return LedgerTurn(changes) { result in
                    if case .success = result { then(.success(answer)) } else { busy() }
                }
            }
            if !isQueued { busy() }
        }
        if !isTaken { busy() }
    }
}
