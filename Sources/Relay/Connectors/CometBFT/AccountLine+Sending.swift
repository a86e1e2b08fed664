// SPDX-License-Identifier: Apache-2.0

import LightClient
package import RelayEngine
import RelayTransport

/// A transaction of an account that is not the relay's own, found in a block.
package struct SentTransaction: Hashable, Sendable {
    package let hash: [UInt8]
    package let height: UInt64
    /// Sequences of the packets that it sent, in the order of its messages.
    package let packets: [UInt64]
}

/// Why a transaction of such an account did nothing.
package enum SendFailure: Error, Hashable, Sendable {
    /// The chain judged and refused: the same again would be refused again.
    case refused(TransactionResult)
    /// Nothing was changed; it may be tried again.
    case unavailable(String)
    /// The nodes did not tell what became of it: look at the chain before it is said again.
    case unknown(String)
}

extension AccountLine {
    package typealias Sent = @Sendable (Result<SentTransaction, SendFailure>) -> Void

    /// Sends packets, all or none, and waits until a block has them or none can. For callers that
    /// keep no outbox: what is under way when the relay stops is looked up on the chain. Any
    /// thread; answers on the loop.
    package func send(_ words: [Word], then: @escaping Sent) {
        turn { [self] turn in
            guard let turn else {
                return then(
                    .failure(.unavailable("too many transactions of this account wait")))
            }
            AccountSending(line: self, words: words, turn: turn, then: then).prepare()
        }
    }

    /// Height of the newest block that our node has.
    func tip(then: @escaping (UInt64?) -> Void) {
        rpc.call(RPCCall("status"), as: RPCStatus.self) { answer in
            let height = try? answer.get().sync_info.latest_block_height.value
            then(height.flatMap { $0 > 0 ? UInt64($0) : nil })
        }
    }
}

/// One transaction from its making to its block. On the line's loop alone.
private struct AccountSending: Sendable {
    let line: AccountLine
    let words: [AccountLine.Word]
    let turn: AccountTurn
    let then: AccountLine.Sent
    /// Tries that failed for what says nothing of the words, and how often gas was the cause.
    var attempts = 0
    var raises = 0

    /// Tries whose sequence somebody outside of this relay used first, or whose gas was too little.
    static let maxAttempts = 5
    /// Milliseconds between tries, and between looks for the block that holds it.
    static let lookMilliseconds = 250
    /// Looks that bring nothing before the same bytes are broadcast again: a node may have lost
    /// them.
    static let looksBeforeRepeat = 20

    func prepare() {
        line.tip { tip in
            guard let tip else {
                return end(.failure(.unavailable("no block of our chain is known yet")))
            }
            line.prepare(words, tip: tip, raises: raises) { prepared in
                switch prepared {
                case .failed(let failure): end(.failure(.unavailable(failure.detail)))
                case .refused(let result): refused(result)
                case .ready(let bytes, let hash, let lastHeight):
                    broadcast(bytes, Place(hash: hash, lastHeight: lastHeight))
                }
            }
        }
    }

    private struct Place: Sendable {
        let hash: [UInt8]
        let lastHeight: UInt64
    }

    private func broadcast(_ bytes: [UInt8], _ place: Place) {
        line.broadcast(bytes) { answer in
            if case .refused(let result) = answer { return refused(result) }
            // A node that failed may have passed it on all the same.
            look(for: place, bytes, looks: 0)
        }
    }

    private func refused(_ result: TransactionResult) {
        guard result.isPassing, attempts < AccountSending.maxAttempts else {
            return end(.failure(.refused(result)))
        }
        var next = self
        next.attempts += 1
        if result.wantsGas { next.raises += 1 }
        let again = next
        line.loop.schedule(afterMilliseconds: AccountSending.lookMilliseconds) {
            again.prepare()
        }
    }

    private func look(for place: Place, _ bytes: [UInt8], looks: Int) {
        line.tip { tip in
            guard let tip else { return lookLater(place, bytes, looks) }
            line.resolve(hash: place.hash, lastHeight: place.lastHeight, tip: tip) { found in
                switch found {
                case .included(let transaction) where transaction.result.isSuccess:
                    end(
                        .success(
                            SentTransaction(
                                hash: place.hash, height: transaction.height.height,
                                packets: transaction.sentPackets)))
                case .included(let transaction): refused(transaction.result)
                case .absent: end(.failure(.unavailable("no block took it before its end")))
                // An index that lags finds it a little later.
                case .unknown where tip <= place.lastHeight + line.lifetimeBlocks:
                    lookLater(place, bytes, looks)
                case .unknown:
                    end(.failure(.unknown("the nodes' index does not tell of it")))
                }
            }
        }
    }

    private func lookLater(_ place: Place, _ bytes: [UInt8], _ looks: Int) {
        guard !line.isStopped else {
            return end(.failure(.unknown("the relay was stopped meanwhile")))
        }
        line.loop.schedule(afterMilliseconds: AccountSending.lookMilliseconds) {
            guard (looks + 1) % AccountSending.looksBeforeRepeat == 0 else {
                return look(for: place, bytes, looks: looks + 1)
            }
            line.broadcast(bytes) { _ in look(for: place, bytes, looks: looks + 1) }
        }
    }

    private func end(_ result: Result<SentTransaction, SendFailure>) {
        turn.end()
        then(result)
    }
}

extension TransactionResult {
    /// Says nothing of the messages: in a later block the same may be taken. Another transaction of
    /// the account came first, the mempool is full or has it, gas or fee was too little.
    package var isPassing: Bool {
        codespace == "sdk" && [32, 20, 19].contains(code) || wantsGas
    }

    /// Gas or fee was too little.
    package var wantsGas: Bool { codespace == "sdk" && [11, 13].contains(code) }
}
