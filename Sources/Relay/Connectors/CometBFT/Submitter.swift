// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
package import RelayEngine

/// Prepares and broadcasts our transactions. Preparing sends nothing to the chain: the bytes are
/// journaled first, and only then broadcast (building-cometbft §8.4).
package final class Submitter {
    private let configuration: ConnectorConfiguration
    private let queries: StateQueries
    private let rpc: NodeRPC
    private var builder: MessageBuilder
    private let now: () -> Timestamp
    private var accountNumber: UInt64?
    /// Base64 signature → hash of transactions we made, so that blocks' events name them.
    private var hashes: [String: [UInt8]] = [:]
    private var hashOrder: [String] = []

    /// Signatures remembered: far more than transactions can be pending.
    static let maxHashes = 4_096
    /// Simulated gas is raised by this many percent, and by as much again for each time it was too
    /// little.
    static let gasMarginPercent: UInt64 = 30

    enum Prepared {
        case ready(TransactionRecord)
        case refused(TransactionResult)
        case failed(JobFailure)
    }

    init(configuration: ConnectorConfiguration, rpc: NodeRPC, now: @escaping () -> Timestamp) {
        self.configuration = configuration
        self.rpc = rpc
        self.now = now
        queries = StateQueries(rpc: rpc)
        builder = MessageBuilder(
            signer: configuration.account.address, counterparties: configuration.counterparties)
    }

    /// The other chains as our chain's clients of them are made from now on.
    func setCounterparties(_ counterparties: [String: ConnectorConfiguration.Counterparty]) {
        builder = MessageBuilder(
            signer: configuration.account.address, counterparties: counterparties)
    }

    func prepare(_ submission: Submission, tip: UInt64, then: @escaping (Prepared) -> Void) {
        let built: MessageBuilder.Built
        do throws(MessageBuilder.Fault) {
            built = try builder.build(submission)
        } catch {
            return then(
                .failed(JobFailure(code: error.code, detail: "\(error)", isRetryable: false)))
        }
        prepare(built, submission, tip: tip, then: then)
    }

    /// The same for messages that are built already; of the submission only its bookkeeping counts.
    func prepare(
        _ built: MessageBuilder.Built, _ submission: Submission, tip: UInt64,
        then: @escaping (Prepared) -> Void
    ) {
        withAccountNumber { [self] number in
            switch number {
            case .failure(let error): then(.failed(error.jobFailure))
            case .success(let number):
                let terms = TransactionTerms(
                    chainID: WireText(bytes: configuration.chainID.bytes), accountNumber: number,
                    sequence: submission.sequence, gasLimit: 0, fee: [],
                    timeoutHeight: tip + configuration.lifetimeBlocks)
                withGas(built, terms) { [self] gas in
                    switch gas {
                    case .failure(let error): then(error.prepared)
                    case .success(let gas): finish(submission, built, terms, gas, then)
                    }
                }
            }
        }
    }

    func broadcast(_ bytes: [UInt8], then: @escaping (BroadcastAnswer) -> Void) {
        let call = RPCCall("broadcast_tx_sync", [("tx", Base64.encode(bytes))])
        rpc.call(call, as: RPCBroadcast.self) { answer in
            switch answer {
            case .success(let result) where result.code == 0: then(.accepted)
            case .success(let result):
                then(
                    .refused(
                        TransactionResult(
                            codespace: result.codespace, code: result.code,
                            log: NodeError.clean(result.log))))
            case .failure(let error): then(Submitter.answer(error))
            }
        }
    }

    /// Hashes of our transactions by their signatures; nil for those that we did not make.
    func hash(ofSignature signature: String) -> [UInt8]? { hashes[signature] }

    /// Remembers a transaction of an earlier process, so that blocks' events name it.
    func remember(_ bytes: [UInt8]) {
        guard let raw = try? TxRaw(reading: bytes), let signature = raw.signatures.first else {
            return
        }
        remember(signature, SHA256.hash(bytes).bytes)
    }

    // MARK: Private

    /// A node's words on a broadcast that brought no result (cometbft-ibc §5.2).
    package static func answer(_ error: NodeError) -> BroadcastAnswer {
        if error.detail.contains("tx already exists in cache") { return .accepted }
        // The mempool's limit, and that of the node's own server.
        if error.detail.contains("Tx too large")
            || error.detail.contains("request body too large")
        {
            return .refused(TransactionResult(codespace: "sdk", code: 21, log: error.detail))
        }
        return .unknown(code: error.code.rawValue, detail: error.description)
    }

    private func withAccountNumber(then: @escaping (Result<UInt64, NodeError>) -> Void) {
        if let accountNumber { return then(.success(accountNumber)) }
        queries.account(configuration.account.address.description) { [self] answer in
            if case .success(let account) = answer { accountNumber = account.number }
            then(answer.map(\.number))
        }
    }

    private enum GasFailure: Error {
        case refused(TransactionResult)
        case failed(JobFailure)

        var prepared: Prepared {
            switch self {
            case .refused(let result): .refused(result)
            case .failed(let failure): .failed(failure)
            }
        }
    }

    private func withGas(
        _ built: MessageBuilder.Built, _ terms: TransactionTerms,
        then: @escaping (Result<UInt64, GasFailure>) -> Void
    ) {
        guard configuration.simulates else { return then(.success(built.gas.gas)) }
        // A fee and a limit of the final size: paying costs gas, and so does every byte.
        var terms = terms
        terms.gasLimit = configuration.maxGas
        terms.fee = [Coin(1, WireText(configuration.gasDenomination))]
        let transaction = SignedTransaction.unsigned(
            built.messages, terms, publicKey: configuration.account.publicKey)
        queries.ask(ChainQuery.simulate, ChainQuery.simulation(of: transaction)) { answer in
            switch answer {
            case .success(let bytes):
                guard let used = try? ChainQuery.gasUsed(bytes), used > 0 else {
                    return then(.success(built.gas.gas))
                }
                let (margin, overflow) = used.multipliedReportingOverflow(
                    by: 100 + Submitter.gasMarginPercent)
                then(.success(overflow ? used : margin / 100))
            case .failure(let error) where error.code == .queryRefused:
                then(.failure(.refused(SimulationFailure.result(error))))
            case .failure(let error): then(.failure(.failed(error.jobFailure)))
            }
        }
    }

    private func finish(
        _ submission: Submission, _ built: MessageBuilder.Built, _ terms: TransactionTerms,
        _ gas: UInt64, _ then: @escaping (Prepared) -> Void
    ) {
        let percent = 100 + UInt64(clamping: submission.gasRaises) * Submitter.gasMarginPercent
        let (raised, overflow) = gas.multipliedReportingOverflow(by: percent)
        let limit = overflow ? UInt64.max : raised / 100
        guard limit <= configuration.maxGas else {
            return then(
                .refused(
                    TransactionResult(
                        codespace: "sdk", code: 41,
                        log: "gas \(limit) is above the limit \(configuration.maxGas) of the "
                            + "configuration")))
        }
        var terms = terms
        terms.gasLimit = limit
        let fee = GasEstimate.fee(
            gas: limit, price: configuration.gasPrice, scale: configuration.gasPriceScale)
        guard let fee else {
            return then(
                .failed(
                    JobFailure(
                        code: "connector/fee-overflow", detail: "gas \(limit)", isRetryable: false))
            )
        }
        terms.fee = fee == 0 ? [] : [Coin(fee, WireText(configuration.gasDenomination))]
        let signed = SignedTransaction(built.messages, terms, by: configuration.account)
        let bytes = signed.bytes
        let hash = signed.hash.bytes
        remember(signed.signature, hash)
        then(
            .ready(
                TransactionRecord(
                    hash: hash, account: configuration.account.address.description,
                    sequence: submission.sequence, bytes: bytes,
                    timeoutHeight: terms.timeoutHeight, packets: submission.packets,
                    createdAt: now(), purpose: submission.purpose,
                    counterpartyChain: submission.counterpartyChain)))
    }

    private func remember(_ signature: [UInt8], _ hash: [UInt8]) {
        let key = Base64.encode(signature)
        if hashes.updateValue(hash, forKey: key) == nil { hashOrder.append(key) }
        if hashOrder.count > Submitter.maxHashes { hashes[hashOrder.removeFirst()] = nil }
    }
}

extension NodeError {
    /// A node that fails may be better later, or another may answer: never a reason to give a
    /// packet up.
    package var jobFailure: JobFailure {
        JobFailure(code: "connector/\(code.rawValue.dropFirst(5))", detail: description)
    }
}
