// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayStore
import RelayTransport
import Synchronization

/// Receipts that we owe other cities for entries of their access logs: sent at once, and again
/// until a relay has taken them. In memory: what a restart loses the other city lists as without a
/// receipt.
final class ReceiptBox: Sendable {
    /// Receipts that wait for one city. Beyond it the oldest are let go: that city's relay has been
    /// away for thousands of answers of its own.
    static let maxWaiting = 4_096

    private struct Waiting {
        var receipts: [EntryReceipt] = []
        var isUnderWay = false
    }

    private let key: SigningKey
    private let peer: @Sendable (MemberID) -> DisclosureAsker.PeerLink?
    private let waiting = Mutex<[MemberID: Waiting]>([:])

    init(
        key: SigningKey, peer: @escaping @Sendable (MemberID) -> DisclosureAsker.PeerLink?
    ) {
        self.key = key
        self.peer = peer
    }

    /// Owes a receipt for an entry that was verified.
    func add(_ entry: [UInt8], at sequence: UInt64, of provider: MemberID) {
        let receipt = AccessReceipt(for: BinaryMerkle.leafHash(entry), signedBy: key)
        waiting.withLock { waiting in
            waiting[provider, default: Waiting()].receipts.append(
                EntryReceipt(sequence: sequence, receipt: receipt))
            let count = waiting[provider]?.receipts.count ?? 0
            waiting[provider]?.receipts.removeFirst(max(0, count - ReceiptBox.maxWaiting))
        }
        send(to: provider)
    }

    /// Tries again where receipts wait.
    func sendAll() {
        let members = waiting.withLock { waiting in
            waiting.filter { !$0.value.receipts.isEmpty }.map(\.key)
        }
        for member in members { send(to: member) }
    }

    private func send(to member: MemberID) {
        guard let link = peer(member) else { return }
        let batch = waiting.withLock { waiting -> [EntryReceipt] in
            guard let state = waiting[member], !state.isUnderWay else { return [] }
            let batch = Array(state.receipts.prefix(ReceiptsRequest.maxReceipts))
            if !batch.isEmpty { waiting[member]?.isUnderWay = true }
            return batch
        }
        guard !batch.isEmpty else { return }
        link.call(.receipts, ReceiptsRequest(receipts: batch).encoded) { [self] result in
            let isTaken = if case .success = result { true } else { false }
            let more = waiting.withLock { waiting -> Bool in
                waiting[member]?.isUnderWay = false
                guard isTaken else { return false }
                let sent = Set(batch)
                waiting[member]?.receipts.removeAll { sent.contains($0) }
                return waiting[member]?.receipts.isEmpty == false
            }
            if more { send(to: member) }
        }
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
