// SPDX-License-Identifier: Apache-2.0

import Federation
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

/// Signs and sends as one account, one transaction at a time, so that its sequence cannot be used
/// twice from here. An outcome that is unknown is looked up in blocks before anything else is sent.
/// On the loop of its nodes alone.
final class AccountSender {
    typealias Then = (Result<SentTransaction, SendFailure>) -> Void

    private struct Job {
        let messages: [ProtobufAny]
        let then: Then
        var attempts = 0
    }

    /// Jobs that may wait: one takes about two blocks, and behind each a person waits.
    static let maxWaiting = 64
    /// Tries of one job whose sequence somebody else used first.
    static let maxAttempts = 5
    /// Milliseconds between looks for the block that holds it.
    static let lookMilliseconds = 250

    private let configuration: ConnectorConfiguration
    private let account: AccountKey
    private let rpc: NodeRPC
    private let queries: StateQueries
    private let transactions: TransactionSource
    private let tip: () -> UInt64
    private var waiting: [Job] = []
    private var isBusy = false

    init(
        _ account: AccountKey, configuration: ConnectorConfiguration, rpc: NodeRPC,
        transactions: TransactionSource, tip: @escaping () -> UInt64
    ) {
        self.account = account
        self.configuration = configuration
        self.rpc = rpc
        self.transactions = transactions
        self.tip = tip
        queries = StateQueries(rpc: rpc)
    }

    func send(_ messages: [ProtobufAny], then: @escaping Then) {
        guard waiting.count < AccountSender.maxWaiting else {
            return then(.failure(.unavailable("too many transactions of this account wait")))
        }
        waiting.append(Job(messages: messages, then: then))
        next()
    }

    // MARK: Private

    private func next() {
        guard !isBusy, !waiting.isEmpty else { return }
        isBusy = true
        prepare(waiting.removeFirst())
    }

    private func end(_ job: Job, _ result: Result<SentTransaction, SendFailure>) {
        isBusy = false
        job.then(result)
        next()
    }

    private func prepare(_ job: Job) {
        guard tip() > 0 else {
            return end(job, .failure(.unavailable("no block of our chain is known yet")))
        }
        queries.account(account.address.description) { [self] answer in
            switch answer {
            case .failure(let error): end(job, .failure(.unavailable(error.description)))
            case .success(let state):
                simulate(
                    job,
                    TransactionTerms(
                        chainID: WireText(bytes: configuration.chainID.bytes),
                        accountNumber: state.number, sequence: state.sequence,
                        gasLimit: configuration.maxGas,
                        fee: [Coin(1, WireText(configuration.gasDenomination))],
                        timeoutHeight: tip() + configuration.lifetimeBlocks))
            }
        }
    }

    private func simulate(_ job: Job, _ terms: TransactionTerms) {
        let draft = SignedTransaction.unsigned(
            job.messages, terms, publicKey: account.publicKey)
        queries.ask(ChainQuery.simulate, ChainQuery.simulation(of: draft)) { [self] answer in
            switch answer {
            case .failure(let error) where error.code == .queryRefused:
                let result = SimulationFailure.result(error)
                if result.isSequenceMismatch, job.attempts < AccountSender.maxAttempts {
                    return again(job)
                }
                end(job, .failure(.refused(result)))
            case .failure(let error): end(job, .failure(.unavailable(error.description)))
            case .success(let bytes):
                let used = (try? ChainQuery.gasUsed(bytes)) ?? 0
                let (raised, overflow) = used.multipliedReportingOverflow(
                    by: 100 + Submitter.gasMarginPercent)
                let gas = overflow || used == 0 ? configuration.maxGas : raised / 100
                broadcast(job, terms, min(gas, configuration.maxGas))
            }
        }
    }

    private func broadcast(_ job: Job, _ terms: TransactionTerms, _ gas: UInt64) {
        let fee = GasEstimate.fee(
            gas: gas, price: configuration.gasPrice, scale: configuration.gasPriceScale)
        guard let fee else { return end(job, .failure(.unavailable("the fee has no number"))) }
        var terms = terms
        terms.gasLimit = gas
        terms.fee = fee == 0 ? [] : [Coin(fee, WireText(configuration.gasDenomination))]
        let signed = SignedTransaction(job.messages, terms, by: account)
        let call = RPCCall("broadcast_tx_sync", [("tx", Base64.encode(signed.bytes))])
        rpc.call(call, as: RPCBroadcast.self) { [self] answer in
            switch answer {
            case .success(let result) where result.code != 0:
                let refusal = TransactionResult(
                    codespace: result.codespace, code: result.code,
                    log: NodeError.clean(result.log))
                if refusal.isSequenceMismatch, job.attempts < AccountSender.maxAttempts {
                    return again(job)
                }
                end(job, .failure(.refused(refusal)))
            // A node that failed may have passed it on all the same.
            default: look(job, signed.hash.bytes, until: terms.timeoutHeight)
            }
        }
    }

    private func again(_ job: Job) {
        var job = job
        job.attempts += 1
        rpc.loop.schedule(afterMilliseconds: AccountSender.lookMilliseconds) { [weak self] in
            self?.prepare(job)
        }
    }

    private func look(_ job: Job, _ hash: [UInt8], until timeoutHeight: UInt64) {
        let call = RPCCall("tx", [("hash", Base64.encode(hash))], flags: [("prove", false)])
        rpc.call(call, as: RPCTransaction.self) { [self] answer in
            if case .success(let found) = answer { return end(job, outcome(of: found)) }
            guard tip() > timeoutHeight else { return lookLater(job, hash, timeoutHeight) }
            transactions.resolve(hash: hash, timeoutHeight: timeoutHeight, executed: tip() - 1) {
                [self] lookup in
                switch lookup {
                case .absent:
                    end(job, .failure(.unavailable("no block took it before its end")))
                // An index that lags finds it a little later.
                case .included where tip() < timeoutHeight + configuration.lifetimeBlocks:
                    lookLater(job, hash, timeoutHeight)
                case .unknown where tip() < timeoutHeight + configuration.lifetimeBlocks:
                    lookLater(job, hash, timeoutHeight)
                default: end(job, .failure(.unknown("the nodes' index does not tell of it")))
                }
            }
        }
    }

    private func lookLater(_ job: Job, _ hash: [UInt8], _ timeoutHeight: UInt64) {
        rpc.loop.schedule(afterMilliseconds: AccountSender.lookMilliseconds) { [weak self] in
            guard let self else {
                return job.then(.failure(.unknown("the relay was stopped meanwhile")))
            }
            look(job, hash, until: timeoutHeight)
        }
    }

    private func outcome(of found: RPCTransaction) -> Result<SentTransaction, SendFailure> {
        let result = found.tx_result
        guard result.code == 0 else {
            return .failure(
                .refused(
                    TransactionResult(
                        codespace: result.codespace, code: result.code,
                        log: NodeError.clean(result.log))))
        }
        let packets = (result.events ?? []).compactMap { event -> UInt64? in
            guard event.type == "send_packet" else { return nil }
            return event.attributes.first { $0.key == "packet_sequence" }?.value.flatMap {
                UInt64($0)
            }
        }
        return .success(
            SentTransaction(
                hash: found.hash.bytes, height: UInt64(clamping: found.height.value),
                packets: packets))
    }
}

extension TransactionResult {
    /// `sdk` 32: another transaction of the account came first.
    fileprivate var isSequenceMismatch: Bool { codespace == "sdk" && code == 32 }
}
