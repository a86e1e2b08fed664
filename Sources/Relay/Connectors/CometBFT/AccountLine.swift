// SPDX-License-Identifier: Apache-2.0

package import Federation
import LightClient
package import RelayEngine
import RelayTransport

package import struct RelayEngine.BlockSummary

/// Our own chain as one account uses it that is not the relay's: it signs packets of its own, and
/// its side of them is read back. Beside the connector, so that neither waits for the other's
/// sequence; all that use one account share its line (`AccountLines`) and take turns on it.
///
/// `@unchecked Sendable`, because everything but the immutable values is touched on the loop's
/// thread alone: entry points called from elsewhere post themselves there.
package final class AccountLine: @unchecked Sendable {
    package typealias Answer<Value> = @Sendable (Result<Value, NodeError>) -> Void

    /// What a word became on its way to the chain's mempool.
    package enum Prepared: Sendable {
        /// To be written down first, then broadcast.
        case ready(bytes: [UInt8], hash: [UInt8], lastHeight: UInt64)
        /// The chain would refuse it.
        case refused(TransactionResult)
        case failed(JobFailure)
    }

    /// Bech32 of the account.
    package let address: String
    let loop: EventLoop
    let rpc: NodeRPC
    private let revision: UInt64
    /// Blocks after which a transaction of this account can be in none any more.
    let lifetimeBlocks: UInt64
    private let submitter: Submitter
    private let queries: StateQueries
    private let transactions: TransactionSource
    private let reader: BlockReader
    private var waiting: [TurnTaker] = []
    private var isTaken = false
    private(set) var isStopped = false

    package typealias TurnTaker = @Sendable (AccountTurn?) -> Void

    /// Turns that may wait: one takes about two blocks, and behind most a person waits.
    package static let maxWaiting = 64

    /// - Parameter configuration: the relay's own, with this account.
    init(
        loop: EventLoop, configuration: ConnectorConfiguration,
        now: @escaping @Sendable () -> Timestamp
    ) throws {
        self.loop = loop
        address = configuration.account.address.description
        revision = try configuration.chainID.revision()
        lifetimeBlocks = configuration.lifetimeBlocks
        rpc = try NodeRPC(
            loop: loop, addresses: configuration.nodes, chainID: configuration.chainID,
            authorityFile: configuration.nodeAuthorities, limits: configuration.nodeLimits)
        reader = BlockReader(account: address)
        submitter = Submitter(configuration: configuration, rpc: rpc, now: now)
        queries = StateQueries(rpc: rpc)
        transactions = TransactionSource(
            rpc: rpc, reader: reader, revision: revision,
            lifetimeBlocks: configuration.lifetimeBlocks)
    }

    func stop() {
        loop.postAlways { [self] in
            isStopped = true
            rpc.close()
            let left = waiting
            waiting = []
            for taker in left { taker(nil) }
        }
    }

    // MARK: Turns

    /// The account's next sequence, to make one transaction with: nobody else gets it before the
    /// turn ends. Nil: too many wait, or the relay stops. Any thread; answers on the loop.
    package func turn(then: @escaping TurnTaker) {
        let posted = loop.postAlways { [self] in
            guard !isStopped, waiting.count < AccountLine.maxWaiting else { return then(nil) }
            waiting.append(then)
            giveTurn()
        }
        if !posted { then(nil) }
    }

    private func giveTurn() {
        guard !isTaken, !waiting.isEmpty else { return }
        isTaken = true
        let taker = waiting.removeFirst()
        taker(
            AccountTurn { [weak self, loop] in
                loop.postAlways { [weak self] in
                    self?.isTaken = false
                    self?.giveTurn()
                }
            })
    }

    private func onLoop<Value>(
        _ then: @escaping Answer<Value>, _ work: @escaping @Sendable () -> Void
    ) {
        if loop.isOnLoop { return work() }
        if !loop.post(work) {
            then(
                .failure(
                    NodeError(
                        .notExecutedYet, node: "our chain", method: "-",
                        detail: "the relay is overloaded or stopping")))
        }
    }

    // MARK: Words

    /// One packet to be sent.
    package struct Word: Sendable {
        package let client: String
        package let timeoutSeconds: UInt64
        package let payload: Payload

        package init(client: String, timeoutSeconds: UInt64, payload: Payload) {
            self.client = client
            self.timeoutSeconds = timeoutSeconds
            self.payload = payload
        }
    }

    /// Signs the sending of packets, all or none, with the account's next sequence. Sends nothing.
    /// Gas that was too little before is raised by `raises`. Requires the account's turn.
    package func prepare(
        _ words: [Word], tip: UInt64, raises: Int, then: @escaping @Sendable (Prepared) -> Void
    ) {
        let answered: Answer<QueriedAccount> = { [self] answer in
            switch answer {
            case .failure(let error): then(.failed(error.jobFailure))
            case .success(let account):
                prepare(words, sequence: account.sequence, tip: tip, raises: raises, then)
            }
        }
        onLoop(answered) { [self] in queries.account(address) { answered($0) } }
    }

    private func prepare(
        _ words: [Word], sequence: UInt64, tip: UInt64, raises: Int,
        _ then: @escaping @Sendable (Prepared) -> Void
    ) {
        var built = MessageBuilder.Built()
        for word in words {
            let client = WireText(word.client)
            built.messages.append(
                MsgSendPacket(
                    sourceClient: client, timeoutSeconds: word.timeoutSeconds,
                    payloads: [word.payload], signer: WireText(address)
                ).wrapped)
            // A send costs about what a receipt of the same bytes does.
            built.gas.addReceive(
                Packet(
                    sequence: 1, sourceClient: client, destinationClient: client,
                    timeoutSeconds: word.timeoutSeconds, payloads: [word.payload]))
        }
        let submission = Submission(
            counterpartyChain: "", localClient: words.first?.client ?? "", sequence: sequence,
            updates: [], content: .packets([]), gasRaises: raises)
        submitter.prepare(built, submission, tip: tip) { prepared in
            switch prepared {
            case .ready(let record):
                then(
                    .ready(
                        bytes: record.bytes, hash: record.hash, lastHeight: record.timeoutHeight))
            case .refused(let result): then(.refused(result))
            case .failed(let failure): then(.failed(failure))
            }
        }
    }

    package func broadcast(
        _ bytes: [UInt8], then: @escaping @Sendable (BroadcastAnswer) -> Void
    ) {
        let posted = loop.post { [self] in submitter.broadcast(bytes) { then($0) } }
        if !posted { then(.unknown(code: "connector/busy", detail: "overloaded or stopping")) }
    }

    /// What became of a transaction, as `TransactionSource.resolve`.
    package func resolve(
        hash: [UInt8], lastHeight: UInt64, tip: UInt64,
        then: @escaping @Sendable (TransactionLookup) -> Void
    ) {
        let posted = loop.post { [self] in
            transactions.resolve(
                hash: hash, timeoutHeight: lastHeight, executed: max(tip, 1) - 1
            ) { then($0) }
        }
        if !posted { then(.unknown) }
    }

    // MARK: Reading

    /// Values of keys of one store in the chain's latest state; empty where there is none. By our
    /// own node's word.
    package func values(
        _ keys: [[UInt8]], store: String, then: @escaping Answer<[[UInt8]]>
    ) {
        query(keys, path: "/store/\(store)/key", then: then)
    }

    /// What the chain's latest state answers at a path, one value for each piece of data.
    func query(
        _ keys: [[UInt8]], path: String, then: @escaping Answer<[[UInt8]]>
    ) {
        onLoop(then) { [self] in
            let node = rpc.currentAddress
            let calls = keys.map { key in
                RPCCall(
                    "abci_query", [("path", path), ("data", Hex.encode(key)), ("height", "0")],
                    flags: [("prove", false)])
            }
            rpc.batch(calls, as: RPCQuery.self) { answers in
                var values: [[UInt8]] = []
                for answer in answers {
                    switch answer {
                    case .failure(let error): return then(.failure(error))
                    case .success(let query) where query.response.code != 0:
                        return then(
                            .failure(
                                NodeError(
                                    .queryRefused, node: node, method: path,
                                    detail: query.response.log,
                                    number: Int(query.response.code))))
                    case .success(let query):
                        values.append(query.response.value?.bytes ?? [])
                    }
                }
                then(.success(values))
            }
        }
    }

    /// The acknowledgements that blocks brought for packets of ours, from the blocks themselves:
    /// the events do not hold them, and a node's index may lag or be off.
    package func acknowledgements(
        of packets: [(packet: PacketSummary, height: UInt64)],
        then: @escaping Answer<[PacketID: [UInt8]]>
    ) {
        guard !packets.isEmpty else { return then(.success([:])) }
        let heights = Set(packets.map(\.height)).sorted()
        onLoop(then) { [self] in
            let calls = heights.map { RPCCall("block", [("height", "\($0)")]) }
            rpc.batch(calls, as: RPCBlock.self) { answers in
                var found: [PacketID: [UInt8]] = [:]
                for (height, answer) in zip(heights, answers) {
                    guard case .success(let block) = answer else {
                        return then(answer.map { _ in [:] })
                    }
                    let transactions = block.block.data.txs ?? []
                    for (packet, _) in packets.filter({ $0.height == height }) {
                        found[packet.outgoingID] =
                            transactions.lazy.map {
                                PacketFacts.acknowledgement(of: packet, in: $0.bytes)
                            }.first { !$0.isEmpty }
                    }
                }
                then(.success(found))
            }
        }
    }

    /// What happened to packets in blocks that the connector's own reading has passed already.
    package func blocks(
        _ heights: ClosedRange<UInt64>, then: @escaping Answer<[BlockSummary]>
    ) {
        onLoop(then) { [self] in
            let results = heights.map { RPCCall("block_results", [("height", "\($0)")]) }
            let headers = heights.map { RPCCall("header", [("height", "\($0)")]) }
            rpc.batch(results, as: RPCBlockResults.self) { [self] answers in
                rpc.batch(headers, as: RPCHeaderAnswer.self) { [self] times in
                    then(summaries(heights, answers, times))
                }
            }
        }
    }

    private func summaries(
        _ heights: ClosedRange<UInt64>, _ answers: [Result<RPCBlockResults, NodeError>],
        _ times: [Result<RPCHeaderAnswer, NodeError>]
    ) -> Result<[BlockSummary], NodeError> {
        var blocks: [BlockSummary] = []
        for (height, (answer, time)) in zip(heights, zip(answers, times)) {
            do throws(NodeError) {
                let results = try answer.get()
                let header = try time.get().header
                guard UInt64(clamping: results.height.value) == height else {
                    throw NodeError(
                        .wrongAnswer, node: rpc.currentAddress, method: "block_results",
                        detail: "asked for \(height), answered \(results.height.value)")
                }
                blocks.append(
                    BlockSummary(
                        height: Height(revision: revision, height: height),
                        time: header.time.value, events: reader.read(results).events))
            } catch {
                return .failure(error)
            }
        }
        return .success(blocks)
    }
}
