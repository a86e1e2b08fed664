// SPDX-License-Identifier: Apache-2.0

package import LightClient

/// A city's ledger: accounts and fees, light clients of other cities, IBC v2 packets, and the two
/// applications. Deterministic: the same genesis and blocks give the same state.
package struct CityApplication: Application {
    package let genesis: CityGenesis
    let ports: [String: CityPort]
    var multistore = Multistore(storeNames: StoreName.all)
    /// What CheckTx and Simulate work on: the last commit and the pending transactions.
    private var checkState: CachedStore?
    private var info: GenesisInfo?
    private var parameters = ConsensusParameters()
    /// Block times by height, for queries that judge by them.
    private var times: [UInt64: Timestamp] = [:]
    private var executed: (height: UInt64, time: Timestamp) = (0, .unixEpoch)
    private var verifier = SignatureVerifier()

    package init(_ genesis: CityGenesis) {
        self.genesis = genesis
        let all = [CityPort(ProvidentFund()), CityPort(Licences()), CityPort(Letters())]
        ports = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package mutating func initialize(_ info: GenesisInfo) -> Digest {
        self.info = info
        parameters = info.parameters
        multistore = Multistore(
            storeNames: StoreName.all, initialVersion: info.initialHeight)
        let block = BlockContext(
            chainID: info.chainID, height: info.initialHeight, time: info.time, maxGas: -1)
        let context = ExecutionContext(multistore.branch(), block: block, mode: .deliver)
        genesis.write(to: context)
        multistore.absorb(context.state)
        executed = (info.initialHeight - 1, info.time)
        return SHA256.empty
    }

    package mutating func check(_ transaction: [UInt8], isRecheck: Bool) -> CheckResult {
        let state = takeCheckState()
        let runner = TransactionRunner(
            block: nextBlock, mode: isRecheck ? .recheck : .check, ports: ports)
        let outcome = runner.run(transaction, on: state, signatures: &verifier)
        checkState = outcome.state
        let result = outcome.result
        return CheckResult(
            code: result.code, codespace: result.codespace, log: result.log,
            gasWanted: result.gasWanted, gasUsed: result.gasUsed)
    }

    package mutating func execute(_ block: ExecutionBlock) -> ExecutionOutput {
        parameters = block.parameters
        executed = (block.height, block.time)
        times[block.height] = block.time
        let context = BlockContext(
            chainID: info?.chainID ?? "", height: block.height, time: block.time,
            maxGas: block.parameters.blockMaxGas)
        let runner = TransactionRunner(block: context, mode: .deliver, ports: ports)
        var state = multistore.branch()
        var output = ExecutionOutput()
        var gasUsed: Int64 = 0
        for transaction in block.transactions {
            if context.maxGas > 0, gasUsed >= context.maxGas {
                output.transactionResults.append(CityApplication.noGasLeft)
                continue
            }
            let outcome = runner.run(transaction, on: state, signatures: &verifier)
            state = outcome.state
            gasUsed += outcome.result.gasUsed
            output.transactionResults.append(outcome.result)
        }
        let end = EndBlocker(ports: ports).run(on: state, block: context)
        output.events = end.events
        multistore.absorb(end.state)
        checkState = nil
        return output
    }

    package mutating func commit() -> Digest { multistore.commit().appHash }

    package mutating func prune(below height: UInt64) {
        multistore.prune(below: height)
        times = times.filter { $0.key >= height }
    }

    package mutating func query(_ request: ApplicationQuery) -> ApplicationAnswer {
        var request = request
        let latest = multistore.version ?? 0
        if request.height == 0 { request.height = latest }
        let words = request.path.split(separator: "/")
        guard let first = words.first else {
            return StoreQueries.refusal(.unknownRequest("no query path provided"))
        }
        if first == "store" {
            return StoreQueries.answer(Array(words.dropFirst()), request, in: multistore)
        }
        if request.path == SimulateQuery.path { return simulate(request, height: latest) }
        return ServiceQueries(
            multistore: multistore, times: times, latest: latest, chainID: info?.chainID ?? ""
        ).answer(request)
    }

    /// Simulate ignores the height it is asked at: it works on the check state.
    private mutating func simulate(
        _ request: ApplicationQuery, height: UInt64
    ) -> ApplicationAnswer {
        let state = takeCheckState()
        checkState = state
        let runner = TransactionRunner(block: nextBlock, mode: .simulate, ports: ports)
        return SimulateQuery(runner: runner).answer(
            request, on: state, height: height, signatures: &verifier)
    }

    private mutating func takeCheckState() -> CachedStore {
        defer { checkState = nil }
        return checkState ?? multistore.branch()
    }

    /// CheckTx runs in the name of the last executed block's time and height.
    private var nextBlock: BlockContext {
        BlockContext(
            chainID: info?.chainID ?? "", height: executed.height, time: executed.time,
            maxGas: parameters.blockMaxGas)
    }

    private static let noGasLeft: TransactionResult = {
        var result = TransactionResult()
        result.code = ExecutionError.noBlockGasLeft.code
        result.codespace = ExecutionError.noBlockGasLeft.codespace
        result.log = ExecutionError.noBlockGasLeft.log
        return result
    }()
}
